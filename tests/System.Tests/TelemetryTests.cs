using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Traces_and_metrics_go_to_the_collector_that_is_named()
    {
        await using var collector = await Collector.StartAsync();
        await using var system = await RunningSystem.PrepareAsync();
        collector.Watch(system);
        await system.StartSimulatorsAsync();

        await system.StartServerAsync();

        await Eventually.HoldsAsync(
            () =>
                collector.Has(Collector.Traces, "Microsoft.AspNetCore") && collector.Has(
                    Collector.Metrics, "PaymentCluster.Journal"),
            "traces and metrics arrive");
    }
}
