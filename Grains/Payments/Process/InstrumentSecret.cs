using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>The secret half of an instrument: what a charge needs and may not be stored. It is in memory from the
/// command that carries it until the provider's answer is recorded, and nowhere else.</summary>
public sealed class InstrumentSecret
{
    /// <summary>The card, when one was typed in.</summary>
    public CardDetails? Card { get; init; }

    /// <summary>A saved card's security code, where it was typed in again.</summary>
    public Secret? SecurityCode { get; init; }

    /// <summary>The provider that alone can charge the saved instrument; null where any can.</summary>
    public string? Provider { get; init; }

    /// <summary>The provider's name of the linked wallet; null for anything else.</summary>
    public string? Link { get; init; }

    /// <summary>Whether the customer agreed that the provider keeps the card.</summary>
    public bool SavesCard { get; init; }

    /// <inheritdoc/>
    public override string ToString() => "secret of an instrument";
}
