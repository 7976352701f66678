using Xunit.Abstractions;

namespace PaymentCluster.Cluster.Tests;

/// <summary>A silo that is told to stop hands its payments over: callers do not notice.</summary>
/// <param name="output">Gets a line for each second.</param>
public sealed class GracefulStopTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    // Longer than a call is made again, and shorter than the timeout of a grain call.
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(4);

    [Fact, Trait("Length", "long")]
    public async Task No_call_fails_while_each_silo_in_turn_is_stopped_and_replaced()
    {
        await using var cluster = await RunningCluster.PrepareAsync(silos: 3);
        await cluster.OpenAsync();
        using var simulators = cluster.Simulators();
        await simulators.PutAsync("/_customer", new { automatic = true, approval_delay_ms = 20 });
        using var shop = cluster.Shop();
        await using var load = SteadyLoad.Start(shop, ordersPerSecond: 20);
        await load.IsSteadyAsync();
        var begin = load.Elapsed;

        List<(TimeSpan From, TimeSpan To)> stops = [];
        foreach (var silo in cluster.Silos)
        {
            var from = load.Elapsed;
            await silo.Process.SignalStopAsync();
            Assert.Equal(0, await silo.Process.ExitAsync(Timeout));
            stops.Add((from, load.Elapsed));
            cluster.StartSilo();
            await cluster.AreActiveAsync(3);
            await load.IsSteadyAsync();
        }

        await load.EndAsync();
        output.WriteLine(load.Table(begin));
        // A call that a stopping silo rejects fails at once; one that times out says that the machine is busy.
        Assert.All(
            load.Calls.Where(call => stops.Exists(stop => call.At >= stop.From && call.At <= stop.To)),
            call => Assert.True(
                call.Succeeded || call.Took > AtOnce, $"{call}\n{load.Table(begin)}\n{cluster.ServerLog}"));
        await cluster.AgreeAsync(shop, simulators, load.Accepted);
    }
}
