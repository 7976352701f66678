using PaymentCluster.Testing;
using PaymentCluster.Testing.Systems;
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
        await using var cluster = await StartAsync();
        using var shop = cluster.Shop();
        await using var load = await LoadAsync(shop);
        var frozen = cluster.Silos[1];
        var lost = load.Elapsed;

        await frozen.Process.FreezeAsync();
        await SucceedAsync(load, lost, within: TimeSpan.FromSeconds(30), longest: TimeSpan.FromSeconds(6));

        var meanwhile = load.Calls.Where(call => call.At > lost && call.At < lost + TimeSpan.FromSeconds(5)).ToList();
        Assert.True(
            meanwhile.Count(call => call.Succeeded) >= LeastSuccessfulMeanwhile * meanwhile.Count, load.Table(lost));
        await frozen.Process.ThawAsync();
        await EndAsync(cluster, shop, load);
    }

    [Fact]
    public async Task No_call_waits_long_after_a_silo_was_killed()
    {
        await using var cluster = await StartAsync();
        using var shop = cluster.Shop();
        await using var load = await LoadAsync(shop);
        var lost = load.Elapsed;

        await cluster.Silos[1].Process.KillAsync();
        await SucceedAsync(load, lost, within: TimeSpan.FromSeconds(15), longest: TimeSpan.FromSeconds(15));

        Assert.All(load.Calls, call => Assert.InRange(call.Took.TotalSeconds, 0, 15));
        await EndAsync(cluster, shop, load);
    }

    private static async Task<RunningCluster> StartAsync()
    {
        var cluster = await RunningCluster.PrepareAsync(silos: 3);
        await cluster.OpenAsync();
        using var simulators = cluster.Simulators();
        await simulators.PutAsync("/_customer", new { automatic = true, approval_delay_ms = 20 });
        return cluster;
    }

    // What a process does for the first time takes longer: it is over before anything counts.
    private static async Task<SteadyLoad> LoadAsync(ApiClient shop)
    {
        var load = SteadyLoad.Start(shop);
        await Eventually.HoldsAsync(
            () => load.Calls.TakeLast(Counted).Count(call => call.Succeeded && call.Took.TotalSeconds < 1) == Counted,
            () => $"calls succeed at once:\n{load.Table(TimeSpan.Zero)}",
            Timeout);
        return load;
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

    private static async Task EndAsync(RunningCluster cluster, ApiClient shop, SteadyLoad load)
    {
        await load.EndAsync();
        foreach (var payment in load.Accepted)
        {
            ApiResponse? last = null;
            await Eventually.HoldsAsync(
                async () => (last = await shop.SendAsync(HttpMethod.Get, $"/api/v1/payments/{payment.Id}")) is
                {
                    Status: System.Net.HttpStatusCode.OK,
                } && Books.IsAtItsEnd(last.Json),
                () => $"{payment} is final; it stands at {last}. The log:\n{cluster.ServerLog}",
                Timeout);
        }

        using var simulators = cluster.Simulators();
        await Books.AgreeAsync(cluster, simulators, shop, load.Accepted, []);
    }
}
