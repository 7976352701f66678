using PaymentCluster.Simulation.Tests.Payments;
using PaymentCluster.Simulation.Tests.Schedule;
using Xunit.Abstractions;

namespace PaymentCluster.Simulation.Tests;

/// <summary>The simulation can be trusted: it plays again what it played, and finds mistakes that are made on
/// purpose.</summary>
public sealed class SimulationItselfTests(ITestOutputHelper output)
{
    /// <summary>Within how many seeds a mistake is found, and how long its history may be.</summary>
    private const int Seeds = 6_000;

    private const int Lines = 90;

    public static TheoryData<Mutation> Mutations => [.. Enum.GetValues<Mutation>().Except([Mutation.None])];

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

    [Theory]
    [MemberData(nameof(Mutations))]
    public void A_mistake_in_the_shell_is_found_and_its_history_is_short(Mutation mutation)
    {
        var summary = OneThread.Run(() => Simulation.RunSeeds(1, Seeds, mutation));
        Assert.True(summary.Failed is not null, $"{mutation} was not found within {Seeds} seeds.");
        output.WriteLine(summary.Failed.ToString());
        Assert.InRange(summary.Failed.History.Lines.Count, 1, Lines);
    }
}
