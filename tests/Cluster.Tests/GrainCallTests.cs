using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Health;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Hosting.Clustering;

namespace PaymentCluster.Cluster.Tests;

/// <summary>A process with a gateway's certificate calls what is open to gateways, and nothing else.</summary>
public sealed class GrainCallTests
{
    private const string Rejected = "is for silos alone";

    [Fact]
    public async Task A_gateway_makes_no_call_that_is_for_silos_alone()
    {
        await using var cluster = await RunningCluster.PrepareAsync(silos: 1);
        await cluster.OpenAsync();
        await cluster.AcceptsAsync("first");
        Assert.DoesNotContain(Rejected, cluster.ServerLog, StringComparison.Ordinal);
        using var gateway = await ConnectAsync(cluster);
        var grains = gateway.Services.GetRequiredService<IGrainFactory>();

        Assert.Null(await grains.GetGrain<IHealthGrain>("any").Check());
        Assert.NotNull(await grains.GetGrain<IMerchantGrain>("shop").Get());

        var key = grains.GetGrain<IApiKeyGrain>($"key/{new string('0', 64)}");
        var grant = new ApiKeyGrant { Merchant = "shop", KeyId = "key_of_mine", Scope = ApiKeyScope.Secret };
        await IsForSilosAsync(() => key.Grant(grant));
        Assert.Null(await key.Resolve());
        await IsForSilosAsync(() => grains.GetGrain<IMerchantGrain>("shop").Settings());
        await IsForSilosAsync(() => grains.GetGrain<IPaymentGrain>("shop/pay_00000000000000000000000000").Resume());
        await IsForSilosAsync(() => grains.GetGrain<ICustomerGrain>("shop/anna").OpenAccount("razorpay"));
        await IsForSilosAsync(() => grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero));
        Assert.Contains(Rejected, cluster.ServerLog, StringComparison.Ordinal);
    }

    private static async Task IsForSilosAsync(Func<Task> call) =>
        await Assert.ThrowsAsync<UnauthorizedAccessException>(call);

    private static async Task<IHost> ConnectAsync(RunningCluster cluster)
    {
        var files = new CertificateFiles(cluster.Certificates.DirectoryOf(ClusterRole.Gateway));
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(ClusterCertificates.Read(files, ClusterRole.Gateway, TimeProvider.System)(
            NullLogger<ClusterCertificates>.Instance));
        builder.UseOrleansClient(client => client
            .UseStaticClustering(new IPEndPoint(IPAddress.Loopback, cluster.Silos[0].GatewayPort))
            .Configure<ClusterOptions>(options =>
                (options.ClusterId, options.ServiceId) = ("paymentcluster", "paymentcluster"))
            .UseClusterTls());
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
