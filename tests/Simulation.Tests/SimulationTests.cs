using System.Diagnostics;
using Xunit.Abstractions;

namespace PaymentCluster.Simulation.Tests;

/// <summary>Whatever happens to processes, store, wires, provider and clients, the promises hold.</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int Seeds = 4_000;

    [Fact]
    public void Any_seed_keeps_every_promise()
    {
        var first = Simulation.FromEnvironment(Simulation.SeedVariable, 1);
        var count = (int)Simulation.FromEnvironment(Simulation.CountVariable, Seeds);
        var (clock, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var summary = OneThread.Run(() => Simulation.RunSeeds(first, count));
        var rate = summary.Payments / clock.Elapsed.TotalSeconds;
        var rateOfCpu = summary.Payments / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        output.WriteLine(
            $"{summary.Seeds} seeds from {first} on, {summary.Payments} payments, {rate:N0} payments/s, "
                + $"{rateOfCpu:N0} per CPU second.");
        Assert.True(summary.Failed is null, summary.Failed?.ToString());
    }
}
