using PaymentCluster.Bench.Load;
using PaymentCluster.Bench.Processes;
using PaymentCluster.Bench.Reports;

namespace PaymentCluster.Bench.Scenarios;

/// <summary><c>step</c>: an everyday load that grows five times over for a minute and falls back. What is too much is
/// refused with 503 and Retry-After, what was accepted is completed, and latency is as before soon after.</summary>
internal static class StepScenario
{
    private const int Times = 5;
    private const double StepSeconds = 60;

    // Of what the system carries at most; five times as much is twice that.
    private const double Everyday = 0.4;

    // Too few would be a loader that waits politely for an overloaded server.
    private const int Connections = 4_096;

    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(10);

    public static async IAsyncEnumerable<Row> RunAsync(BenchOptions options)
    {
        await using var system = await RunningSystem.StartAsync(simulated: false);
        var meter = new Meter(system);
        var rate = Math.Max(1, (await meter.SaturateAsync(options)).CompletedPerSecond * Everyday);
        yield return await RunAsync("before", rate, options.Seconds);

        await meter.DrainAsync();
        var step = meter.Orders(options, rate * Times, 0) with
        {
            Connections = options.Quick ? options.Connections : Connections,
            Seconds = options.Quick ? options.Seconds : StepSeconds,
        };
        var measured = await meter.RunAsync(step);
        yield return Shown(measured, $"{Times} times as much, {step.Rate:0}/s");

        yield return await RunAsync($"the {Recovery.TotalSeconds:0} s after it", rate, Recovery.TotalSeconds);
        yield return await RunAsync("then", rate, options.Seconds);

        // The drain ends when nothing completes any more: what is missing then stays missing.
        var accepted = await AcceptedAsync(system, step);
        await meter.DrainAsync();
        var completed = await CompletedAsync(system, step);
        yield return new Row
        {
            Scenario = "step",
            Load = $"of {measured.Load.Accepted} accepted in the step",
            Failed = (measured.Load.Accepted > accepted ? measured.Load.Accepted - accepted : 0) + accepted - completed,
            More = Row.None.Add("stored", accepted).Add("completed", completed),
        };

        async Task<Row> RunAsync(string when, double perSecond, double seconds) => Shown(
            await meter.RunAsync(meter.Orders(options, perSecond, 0) with { Seconds = seconds }),
            $"{when}, {perSecond:0}/s");
    }

    private static Row Shown(Measured measured, string load) => measured.ToRow("step", load) with
    {
        More = Row.None
            .Add("accepted", measured.Load.Accepted)
            .Add("never sent", measured.Load.Unsent)
            .Add("without Retry-After", measured.Load.RefusedWithoutRetryAfter),
    };

    private static Task<long> AcceptedAsync(RunningSystem system, LoadPlan step) =>
        system.Database.ReadAsync<long>(
            $"select count(*) from payments where starts_with(order_id, '{step.OrderPrefix}')");

    private static Task<long> CompletedAsync(RunningSystem system, LoadPlan step) =>
        system.Database.ReadAsync<long>(
            $"select count(*) from payments where starts_with(order_id, '{step.OrderPrefix}') and status = 4");
}
