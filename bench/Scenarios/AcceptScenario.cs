using PaymentCluster.Bench.Processes;
using PaymentCluster.Bench.Reports;

namespace PaymentCluster.Bench.Scenarios;

/// <summary><c>accept</c>, <c>own-commit</c> and <c>provider</c>: payments over HTTP to their end, at the highest rate
/// that the system follows and at half of it.</summary>
internal static class AcceptScenario
{
    // PostgreSQL shares the disk's flush among transactions that commit together, so more than two writers are fair to
    // batches of one.
    private static readonly (string, string)[] OwnCommits = [("Journal__MaxBatch", "1"), ("Journal__Writers", "16")];

    public static IAsyncEnumerable<Row> AcceptAsync(BenchOptions options) => RunAsync("accept", options);

    public static IAsyncEnumerable<Row> OwnCommitAsync(BenchOptions options) =>
        RunAsync("own-commit", options, OwnCommits);

    public static async IAsyncEnumerable<Row> ProviderAsync(BenchOptions options)
    {
        foreach (var latency in (int[])[0, 200])
        {
            await using var system = await RunningSystem.StartAsync(simulated: true);
            await system.SetProviderLatencyAsync(latency);
            await foreach (var row in PeakAndHalfAsync("provider", $"{latency} ms, ", options, system))
            {
                yield return row;
            }
        }
    }

    /// <summary>The peak, and half of it, of a running system.</summary>
    public static async IAsyncEnumerable<Row> PeakAndHalfAsync(
        string scenario, string variant, BenchOptions options, RunningSystem system)
    {
        var meter = new Meter(system);
        var (rate, peak) = await PeakSearch.RunAsync(meter, options);
        yield return peak.ToRow(scenario, $"{variant}peak {rate:0}/s") with { IsPeak = true };
        var half = await meter.RunAsync(meter.Orders(options, rate / 2, options.WarmUp / 4));
        await meter.DrainAsync();
        yield return half.ToRow(scenario, $"{variant}half {rate / 2:0}/s");
    }

    private static async IAsyncEnumerable<Row> RunAsync(
        string scenario, BenchOptions options, params (string, string)[] settings)
    {
        await using var system = await RunningSystem.StartAsync(simulated: false, settings);
        await foreach (var row in PeakAndHalfAsync(scenario, "", options, system))
        {
            yield return row;
        }
    }
}

/// <summary>Finds the highest rate of payments whose completion the system follows.</summary>
internal static class PeakSearch
{
    private const double First = 0.8;
    private const double Step = 1.12;
    private const int MaxSteps = 8;

    // Below this part of the rate, or above this latency, a backlog grows.
    private const double Follows = 0.97;
    private const double MaxP99 = 250;

    /// <summary>The rate, and what was measured at it.</summary>
    public static async Task<(double Rate, Measured Measured)> RunAsync(Meter meter, BenchOptions options)
    {
        // As much as the connections carry says where to look; it is no result, since a loader that waits for responses
        // slows down with the system.
        var saturated = await meter.SaturateAsync(options);
        var rate = Math.Max(1, saturated.CompletedPerSecond * First);
        (double Rate, Measured Measured)? best = null;
        for (var step = 0; step < (options.Quick ? 1 : MaxSteps); step++)
        {
            var measured = await meter.RunAsync(meter.Orders(options, rate, options.WarmUp / 4));
            await meter.DrainAsync();
            var isFollowed = measured.CompletedPerSecond >= rate * Follows && measured.Load.Latency.P99 <= MaxP99;
            Console.WriteLine(
                $"  {rate:0}/s offered, {measured.CompletedPerSecond:0}/s completed, "
                    + $"p99 {measured.Load.Latency.P99:0.0} ms");
            if (isFollowed)
            {
                best = (rate, measured);
                rate *= Step;
            }
            else if (best is null && step < MaxSteps - 1)
            {
                rate /= Step * Step;
            }
            else
            {
                return best ?? (rate, measured);
            }
        }

        return best ?? (saturated.CompletedPerSecond, saturated);
    }
}
