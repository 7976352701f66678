namespace PaymentCluster.Simulators.Dials;

/// <summary>The dials of one provider and the draws from them. A draw is a function of the seed, the dial and how often
/// that dial was drawn since it was set: the same calls in the same order meet the same faults.</summary>
internal sealed class DialBoard(string provider)
{
    /// <summary>The provider that it is of.</summary>
    public string Provider => provider;

    private volatile State _state = new(new DialSettings());

    public DialSettings Settings => _state.Settings;

    /// <summary>Sets all dials, and restarts the draws.</summary>
    public void Set(DialSettings settings) => _state = new State(settings);

    /// <summary>Whether the dials are meant for this kind of call.</summary>
    public bool Covers(DialOperation operation) => Settings.Operations.Contains(operation);

    /// <summary>Whether the fault happens this time.</summary>
    public bool Fires(DialRate rate)
    {
        var state = _state;
        var chance = state.Settings[rate];
        return chance > 0 && state.Draw(rate) < chance;
    }

    /// <summary>The fault that hits this call, if any.</summary>
    public DialRate? FaultOf(DialOperation operation)
    {
        if (!Covers(operation))
        {
            return null;
        }

        for (var rate = DialRate.RateLimited; rate <= DialRate.Garbage; rate++)
        {
            if (Fires(rate))
            {
                return rate;
            }
        }

        return null;
    }

    private sealed class State(DialSettings settings)
    {
        private readonly long[] _draws = new long[Enum.GetValues<DialRate>().Length];

        public DialSettings Settings { get; } = settings;

        public double Draw(DialRate rate)
        {
            var count = Interlocked.Increment(ref _draws[(int)rate]);
            var stream = Mix((ulong)Settings.Seed ^ Mix((ulong)rate + 1));
            return (Mix(stream + (ulong)count) >> 11) * (1.0 / (1ul << 53));
        }

        // SplitMix64's finaliser: neighbouring numbers come out unrelated.
        private static ulong Mix(ulong value)
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
