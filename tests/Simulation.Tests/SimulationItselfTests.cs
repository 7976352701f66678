using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests;

/// <summary>The simulation can be trusted: it plays again what it played. That it finds mistakes, <c>./test mutants</c>
/// proves: it makes them in the product (docs/testing.md).</summary>
public sealed class SimulationItselfTests
{
    [Fact]
    public void The_same_seed_has_the_same_history() => OneThread.Run(() =>
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var first = Simulation.Run(Choices.Of(seed), isKept: true);
            Assert.NotEmpty(first.History.Lines);
            Assert.Equal(first.History.Lines, Simulation.Run(Choices.Of(seed), isKept: true).History.Lines);
            Assert.Equal(first.History.Lines, Simulation.Run(Choices.Again(first.Choices), isKept: true).History.Lines);
        }

        return true;
    });

    [Fact]
    public void The_plainest_run_is_one_payment_that_succeeds() => OneThread.Run(() =>
    {
        var run = Simulation.Run(Choices.Again([]), isKept: true);
        Assert.Null(run.Broken);
        Assert.Equal(1, run.Payments);
        Assert.Contains(run.History.Lines, line => line.EndsWith("PaymentCaptured, Success", StringComparison.Ordinal));
        return true;
    });

    [Fact]
    public void What_fails_shrinks_to_what_matters()
    {
        int[]? Fails(int[] choices) => choices.Where(choice => choice >= 7).Take(2).Count() == 2 ? choices : null;
        Assert.Equal([7, 7], Shrinker.Shrink([1, 2, 900, 3, 0, 55, 8, 12, 4, 4], Fails, runs: 1_000));
    }
}
