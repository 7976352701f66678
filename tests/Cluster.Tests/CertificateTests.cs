using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PaymentCluster.Hosting.Clustering;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Systems;

namespace PaymentCluster.Cluster.Tests;

/// <summary>Silos accept connections of their own cluster's processes, each on the port for its role, and of nothing
/// else. S13 of the catalogue.</summary>
public sealed class CertificateTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Only_processes_of_the_cluster_connect_to_a_silo_and_only_as_what_they_are()
    {
        await using var cluster = await RunningCluster.PrepareAsync(silos: 1);
        await cluster.StartServerAsync();
        var silo = cluster.Silos[0];
        var (silos, gateways) = (Own(cluster, ClusterRole.Silo), Own(cluster, ClusterRole.Gateway));

        foreach (var port in (int[])[silo.Port, silo.GatewayPort])
        {
            await IsSilentAsync(port);
            await RejectsAsync(port, null);
            foreach (var role in Enum.GetValues<ClusterRole>())
            {
                using var stranger = CertificateAuthority.Create(Now.AddDays(-1), Now.AddDays(1));
                await RejectsAsync(port, stranger.Issue(role, Now.AddDays(-1), Now.AddDays(1)).Own);
            }
        }

        await RejectsAsync(silo.Port, gateways.Own);
        await RejectsAsync(silo.GatewayPort, silos.Own);
        // What is not rejected is read from: a process of the cluster has to say who it is.
        await RejectsAsync(silo.GatewayPort, gateways.Own, "a first word that no process of a cluster says");
        Assert.False(silo.Process.HasExited);
    }

    [Fact]
    public async Task Certificates_are_replaced_without_a_restart()
    {
        await using var cluster = await RunningCluster.PrepareAsync(silos: 1);
        await cluster.OpenAsync();
        var before = Own(cluster, ClusterRole.Gateway);

        cluster.Certificates.Replace();
        // It knows the new authority alone, and connects to the silo that was started before.
        cluster.StartSilo();
        await cluster.AreActiveAsync(2);
        await cluster.ReplaceGatewayAsync();

        await cluster.AcceptsAsync("after");
        await RejectsAsync(cluster.Silos[0].GatewayPort, before.Own);
    }

    [Fact]
    public async Task A_gateway_of_another_cluster_serves_nothing()
    {
        await using var cluster = await RunningCluster.PrepareAsync(silos: 1);
        cluster.StartSilo();
        await cluster.AreActiveAsync(1);

        cluster.Settings["Cluster__Certificates"] = OfAnotherCluster(cluster);
        using var gateway = cluster.StartGateway();

        await Eventually.HoldsAsync(
            () => gateway.Output.Contains("The remote certificate was rejected", StringComparison.Ordinal),
            () => $"the gateway does not accept the silo's certificate. It said:\n{gateway.Output}",
            Timeout);
        using var client = cluster.Anonymous();
        Assert.Null(await client.SendAsync(HttpMethod.Get, "/health/ready"));
    }

    [Theory]
    [InlineData("", "Cluster:Certificates is missing")]
    [InlineData("/nowhere", "/nowhere")]
    public async Task Without_certificates_no_process_of_a_cluster_starts(string directory, string named)
    {
        await using var cluster = await RunningCluster.PrepareAsync(silos: 1);
        // Not enough: it is for the environment Development alone.
        cluster.Settings["Cluster__ClearText"] = "true";
        cluster.Settings["Cluster__Certificates"] = directory;

        cluster.StartSilo();
        using var gateway = cluster.StartGateway();

        foreach (var process in (HostProcess[])[cluster.Silos[0].Process, gateway])
        {
            Assert.Equal(1, await process.ExitAsync(Timeout));
            Assert.Contains(named, process.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', process.Errors.Trim());
        }
    }

    [Fact]
    public async Task In_Development_a_cluster_may_do_without()
    {
        await using var cluster = await RunningCluster.PrepareAsync(silos: 1);
        cluster.SpeakClearText();

        await cluster.StartServerAsync();
    }

    private static CertificateSet Own(RunningCluster cluster, ClusterRole role) =>
        new CertificateFiles(cluster.Certificates.DirectoryOf(role)).ReadUnlessSeen("", out var _)!;

    private static string OfAnotherCluster(RunningCluster cluster) => ClusterFiles
        .Make(Path.Combine(cluster.Certificates.DirectoryOf(ClusterRole.Gateway), "other"))
        .DirectoryOf(ClusterRole.Gateway);

    private static async Task IsSilentAsync(int port)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, port);
        var stream = connection.GetStream();
        await stream.WriteAsync(new byte[512]);
        await EndsAsync(stream);
    }

    // In TLS 1.3 a client is done before the server has looked at its certificate: it hears of it when it reads.
    private static async Task RejectsAsync(int port, X509Certificate2? certificate, string? word = null)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(
            connection.GetStream(),
            leaveInnerStreamOpen: false,
            static (_, certificate, _, _) => certificate is not null);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = ClusterRole.Silo.DnsName(),
                ApplicationProtocols = [new SslApplicationProtocol("Orleans1")],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
            });
            if (word is not null)
            {
                await tls.WriteAsync(Encoding.ASCII.GetBytes(word));
            }
        }
        catch (Exception failure) when (failure is IOException or AuthenticationException)
        {
            return;
        }

        await EndsAsync(tls);
    }

    private static async Task EndsAsync(Stream stream)
    {
        using var limit = new CancellationTokenSource(Timeout);
        try
        {
            Assert.Equal(0, await stream.ReadAsync(new byte[1], limit.Token));
        }
        catch (IOException)
        {
            // It was reset, or refused by a TLS alert.
        }
    }
}
