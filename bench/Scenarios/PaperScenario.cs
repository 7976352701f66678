using PaymentCluster.Bench.Processes;
using PaymentCluster.Bench.Reports;
using PaymentCluster.Bench.Server;

namespace PaymentCluster.Bench.Scenarios;

/// <summary><c>paper</c>: the comparison that surveys of asynchronous payment backends make, measured: a request that
/// waits for its provider (200 to 500 ms) on one of 64 workers, against one that gets its response when the payment is
/// durable.</summary>
internal static class PaperScenario
{
    private const int Workers = 64;
    private const double Normal = 100;
    private const double Peak = 500;

    public static async IAsyncEnumerable<Row> RunAsync(BenchOptions options)
    {
        foreach (var path in (string[])[SynchronousPayments.Path, "/api/v1/payments"])
        {
            var mode = path == SynchronousPayments.Path ? "synchronous" : "asynchronous";
            await using var system = await RunningSystem.StartAsync(
                simulated: false,
                ("Instant__LatencyFrom", "200"),
                ("Instant__LatencyTo", "500"),
                (SynchronousPayments.WorkersSetting.Replace(":", "__", StringComparison.Ordinal), $"{Workers}"));
            var meter = new Meter(system);
            await meter.RunAsync(meter.Orders(options, Normal, options.WarmUp) with { Path = path, Seconds = 0.1 });
            foreach (var (name, rate) in ((string, double)[])[("normal", Normal), ("peak", Peak)])
            {
                var plan = meter.Orders(options, rate, options.WarmUp / 4) with { Path = path, Connections = 4096 };
                var measured = await meter.RunAsync(plan);
                yield return await WithConsistencyAsync(
                    measured.ToRow("paper", $"{mode}, {name} {rate:0}/s", measured.Load.Accepted),
                    system,
                    meter,
                    measured.Load.Latency);
            }

            var (row, seconds) = await BatchScenario.OfferAsync(
                system, meter, meter.Orders(options, 0, 0) with { Path = path });
            yield return await WithConsistencyAsync(
                row with
                {
                    Scenario = "paper",
                    Load = $"{mode}, {BatchScenario.Size} at once",
                    PerSecond = BatchScenario.Size / seconds,
                },
                system,
                meter,
                row.Accept!,
                ("all final after s", seconds));
        }
    }

    // Consistent: every payment that was ever accepted is final, once, and the books balance.
    private static async Task<Row> WithConsistencyAsync(
        Row row, RunningSystem system, Meter meter, Load.Latencies latency, params (string Name, double Value)[] more)
    {
        await meter.DrainAsync();
        var consistent = await system.Database.ReadAsync<double>(
            """
            select case when (select sum(debits) - sum(credits) from ledger_balances) = 0
                   then 100.0 * count(*) filter (where status = 4 and captured_amount = amount) / count(*) else 0 end::float8
            from payments
            """);
        var all = row.More.Add("mean ms", latency.Mean).Add("min ms", latency.Min).Add("max ms", latency.Max)
            .Add("consistent %", consistent);
        return row with { More = all.AddRange(more.Select(one => KeyValuePair.Create(one.Name, one.Value))) };
    }
}
