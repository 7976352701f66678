using PaymentCluster.Testing.Systems;

namespace PaymentCluster.Cluster.Tests;

/// <summary>Silos die, freeze, come and go in the middle of payments; the merchant and the provider notice only
/// delays.</summary>
public sealed class ClusterTests
{
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(60);

    // Slow enough for much to be under way at any time.
    private static readonly object NoneIsLost = new { seed = 7, latency_ms = 200 };

    // Calls that are processed without a response, and connections that break before and after the request was
    // processed.
    private static readonly object SomeAreLost = new
    {
        seed = 7,
        latency_ms = 200,
        charge_then_timeout = 0.05,
        reset = 0.05,
        reset_after = 0.05,
        hold_ms = 3000,
    };

    [Fact]
    public async Task Payments_are_finished_and_charged_once_when_one_of_three_silos_is_killed()
    {
        await using var cluster = await RunningCluster.PrepareAsync(silos: 3);
        await OpenAsync(cluster, SomeAreLost);
        using var shop = cluster.Shop();

        var burst = Burst.Start(cluster, shop);
        await burst.IsInItsMiddleAsync();
        await cluster.Silos[1].Process.KillAsync();
        await cluster.IsEvictedAsync(cluster.Silos[1]);

        await AgreeAsync(cluster, shop, await burst.EndsAsync());
        // What a silo logs about a lost call names the request that another process, the gateway, took in.
        Assert.Contains(
            cluster.Silos.SelectMany(silo => silo.Process.Output.Split('\n')),
            line => line.Contains("\"requestId\":\"req_", StringComparison.Ordinal)
                && line.Contains("\"paymentId\":\"pay_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_silo_that_freezes_until_the_others_give_it_up_charges_nothing_twice_and_ends_itself()
    {
        await using var cluster = await RunningCluster.PrepareAsync(silos: 3);
        // The send window is as long as in production: it is there for machines that freeze. What it holds up is what
        // the frozen silo lost.
        await OpenAsync(cluster, NoneIsLost, sendWindow: "00:00:20", clockError: "00:00:10");
        using var shop = cluster.Shop();

        var burst = Burst.Start(cluster, shop);
        await burst.IsInItsMiddleAsync();
        var frozen = cluster.Silos[1];
        await frozen.Process.FreezeAsync();
        await cluster.IsEvictedAsync(frozen);
        await frozen.Process.ThawAsync();

        // A supervisor starts it again; a silo that stayed would continue outside the cluster.
        await frozen.Process.ExitAsync(EndTimeout);
        cluster.StartSilo();
        await cluster.AreActiveAsync(3);
        await AgreeAsync(cluster, shop, await burst.EndsAsync());
    }

    [Fact]
    public async Task A_silo_that_joins_later_takes_over_from_those_that_leave()
    {
        await using var cluster = await RunningCluster.PrepareAsync(silos: 2);
        await OpenAsync(cluster, SomeAreLost);
        using var shop = cluster.Shop();
        cluster.StartSilo();
        await cluster.AreActiveAsync(3);

        var burst = Burst.Start(cluster, shop);
        await burst.IsInItsMiddleAsync();
        foreach (var leaving in cluster.Silos.Take(2))
        {
            await leaving.Process.SignalStopAsync();
            Assert.Equal(0, await leaving.Process.ExitAsync(EndTimeout));
        }

        await AgreeAsync(cluster, shop, await burst.EndsAsync());
    }

    // Customers pay automatically. What waits for lost calls is short, so that recovery is over within the test.
    private static async Task OpenAsync(
        RunningCluster cluster, object dials, string sendWindow = "00:00:02", string clockError = "00:00:00.500")
    {
        cluster.Settings["Payments__SendWindow"] = sendWindow;
        cluster.Settings["Payments__ClockError"] = clockError;
        cluster.Settings["Payments__SweepInterval"] = "00:00:00.200";
        cluster.Settings["Payments__Lease"] = "00:00:02";
        cluster.Settings["Connectors__Razorpay__VisibilityWindow"] = "00:00:01";
        cluster.Settings["Connectors__Razorpay__Timeout"] = "00:00:02";
        await cluster.OpenAsync();
        using var simulators = cluster.Simulators();
        await simulators.PutAsync("/_customer", new { automatic = true, approval_delay_ms = 20 });
        await simulators.PutAsync("/_dials/razorpay", dials);
    }

    private static async Task AgreeAsync(RunningCluster cluster, ApiClient shop, IReadOnlyCollection<Accepted> accepted)
    {
        using var simulators = cluster.Simulators();
        await Books.AgreeAsync(cluster, simulators, shop, accepted, []);
    }
}
