using System.Net;
using PaymentCluster.Testing.Systems;
using Xunit.Abstractions;

namespace PaymentCluster.Cluster.Tests;

/// <summary>
/// A cluster goes from one version to the next, with a migration, and back, and forward again, while it takes payments:
/// silo by silo, and the gateway after the silos (before them on the way back). F73 of the catalogue of faults.
/// </summary>
/// <param name="output">Gets a line for each second.</param>
public sealed class UpgradeTests(ITestOutputHelper output)
{
    // Two minutes of calls.
    private const int CallsWhileMixed = 1_440;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    [Fact]
    [Trait("Length", "long")]
    public async Task Payments_go_on_from_one_version_to_the_next_and_back()
    {
        using var earlier = await EarlierBuild.MakeAsync();
        var (old, current) = (earlier.Start, new HostStart());
        await using var cluster = await RunningCluster.PrepareEmptyAsync(silos: 3);
        await MigrateAsync(cluster, old);
        // The version before speaks clear text alone.
        cluster.SpeakClearText();
        StartAs(cluster, old);
        await cluster.OpenAsync();
        using var simulators = cluster.Simulators();
        await simulators.PutAsync("/_customer", new { automatic = true, approval_delay_ms = 20 });
        using var shop = cluster.Shop();
        await using var load = SteadyLoad.Start(shop);
        await load.IsSteadyAsync();

        var migrated = await MigrateAsync(cluster, current);
        Assert.DoesNotContain("migrations applied: 0.", migrated, StringComparison.Ordinal);
        await load.IsSteadyAsync();

        StartAs(cluster, current);
        await ReplaceOneAsync(cluster, load);
        await load.HasMadeAsync(CallsWhileMixed, Timeout * 2);
        await ReplaceOneAsync(cluster, load);
        await ReplaceOneAsync(cluster, load);
        await cluster.ReplaceGatewayAsync();
        await load.IsSteadyAsync();

        StartAs(cluster, old);
        Assert.EndsWith("migrations applied: 0.", await MigrateAsync(cluster, old), StringComparison.Ordinal);
        await cluster.ReplaceGatewayAsync();
        await ReplaceAllAsync(cluster, load);
        StartAs(cluster, current);
        await ReplaceAllAsync(cluster, load);
        await cluster.ReplaceGatewayAsync();
        await load.IsSteadyAsync();

        await load.EndAsync();
        output.WriteLine(load.Table(TimeSpan.Zero));
        // While the one gateway is replaced there is no response at all; any other failure may be repeated.
        Assert.All(
            load.Calls.Where(call => !call.Succeeded),
            call => Assert.True(call.Status is null or HttpStatusCode.ServiceUnavailable, $"{call}"));
        await cluster.AgreeAsync(shop, simulators, load.Accepted);
    }

    // The version before has no login of its own for gateways.
    private static void StartAs(RunningCluster cluster, HostStart build) =>
        (cluster.ServerStart, cluster.GatewaysHaveSilosLogin) = (build, build.Checkout is not null);

    private static async Task ReplaceAllAsync(RunningCluster cluster, SteadyLoad load)
    {
        for (var silo = 0; silo < 3; silo++)
        {
            await ReplaceOneAsync(cluster, load);
        }
    }

    // The one that runs longest.
    private static async Task ReplaceOneAsync(RunningCluster cluster, SteadyLoad load)
    {
        var silo = cluster.Silos.First(silo => !silo.Process.HasExited);
        await silo.Process.SignalStopAsync();
        Assert.Equal(0, await silo.Process.ExitAsync(Timeout));
        cluster.StartSilo();
        await cluster.AreActiveAsync(3);
        await load.IsSteadyAsync();
    }

    private static async Task<string> MigrateAsync(RunningCluster cluster, HostStart build)
    {
        using var migrate = await cluster.MigrateAsync(build: build);
        Assert.True(migrate.ExitCode == 0, $"{migrate.Output}\n{migrate.Errors}");
        return migrate.Output;
    }
}
