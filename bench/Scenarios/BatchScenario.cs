using PaymentCluster.Bench.Load;
using PaymentCluster.Bench.Processes;
using PaymentCluster.Bench.Reports;

namespace PaymentCluster.Bench.Scenarios;

/// <summary><c>batch</c>: a thousand payments at one moment, until the last is final.</summary>
internal static class BatchScenario
{
    public const int Size = 1000;

    public static async IAsyncEnumerable<Row> RunAsync(BenchOptions options)
    {
        foreach (var latency in (int[])[0, 200])
        {
            await using var system = await RunningSystem.StartAsync(
                simulated: false, ("Instant__LatencyFrom", $"{latency}"), ("Instant__LatencyTo", $"{latency}"));
            var meter = new Meter(system);
            await meter.RunAsync(meter.Orders(options, 500, options.WarmUp) with { Seconds = 0.1 });
            await meter.DrainAsync();
            var (row, seconds) = await OfferAsync(system, meter, meter.Orders(options, 0, 0.5));
            yield return row with
            {
                Scenario = "batch",
                Load = $"{Size} at once, provider {latency} ms",
                PerSecond = Size / seconds,
                More = row.More.Add("all final after s", seconds),
            };
        }
    }

    /// <summary>Offers a thousand payments at once, and waits until all are final.</summary>
    /// <returns>The row, and the seconds from the first payment's creation to the last one's end by the server's own
    /// clock.</returns>
    public static async Task<(Row Row, double Seconds)> OfferAsync(RunningSystem system, Meter meter, LoadPlan plan)
    {
        var before = await meter.DrainAsync();
        var measured = await meter.RunAsync(plan with { Burst = Size, Connections = Size, Seconds = 60, WarmUp = 0.5 });
        while (await system.Database.CompletedAsync() < before + measured.Load.Accepted)
        {
            await Task.Delay(5);
        }

        var seconds = await system.Database.ReadAsync<double>(
            "select extract(epoch from max(updated_at) - min(created_at))::float8 from payments "
            + $"where starts_with(order_id, '{plan.OrderPrefix}')");
        return (measured.ToRow("batch", "", Size), seconds);
    }
}
