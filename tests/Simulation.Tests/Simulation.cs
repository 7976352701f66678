using System.Globalization;
using System.Text;
using PaymentCluster.Simulation.Tests.Checks;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests;

/// <summary>Runs worlds: one seed is one run.</summary>
internal static class Simulation
{
    /// <summary>With which seed to begin; the first of the fixed ones unless set.</summary>
    public const string SeedVariable = "PAYMENTCLUSTER_SIMULATION_SEED";

    /// <summary>How many seeds to run.</summary>
    public const string CountVariable = "PAYMENTCLUSTER_SIMULATION_COUNT";

    private const int RunsToShrink = 4_000;

    /// <summary>Runs some seeds, until one fails.</summary>
    public static Summary RunSeeds(long first, int count)
    {
        var payments = 0;
        for (var seed = first; seed < first + count; seed++)
        {
            var run = Run(Choices.Of(seed));
            payments += run.Payments;
            if (run.Broken is not null)
            {
                return new Summary((int)(seed - first) + 1, payments, Shrunk(seed, run));
            }
        }

        return new Summary(count, payments, null);
    }

    /// <summary>One run. What it tells is kept on request.</summary>
    public static RunResult Run(Choices choices, bool isKept = false)
    {
        var world = new World(choices, new History(isKept));
        BrokenInvariantException? broken = null;
        try
        {
            world.Run();
        }
        catch (BrokenInvariantException exception)
        {
            broken = exception;
        }
        catch (InvalidOperationException exception)
        {
            broken = new BrokenInvariantException("I0", "no exception leaves the engine", exception);
        }

        return new RunResult(world.Checker.Payments, [.. choices.Made], broken, world.History);
    }

    /// <summary>A number that the environment gives, or else this one.</summary>
    public static long FromEnvironment(string variable, long otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;

    // Only what fails in the same way is the same failure.
    private static FailedSeed Shrunk(long seed, RunResult failed)
    {
        var choices = Shrinker.Shrink(failed.Choices, Again, RunsToShrink);
        var last = Run(Choices.Again(choices), isKept: true);
        return new FailedSeed(seed, last.Broken!, choices, last.History);

        int[]? Again(int[] made)
        {
            var run = Run(Choices.Again(made));
            return run.Broken?.Invariant == failed.Broken!.Invariant ? run.Choices : null;
        }
    }
}

/// <summary>How one run went.</summary>
internal sealed record RunResult(int Payments, int[] Choices, BrokenInvariantException? Broken, History History);

/// <summary>How some seeds went.</summary>
internal sealed record Summary(int Seeds, int Payments, FailedSeed? Failed);

/// <summary>A failing seed, made as small as possible.</summary>
internal sealed record FailedSeed(long Seed, BrokenInvariantException Broken, int[] Choices, History History)
{
    /// <summary>For people: what was broken, what happened, and how to see it again.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Seed {Seed} breaks {Broken.Message}").AppendLine();
        foreach (var line in History.Lines)
        {
            text.AppendLine(line);
        }

        return text.AppendLine()
            .AppendLine(
                CultureInfo.InvariantCulture,
                $"Again: {Simulation.SeedVariable}={Seed} {Simulation.CountVariable}=1 ./test "
                    + $"simulation --filter Any_seed")
            .ToString();
    }
}
