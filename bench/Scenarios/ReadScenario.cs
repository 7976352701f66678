using PaymentCluster.Bench.Processes;
using PaymentCluster.Bench.Reports;

namespace PaymentCluster.Bench.Scenarios;

/// <summary><c>read</c>: a payment whose grain is in memory, one whose grain must load, and the first page of the
/// list.</summary>
internal static class ReadScenario
{
    public static async IAsyncEnumerable<Row> RunAsync(BenchOptions options)
    {
        await using var system = await RunningSystem.StartAsync(simulated: false);
        await StoredPayments.FillAsync(system.Database, options.Many, StoredPayments.Finished);
        var paths = await StoredPayments.PathsAsync(system.Database, options.Many);
        var meter = new Meter(system);
        var plan = meter.Orders(options, 0, options.WarmUp / 2) with { OrderPrefix = null };

        // Each is read once: all are cold, as long as there are any.
        var cold = await meter.RunAsync(plan with
        {
            Targets = paths,
            WarmUp = 0,
            Seconds = Math.Max(1, options.Seconds),
            Burst = paths.Length,
        });
        yield return ToRow(cold, "cold, each once");

        var warm = await meter.RunAsync(plan with { Targets = [.. paths.Take(1000)] });
        yield return ToRow(warm, $"warm, {options.Connections} at once");

        var list = await meter.RunAsync(
            plan with { Path = "/api/v1/payments", Connections = Math.Min(32, options.Connections) });
        yield return ToRow(list, "list, first page, 32 at once");
    }

    private static Row ToRow(Measured measured, string load) =>
        measured.ToRow("read", load, measured.Load.Accepted) with
        {
            PerSecond = measured.Load.Accepted / Math.Max(0.001, measured.Load.Seconds),
        };
}
