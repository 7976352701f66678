using PaymentCluster.Testing;
using Xunit.Abstractions;

namespace PaymentCluster.Cluster.Tests;

/// <summary>
/// For how long merchants notice that one of three silos is lost. The goals: 10 s after it froze every call succeeds
/// within 2 s, and after a death no call waits longer than 5 s. The bounds are three times as wide, for machines that
/// have other work.
/// </summary>
/// <param name="output">Gets a line for each second.</param>
public sealed class AvailabilityTests(ITestOutputHelper output)
{
    // How many calls count after the bound: those of 5 s.
    private const int Counted = 60;

    // While a silo is lost, a third of the calls go to it, and a part of the others needs what it had.
    private const double LeastSuccessfulMeanwhile = 0.2;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Every_call_succeeds_again_seconds_after_a_silo_froze_and_some_do_meanwhile()
    {
        await using var cluster = await RunningCluster.PrepareAsync(silos: 3);
        // The send window is as long as in production: it is there for machines that freeze. What it holds up is what
        // the frozen silo lost.
        await cluster.OpenAsync();
        using var simulators = cluster.Simulators();
        await simulators.PutAsync("/_customer", new { automatic = true, approval_delay_ms = 20 });
        using var shop = cluster.Shop();
        await using var load = SteadyLoad.Start(shop);
        await load.IsSteadyAsync();
        var (frozen, lost) = (cluster.Silos[1], load.Elapsed);

        await frozen.Process.FreezeAsync();
        await SucceedAsync(load, lost, within: TimeSpan.FromSeconds(30), longest: TimeSpan.FromSeconds(6));
        await cluster.IsEvictedAsync(frozen);
        await frozen.Process.ThawAsync();

        // A supervisor starts it again; a silo that stayed would continue outside the cluster.
        await frozen.Process.ExitAsync(Timeout);
        var meanwhile = load.Calls.Where(call => call.At > lost && call.At < lost + TimeSpan.FromSeconds(5)).ToList();
        Assert.True(
            meanwhile.Count(call => call.Succeeded) >= LeastSuccessfulMeanwhile * meanwhile.Count, load.Table(lost));
        await load.EndAsync();
        await cluster.AgreeAsync(shop, simulators, load.Accepted);
    }

    [Fact]
    public async Task No_call_waits_long_after_a_silo_was_killed_and_nothing_is_lost_or_charged_twice()
    {
        await using var cluster = await RunningCluster.PrepareAsync(silos: 3);
        await cluster.OpenWithLossesAsync();
        using var simulators = cluster.Simulators();
        using var shop = cluster.Shop();
        await using var load = SteadyLoad.Start(shop);
        await load.IsSteadyAsync();
        var lost = load.Elapsed;

        await cluster.Silos[1].Process.KillAsync();
        await SucceedAsync(load, lost, within: TimeSpan.FromSeconds(15), longest: TimeSpan.FromSeconds(15));

        Assert.All(load.Calls, call => Assert.InRange(call.Took.TotalSeconds, 0, 15));
        await load.EndAsync();
        await cluster.AgreeAsync(shop, simulators, load.Accepted);
        // What a silo logs about a lost call names the request that another process, the gateway, took in.
        Assert.Contains(
            cluster.Silos.SelectMany(silo => silo.Process.Output.Split('\n')),
            line => line.Contains("\"requestId\":\"req_", StringComparison.Ordinal)
                && line.Contains("\"paymentId\":\"pay_", StringComparison.Ordinal));
    }

    private async Task SucceedAsync(SteadyLoad load, TimeSpan lost, TimeSpan within, TimeSpan longest)
    {
        List<Call> counted = [];
        await Eventually.HoldsAsync(
            () => (counted = [.. load.Calls.Where(call => call.At > lost + within)]).Count >= Counted,
            () => $"there are calls {within} after the loss:\n{load.Table(lost)}",
            Timeout);
        output.WriteLine(load.Table(lost));
        Assert.All(counted, call => Assert.True(call.Succeeded && call.Took < longest, $"{call}\n{load.Table(lost)}"));
    }
}
