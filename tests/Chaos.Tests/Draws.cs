namespace PaymentCluster.Chaos.Tests;

/// <summary>A stream of draws that depends on the seed and its own name alone, so that one part of a run does not shift
/// another's.</summary>
internal sealed class Draws
{
    private readonly Random _random;
    private readonly Lock _gate = new();

    private Draws(int seed) => _random = new Random(seed);

    public static Draws Of(int seed, string name)
    {
        unchecked
        {
            // Neighbouring seeds and names must not begin with neighbouring draws.
            var hash = name.Aggregate(
                (uint)seed * 2_654_435_761u, static (hash, letter) => (hash ^ letter) * 16_777_619u);
            hash = (hash ^ (hash >> 16)) * 0x85EB_CA6Bu;
            return new Draws((int)(hash ^ (hash >> 13)));
        }
    }

    public bool Chance(double rate) => Next() < rate;

    public int Below(int end) => (int)(Next() * end);

    public int Between(int first, int end) => first + Below(end - first);

    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + ((most - least) * Next());

    /// <summary>The time to the next of events that come independently, so many apart in the mean.</summary>
    public TimeSpan Wait(TimeSpan mean) => mean * -Math.Log(1 - Next());

    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[Below(choices.Length)];

    /// <summary>One of several, in proportion to their weights.</summary>
    public T Weigh<T>(IReadOnlyList<(double Weight, T Choice)> choices)
    {
        var at = Next() * choices.Sum(each => each.Weight);
        foreach (var (weight, choice) in choices)
        {
            at -= weight;
            if (at < 0)
            {
                return choice;
            }
        }

        return choices[^1].Choice;
    }

    private double Next()
    {
        lock (_gate)
        {
            return _random.NextDouble();
        }
    }
}
