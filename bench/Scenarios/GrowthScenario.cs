using PaymentCluster.Bench.Processes;
using PaymentCluster.Bench.Reports;

namespace PaymentCluster.Bench.Scenarios;

/// <summary><c>growth</c>: whether the system gets slower with what it stores, what a grain costs in memory, and
/// whether memory grows with the payments that pass.</summary>
internal static class GrowthScenario
{
    // Longer than grains stay in memory idle, and the time between two looks for them.
    private static readonly TimeSpan UntilIdleHaveLeft = TimeSpan.FromSeconds(200);

    public static async IAsyncEnumerable<Row> RunAsync(BenchOptions options)
    {
        await foreach (var row in StoredAsync(options))
        {
            yield return row;
        }

        yield return await GrainsAsync(options);
        yield return await PassingAsync(options);
    }

    // At saturation, where the figure is continuous.
    private static async IAsyncEnumerable<Row> StoredAsync(BenchOptions options)
    {
        await using var system = await RunningSystem.StartAsync(simulated: false);
        var meter = new Meter(system);
        await meter.SaturateAsync(options);
        double? smallest = null;
        foreach (var stored in options.Stored)
        {
            await StoredPayments.FillAsync(system.Database, stored, StoredPayments.Finished);
            var measured = await meter.RunAsync(meter.Orders(options, 0, options.WarmUp / 2));
            await meter.DrainAsync();
            var row = measured.ToRow("growth", $"{stored} stored, saturated");
            smallest ??= row.PerSecond;
            yield return row with { More = row.More.Add("of the smallest", row.PerSecond / smallest.Value) };
        }
    }

    private static async Task<Row> GrainsAsync(BenchOptions options)
    {
        await using var system = await RunningSystem.StartAsync(
            simulated: false, ("Instant__LatencyFrom", "300000"), ("Instant__LatencyTo", "300000"));
        await StoredPayments.FillAsync(system.Database, options.Many, StoredPayments.Finished);
        var paths = await StoredPayments.PathsAsync(system.Database, options.Many);
        var meter = new Meter(system);
        var some = meter.Orders(options, 0, 0) with { Connections = 64, OrderPrefix = null };
        await meter.RunAsync(some with { Targets = paths[..10], Burst = 1000, Seconds = 30 });
        var empty = (await system.MemoryAsync(collect: true)).Heap;
        await meter.RunAsync(some with { Targets = paths, Burst = paths.Length, Seconds = 60 });
        var idle = (await system.MemoryAsync(collect: true)).Heap;
        await meter.RunAsync(meter.Orders(options, 0, 0) with { Connections = 64, Burst = options.Many, Seconds = 60 });
        var live = (await system.MemoryAsync(collect: true)).Heap;
        return new Row
        {
            Scenario = "growth",
            Load = $"{options.Many} grains",
            More = new Row { Scenario = "", Load = "" }.More
                .Add("B per idle grain", (double)(idle - empty) / options.Many)
                .Add("B per live grain", (double)(live - idle) / options.Many),
        };
    }

    private static async Task<Row> PassingAsync(BenchOptions options)
    {
        await using var system = await RunningSystem.StartAsync(simulated: false);
        var meter = new Meter(system);
        var (first, all) = (options.Many * 5, options.Many * 50);
        await meter.RunAsync(meter.Orders(options, 0, 0) with { Burst = first, Seconds = 600 });
        var busy = await system.MemoryAsync();
        await IdleAsync(options);
        var before = await system.MemoryAsync(collect: true);
        await meter.RunAsync(meter.Orders(options, 0, 0) with { Burst = all - first, Seconds = 1200 });
        var busyAfter = await system.MemoryAsync();
        await IdleAsync(options);
        var after = await system.MemoryAsync(collect: true);
        return new Row
        {
            Scenario = "growth",
            Load = $"{first}, then {all} payments passed",
            More = new Row { Scenario = "", Load = "" }.More
                .Add("heap MB after the first, idle", before.Heap / 1e6)
                .Add("heap MB after all, idle", after.Heap / 1e6)
                .Add("working set MB after the first, busy", busy.WorkingSet / 1e6)
                .Add("working set MB after all, busy", busyAfter.WorkingSet / 1e6),
        };
    }

    private static Task IdleAsync(BenchOptions options) =>
        Task.Delay(options.Quick ? TimeSpan.FromMilliseconds(100) : UntilIdleHaveLeft);
}
