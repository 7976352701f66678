using PaymentCluster.Bench.Processes;
using PaymentCluster.Bench.Reports;

namespace PaymentCluster.Bench.Scenarios;

/// <summary><c>memory</c>: what a grain costs, and whether memory grows with the payments that pass.</summary>
internal static class MemoryScenario
{
    // Longer than grains stay in memory idle, and the time between two looks for them.
    private static readonly TimeSpan UntilIdleHaveLeft = TimeSpan.FromSeconds(200);

    public static async IAsyncEnumerable<Row> RunAsync(BenchOptions options)
    {
        yield return await GrainsAsync(options);
        yield return await PassingAsync(options);
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
            Scenario = "memory",
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
            Scenario = "memory",
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
