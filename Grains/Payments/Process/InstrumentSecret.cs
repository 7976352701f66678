using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>The secret half of an instrument: what a card's charge needs and may not be stored. It is in memory from
/// the command that carries it until the provider's response is recorded, and nowhere else: it has no
/// serializer.</summary>
public abstract class InstrumentSecret
{
    private InstrumentSecret()
    {
    }

    /// <inheritdoc/>
    public sealed override string ToString() => "***";

    /// <summary>A card that was typed in.</summary>
    /// <param name="card">Its number, expiry, security code and holder.</param>
    /// <param name="isSaved">Whether the customer agreed that the provider saves it.</param>
    public sealed class TypedCard(CardDetails card, bool isSaved) : InstrumentSecret
    {
        /// <summary>Its number, expiry, security code and holder.</summary>
        public CardDetails Card => card;

        /// <summary>Whether the customer agreed that the provider saves it.</summary>
        public bool IsSaved => isSaved;
    }

    /// <summary>A card in the vault, whose number any provider can be given.</summary>
    /// <param name="securityCode">The security code, typed in again.</param>
    public sealed class VaultCard(Secret securityCode) : InstrumentSecret
    {
        /// <summary>The security code, typed in again.</summary>
        public Secret SecurityCode => securityCode;
    }

    /// <summary>A card that one provider keeps, and no other can charge.</summary>
    /// <param name="securityCode">The security code, where it was typed in again.</param>
    public sealed class ProviderCard(Secret? securityCode) : InstrumentSecret
    {
        /// <summary>The security code, where it was typed in again.</summary>
        public Secret? SecurityCode => securityCode;
    }
}
