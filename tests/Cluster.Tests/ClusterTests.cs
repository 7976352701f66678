namespace PaymentCluster.Cluster.Tests;

/// <summary>Silos come and go in the middle of payments; the merchant and the provider notice only delays.</summary>
public sealed class ClusterTests
{
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_silo_that_joins_later_takes_over_from_those_that_leave()
    {
        await using var cluster = await RunningCluster.PrepareAsync(silos: 2);
        await cluster.OpenWithLossesAsync();
        using var shop = cluster.Shop();
        using var simulators = cluster.Simulators();
        cluster.StartSilo();
        await cluster.AreActiveAsync(3);

        var burst = Burst.Start(cluster, shop);
        await burst.IsInItsMiddleAsync();
        foreach (var leaving in cluster.Silos.Take(2))
        {
            await leaving.Process.SignalStopAsync();
            Assert.Equal(0, await leaving.Process.ExitAsync(EndTimeout));
        }

        await cluster.AgreeAsync(shop, simulators, await burst.EndsAsync());
    }
}
