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
        "ConnectionStrings__PaymentCluster",
        "Host=127.0.0.1;Port=1;Username=none;Password=secret;Database=none",
        "database")]
    [InlineData(
        "ConnectionStrings__PaymentClusterOwner",
        "Host=127.0.0.1;Port=1;Username=none;Password=secret;Database=none",
        "Silo migrate")]
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

    [Fact]
    public async Task The_schema_is_migrated_by_a_process_of_its_own()
    {
        await using var system = await RunningSystem.PrepareEmptyAsync();
        await EndsWithAsync(system, "run 'Silo migrate' with the owner's login");

        var together = await Task.WhenAll(system.MigrateAsync(), system.MigrateAsync());
        Assert.All(together, migrate => Assert.True(migrate.ExitCode == 0, $"{migrate.Output}\n{migrate.Errors}"));
        Assert.Single(
            together, migrate => migrate.Output.EndsWith("migrations applied: 0.", StringComparison.Ordinal));

        await system.StartServerAsync();
        Assert.Equal(0, await system.StopServerAsync());
    }

    [Theory]
    [InlineData("", "ConnectionStrings:PaymentClusterOwner is missing")]
    [InlineData("Host=127.0.0.1;Port=1;Username=none;Password=secret;Database=none", "cannot be migrated")]
    [InlineData("no connection string", "ConnectionStrings:PaymentClusterOwner is malformed")]
    public async Task A_migration_that_is_impossible_ends_with_one_sentence(string owner, string named)
    {
        await using var system = await RunningSystem.PrepareEmptyAsync();
        using var migrate = await system.MigrateAsync(owner);
        AssertRefused(migrate, named);
    }

    private static async Task EndsWithAsync(RunningSystem system, string named)
    {
        using var process = system.StartServer();

        await process.ExitAsync(Timeout);
        AssertRefused(process, named);
    }

    private static void AssertRefused(HostProcess process, string named)
    {
        Assert.Equal(1, process.ExitCode);
        var sentence = process.Errors.Trim();
        Assert.Contains(named, sentence, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', sentence);
        Assert.DoesNotContain("secret", sentence, StringComparison.Ordinal);
    }
}
