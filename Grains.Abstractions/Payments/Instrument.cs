using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>What a payment is to be paid with, as its payer names it: exactly one of these. What is secret in it is of
/// types that print as <c>***</c>; what a payment may store of it is <see cref="PaymentMethod.Of"/>.</summary>
[GenerateSerializer, Immutable, Alias("instrument")]
public abstract record Instrument
{
    private Instrument()
    {
    }

    /// <summary>UPI by a link that opens an app on the customer's phone.</summary>
    [GenerateSerializer, Immutable, Alias("instrument-upi-intent")]
    public sealed record UpiIntent : Instrument;

    /// <summary>UPI by a QR code for another device's camera.</summary>
    [GenerateSerializer, Immutable, Alias("instrument-upi-qr")]
    public sealed record UpiQr : Instrument;

    /// <summary>UPI by a request to a typed UPI ID (collect).</summary>
    [GenerateSerializer, Immutable, Alias("instrument-upi-id")]
    public sealed record UpiId : Instrument
    {
        /// <summary>The UPI ID, lower case.</summary>
        [Id(0)]
        public required string Vpa { get; init; }
    }

    /// <summary>UPI by a request to a UPI ID that the customer saved.</summary>
    [GenerateSerializer, Immutable, Alias("instrument-saved-upi-id")]
    public sealed record SavedUpiId : Instrument
    {
        /// <summary>The saved instrument's id.</summary>
        [Id(0)]
        public required string Id { get; init; }
    }

    /// <summary>A card that was typed in.</summary>
    [GenerateSerializer, Immutable, Alias("instrument-typed-card")]
    public sealed record TypedCard : Instrument
    {
        /// <summary>Its number, expiry, security code and holder. Never stored.</summary>
        [Id(0)]
        public required CardDetails Card { get; init; }

        /// <summary>The version of the text by which the customer agreed that the card is saved; null if it is
        /// not to be.</summary>
        [Id(1)]
        public string? ConsentText { get; init; }
    }

    /// <summary>A card that the customer saved.</summary>
    [GenerateSerializer, Immutable, Alias("instrument-saved-card")]
    public sealed record SavedCard : Instrument
    {
        /// <summary>The saved instrument's id.</summary>
        [Id(0)]
        public required string Token { get; init; }

        /// <summary>The security code, where it was typed in again. Never stored.</summary>
        [Id(1)]
        public Secret? SecurityCode { get; init; }
    }

    /// <summary>A wallet, on its own page.</summary>
    [GenerateSerializer, Immutable, Alias("instrument-wallet")]
    public sealed record Wallet : Instrument
    {
        /// <summary>The wallet's code, such as <c>mobikwik</c>.</summary>
        [Id(0)]
        public required string Code { get; init; }
    }

    /// <summary>A wallet, debited without its page where the customer has linked it.</summary>
    [GenerateSerializer, Immutable, Alias("instrument-linked-wallet")]
    public sealed record LinkedWallet : Instrument
    {
        /// <summary>The wallet's code, such as <c>paytm</c>.</summary>
        [Id(0)]
        public required string Code { get; init; }
    }

    /// <summary>A transfer on the page of the customer's bank.</summary>
    [GenerateSerializer, Immutable, Alias("instrument-netbanking")]
    public sealed record Netbanking : Instrument
    {
        /// <summary>The bank's code, such as <c>HDFC</c>.</summary>
        [Id(0)]
        public required string Bank { get; init; }
    }
}
