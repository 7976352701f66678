using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>What a payment is to be paid with, as a request or a form says it: exactly one of these. What is secret in
/// it is of types that print as <c>***</c>.</summary>
internal abstract record InstrumentInput
{
    private InstrumentInput()
    {
    }

    /// <summary>UPI by a link that opens an app on the customer's phone.</summary>
    public sealed record UpiIntent : InstrumentInput;

    /// <summary>UPI by a QR code for another device's camera.</summary>
    public sealed record UpiQr : InstrumentInput;

    /// <summary>UPI by a request to a typed UPI ID (collect).</summary>
    /// <param name="Vpa">The UPI ID, lower case.</param>
    public sealed record UpiId(string Vpa) : InstrumentInput;

    /// <summary>UPI by a request to a UPI ID that the customer saved.</summary>
    /// <param name="Id">The saved instrument's id.</param>
    public sealed record SavedUpiId(string Id) : InstrumentInput;

    /// <summary>A card that was typed in.</summary>
    /// <param name="Card">Its number, expiry, security code and holder.</param>
    /// <param name="ConsentText">The version of the text by which the customer agreed that the card is saved; null if
    /// it is not to be.</param>
    public sealed record TypedCard(CardDetails Card, string? ConsentText) : InstrumentInput;

    /// <summary>A card that the customer saved.</summary>
    /// <param name="Token">The saved instrument's id.</param>
    /// <param name="SecurityCode">The security code, where it was typed in again.</param>
    public sealed record SavedCard(string Token, Secret? SecurityCode) : InstrumentInput;

    /// <summary>A wallet, on its own page.</summary>
    /// <param name="Code">The wallet's code.</param>
    public sealed record Wallet(string Code) : InstrumentInput;

    /// <summary>A wallet, debited without its page where the customer has linked it.</summary>
    /// <param name="Code">The wallet's code.</param>
    public sealed record LinkedWallet(string Code) : InstrumentInput;

    /// <summary>A transfer on the page of the customer's bank.</summary>
    /// <param name="Bank">The bank's code.</param>
    public sealed record Netbanking(string Bank) : InstrumentInput;
}
