using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>What became of the instrument that a command names.</summary>
public abstract record ResolvedInstrument
{
    private ResolvedInstrument()
    {
    }

    /// <summary>It can be charged. Its halves are apart.</summary>
    /// <param name="Stored">What the attempt stores of it.</param>
    /// <param name="Secret">What it does not; null where nothing secret is needed.</param>
    /// <param name="OnlyProvider">The provider that alone can charge it; null where any can.</param>
    public sealed record Usable(
        StoredInstrument Stored, InstrumentSecret? Secret = null, string? OnlyProvider = null) : ResolvedInstrument;

    /// <summary>It cannot be charged. Whether that matters is for the rules to say.</summary>
    /// <param name="Refusal">Why.</param>
    public sealed record Refused(Refusal Refusal) : ResolvedInstrument;
}
