using System.Globalization;

namespace PaymentCluster.Chaos.Tests;

/// <summary>What a run is: everything in it follows from these, but for the order in which the machine does
/// things.</summary>
internal sealed record ChaosOptions
{
    /// <summary>The seed of every draw.</summary>
    public required int Seed { get; init; }

    /// <summary>How long load and faults last.</summary>
    public required TimeSpan Load { get; init; }

    /// <summary>Whether it is the run that belongs to <c>./test</c>.</summary>
    public required bool IsShort { get; init; }

    /// <summary>Orders per second, by intended start times.</summary>
    public required double Rate { get; init; }

    /// <summary>The mean time between two faults of the nemesis.</summary>
    public required TimeSpan Gap { get; init; }

    /// <summary>The probability of a crash at each named point, each time that it is reached.</summary>
    public required double CrashRate { get; init; }

    /// <summary>The probability of a pause at each named point.</summary>
    public required double PauseRate { get; init; }

    /// <summary>Whether the provider and the network to it may hold requests up for longer than the provider's
    /// visibility window: then a request that was taken to be lost can arrive later.</summary>
    public required bool BreaksVisibilityWindow { get; init; }

    /// <summary>For how long processes are frozen at most. In a longer run that is longer than anything that is waited
    /// for.</summary>
    public required TimeSpan LongestFreeze { get; init; }

    /// <summary>How long networks fail and the store is held up at most. In a longer run that is longer than the
    /// response to a commit is waited for.</summary>
    public required TimeSpan LongestFault { get; init; }

    /// <summary>Whether banks automatically approve payments that no customer has decided after a while: then a payment
    /// whose next step reached no customer is charged nevertheless.</summary>
    public required bool IsFrictionless { get; init; }

    /// <summary>Whether customers may leave without a word; such a payment stays for a minute, until it
    /// expires.</summary>
    public bool MayAbandon => !IsFrictionless && Load >= TimeSpan.FromMinutes(2);

    /// <summary>Where the report is written while the run goes on; null for nowhere.</summary>
    public required string? Report { get; init; }

    /// <summary>From the environment, as <c>./test chaos</c> sets it;
    /// without it the short run of <c>./test</c>.</summary>
    public static ChaosOptions Read()
    {
        var seed = Number("PAYMENTCLUSTER_CHAOS_SEED") ?? 20_261_120;
        var minutes = Number("PAYMENTCLUSTER_CHAOS_MINUTES");
        var load = minutes is { } given ? TimeSpan.FromMinutes(given) : TimeSpan.FromSeconds(25);
        var draws = Draws.Of((int)seed, "options");
        return new ChaosOptions
        {
            Seed = (int)seed,
            Load = load,
            IsShort = minutes is null,
            Rate = Number("PAYMENTCLUSTER_CHAOS_RATE") ?? 8,
            Gap = TimeSpan.FromSeconds(minutes is null ? 3 : 5),
            CrashRate = 0.002,
            PauseRate = 0.002,
            BreaksVisibilityWindow = minutes is not null && draws.Chance(0.5),
            IsFrictionless = minutes is null || draws.Chance(0.7),
            // The two-digit ones need a run that is longer than they are.
            LongestFreeze = TimeSpan.FromSeconds(Math.Clamp(load.TotalSeconds / 4, 5, 60)),
            LongestFault = TimeSpan.FromSeconds(Math.Clamp(load.TotalSeconds / 6, 4, 14)),
            Report = Environment.GetEnvironmentVariable("PAYMENTCLUSTER_CHAOS_REPORT"),
        };
    }

    /// <summary>The line that repeats the run.</summary>
    public string Repeat() => IsShort
        ? string.Create(CultureInfo.InvariantCulture, $"PAYMENTCLUSTER_CHAOS_SEED={Seed} ./test Chaos.Tests")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"./test chaos --minutes {Load.TotalMinutes:0.######} --seed {Seed} --rate {Rate}");

    private static double? Number(string variable) =>
        double.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
