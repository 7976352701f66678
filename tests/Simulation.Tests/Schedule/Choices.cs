namespace PaymentCluster.Simulation.Tests.Schedule;

/// <summary>Every random choice of a run, in order. A seed makes the sequence; the sequence alone makes the run, so
/// that it can be played again, and made smaller (<see cref="Shrinker"/>). 0 is always the plainest choice: no fault,
/// no delay, the usual choice. A sequence that has come to its end goes on with zeros.</summary>
internal sealed class Choices
{
    private readonly int[]? _script;
    private readonly List<int> _made = new(256);
    private ulong _random;

    private Choices(int[]? script, ulong random) => (_script, _random) = (script, random);

    /// <summary>What was chosen so far.</summary>
    public IReadOnlyList<int> Made => _made;

    /// <summary>The choices of a seed.</summary>
    public static Choices Of(long seed) => new(null, (ulong)seed);

    /// <summary>Choices that were made before.</summary>
    public static Choices Again(int[] made) => new(made, 0);

    /// <summary>A number from 0 to below <paramref name="bound"/>.</summary>
    public int Below(int bound)
    {
        var chosen = _script is null
            ? (int)(Next() % (ulong)bound)
            : _made.Count < _script.Length ? _script[_made.Count] % bound : 0;
        _made.Add(chosen);
        return chosen;
    }

    /// <summary>Whether something that happens so often happens now. What never happens is no choice.</summary>
    public bool Happens(int perMille) => perMille > 0 && Below(1000) >= 1000 - perMille;

    /// <summary>One of these, the plainest of which comes first.</summary>
    public T Pick<T>(params ReadOnlySpan<T> plainestFirst) => plainestFirst[Below(plainestFirst.Length)];

    /// <summary>A time up to <paramref name="longest"/>; short ones are likelier.</summary>
    public TimeSpan UpTo(TimeSpan longest)
    {
        const int Steps = 256;
        var part = (double)Below(Steps) / (Steps - 1);
        return TimeSpan.FromMilliseconds(Math.Floor(longest.TotalMilliseconds * part * part));
    }

    // SplitMix64: the same numbers in every version of the runtime.
    private ulong Next()
    {
        _random += 0x9E3779B97F4A7C15;
        var mixed = _random;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (mixed ^ (mixed >> 31)) >> 1;
    }
}
