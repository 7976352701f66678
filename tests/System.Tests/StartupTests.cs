using System.Net;
using System.Net.Sockets;

namespace PaymentCluster.System.Tests;

/// <summary>What an operator can get wrong ends in one sentence and exit code 1.</summary>
public sealed class StartupTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("ConnectionStrings__PaymentCluster", "", "ConnectionStrings:PaymentCluster")]
    [InlineData(
        "ConnectionStrings__PaymentClusterOwner",
        "Host=127.0.0.1;Port=1;Username=nobody;Password=secret;Database=none",
        "database")]
    [InlineData("Vault__MasterKeyFile", "/nowhere/master.key", "/nowhere/master.key")]
    [InlineData("Silo__Port", "many", "Silo:Port")]
    [InlineData("Gateway__AdminKeyHash", "short", "Gateway:AdminKeyHash")]
    [InlineData("Payments__SendWindow", "-00:00:01", "SendWindow")]
    [InlineData("DOTNET_DbgEnableMiniDump", "1", "DOTNET_DbgEnableMiniDump")]
    [InlineData("COMPlus_DbgEnableMiniDump", "1", "COMPlus_DbgEnableMiniDump")]
    public async Task A_setting_that_cannot_be_used_is_named_in_one_sentence(string name, string value, string named)
    {
        await using var system = await RunningSystem.PrepareAsync();
        system.Settings[name] = value;
        await EndsWithAsync(system, named);
    }

    [Fact]
    public async Task In_Development_the_runtime_may_be_told_to_write_its_memory()
    {
        await using var system = await RunningSystem.PrepareAsync();
        system.Settings["ASPNETCORE_ENVIRONMENT"] = "Development";
        system.Settings["DOTNET_DbgEnableMiniDump"] = "1";

        await system.StartServerAsync();

        Assert.Equal(0, await system.StopServerAsync());
    }

    [Fact]
    public async Task A_taken_port_is_named_in_one_sentence()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using var system = await RunningSystem.PrepareAsync();
        system.Settings["ASPNETCORE_URLS"] = $"http://{other.LocalEndpoint}";
        await EndsWithAsync(system, other.LocalEndpoint.ToString()!);
    }

    private static async Task EndsWithAsync(RunningSystem system, string named)
    {
        using var process = system.StartServer();

        Assert.Equal(1, await process.ExitAsync(Timeout));
        var sentence = process.Errors.Trim();
        Assert.Contains(named, sentence, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', sentence);
        Assert.DoesNotContain("secret", sentence, StringComparison.Ordinal);
    }
}
