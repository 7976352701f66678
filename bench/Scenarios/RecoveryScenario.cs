using System.Diagnostics;
using PaymentCluster.Bench.Processes;
using PaymentCluster.Bench.Reports;

namespace PaymentCluster.Bench.Scenarios;

/// <summary><c>recovery</c>: a start with many payments whose process died while their provider was called, and what
/// new payments notice of it. The provider's budget of status queries is the usual one, so that most of them are looked
/// after, and learn nothing yet.</summary>
internal static class RecoveryScenario
{
    private const double Rate = 200;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static async IAsyncEnumerable<Row> RunAsync(BenchOptions options)
    {
        await using var system = await RunningSystem.StartAsync(
            simulated: false, ("Instant__LatencyFrom", "50"), ("Instant__LatencyTo", "150"));
        var meter = new Meter(system);
        var alone = await meter.RunAsync(meter.Orders(options, Rate, options.WarmUp));
        yield return alone.ToRow("recovery", $"{Rate}/s, nothing else", alone.Load.Accepted);

        await system.StopServerAsync();
        var open = options.Many * 15;
        await StoredPayments.FillAsync(system.Database, open, StoredPayments.Open);
        await system.StartServerAsync();
        // The code is compiled as in the first load, while the first payments are resumed.
        await meter.RunAsync(meter.Orders(options, Rate, 0) with { Seconds = options.WarmUp / 2 });
        var (started, before) = (Stopwatch.GetTimestamp(), await OverdueAsync(system.Database));
        var beside = meter.RunAsync(meter.Orders(options, Rate, options.WarmUp / 2));
        await UntilLookedAfterAsync(system.Database, beside);
        var (seconds, left) = (Stopwatch.GetElapsedTime(started).TotalSeconds, await OverdueAsync(system.Database));
        var measured = await beside;
        var heap = (await system.MemoryAsync(collect: true)).Heap;
        var row = measured.ToRow("recovery", $"{Rate}/s beside {open} open payments", measured.Load.Accepted);
        yield return row with
        {
            More = row.More.Add("resumed/s", (before - left) / seconds)
                .Add("still overdue", left)
                .Add("heap MB afterwards", heap / 1e6),
        };
    }

    // All are resumed, or the load beside them has ended. New payments are final before they are due.
    private static async Task UntilLookedAfterAsync(BenchDatabase database, Task beside)
    {
        while (!beside.IsCompleted
            && await database.ReadAsync<bool>(
                "select exists (select from payment_schedule where due_at <= now() - interval '1 second')"))
        {
            await Task.WhenAny(beside, Task.Delay(Interval));
        }
    }

    private static Task<long> OverdueAsync(BenchDatabase database) =>
        database.ReadAsync<long>("select count(*) from payment_schedule where due_at <= now()");
}
