using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Contract;

/// <summary>What a charge is paid with, complete with what is secret in it: exactly one of these. It is made right
/// before the provider is called, and lives as long as the call.</summary>
public abstract record ChargeInstrument
{
    private ChargeInstrument(PaymentMethodKind kind) => Kind = kind;

    /// <summary>The kind of instrument.</summary>
    public PaymentMethodKind Kind { get; }

    /// <summary>A card whose number the engine has: typed in, or from the vault.</summary>
    /// <param name="Card">Its number, expiry, security code and holder.</param>
    /// <param name="Saving">How the provider is to save it; null if it is not to.</param>
    public sealed record TypedCard(CardDetails Card, CardSaving? Saving = null)
        : ChargeInstrument(PaymentMethodKind.Card);

    /// <summary>A card that the provider keeps under a token.</summary>
    /// <param name="Token">The provider's token.</param>
    /// <param name="Network">The card's network, lower case; null if it is not known.</param>
    /// <param name="SecurityCode">The security code, where it was typed in again.</param>
    /// <param name="ProviderCustomer">The provider's id of the customer; null if none is known.</param>
    public sealed record SavedCard(Secret Token, string? Network, Secret? SecurityCode, string? ProviderCustomer)
        : ChargeInstrument(PaymentMethodKind.Card);

    /// <summary>UPI by a link that opens an app on the customer's phone.</summary>
    public sealed record UpiIntent() : ChargeInstrument(PaymentMethodKind.Upi);

    /// <summary>UPI by a QR code for another device's camera.</summary>
    public sealed record UpiQr() : ChargeInstrument(PaymentMethodKind.Upi);

    /// <summary>UPI by a request to the customer's UPI ID.</summary>
    /// <param name="Vpa">The UPI ID, lower case.</param>
    public sealed record UpiCollect(string Vpa) : ChargeInstrument(PaymentMethodKind.Upi);

    /// <summary>A wallet, on its own page.</summary>
    /// <param name="Code">The wallet's code.</param>
    public sealed record Wallet(string Code) : ChargeInstrument(PaymentMethodKind.Wallet);

    /// <summary>A wallet that the customer has linked, debited without its page.</summary>
    /// <param name="Code">The wallet's code.</param>
    /// <param name="Token">The token of the link.</param>
    public sealed record LinkedWallet(string Code, Secret Token) : ChargeInstrument(PaymentMethodKind.Wallet);

    /// <summary>A transfer on the page of the customer's bank.</summary>
    /// <param name="Bank">The bank's code.</param>
    public sealed record Netbanking(string Bank) : ChargeInstrument(PaymentMethodKind.Netbanking);
}

/// <summary>A card is saved with its payment, as the customer agreed.</summary>
/// <param name="ProviderCustomer">The provider's id of the customer; null if none is known. Providers that make up
/// their customers' ids save nothing without it.</param>
public sealed record CardSaving(string? ProviderCustomer);
