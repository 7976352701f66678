using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Customers;

/// <summary>Why a customer's command is refused.</summary>
internal static class CustomerRefusals
{
    /// <summary>There is no such customer.</summary>
    public static readonly Refusal UnknownCustomer =
        Refusal.Of(ErrorCode.CustomerNotFound, "The merchant has no such customer.");

    /// <summary>There is no such card.</summary>
    public static readonly Refusal UnknownCard =
        Refusal.Of(ErrorCode.InstrumentNotFound, "The customer has no such saved card.", "token");

    /// <summary>There is no such UPI ID.</summary>
    public static readonly Refusal UnknownUpiId =
        Refusal.Of(ErrorCode.InstrumentNotFound, "The customer has no such saved UPI ID.", "id");

    /// <summary>There is no such wallet.</summary>
    public static readonly Refusal UnknownWallet =
        Refusal.Of(ErrorCode.InstrumentNotFound, "The customer has not linked such a wallet.", "wallet");

    /// <summary>RBI's rule on card-on-file tokenisation.</summary>
    public static readonly Refusal IndianCard = Refusal.Of(
        ErrorCode.CardNotKept,
        "The number of a card that was issued in India is not stored: pay with it once and send card.save, "
            + "and the provider keeps a token.",
        "issued_in");

    /// <summary>No vault.</summary>
    public static readonly Refusal NoVault = Refusal.Of(
        ErrorCode.CardNotKept,
        "The merchant has no card vault: pay with it once and send card.save, and the provider keeps a token.");

    /// <summary>Expired.</summary>
    public static readonly Refusal ExpiredCard =
        Refusal.Of(ErrorCode.CardInvalid, "The card has expired.", "expiry_year");

    /// <summary>A wallet that is not linked by a password.</summary>
    public static readonly Refusal LinkedByConsent = Refusal.Of(
        ErrorCode.InvalidField,
        "This wallet is linked by the customer's consent on its own page, not by a password.",
        "otp");

    /// <summary>The provider did not link it.</summary>
    public static readonly Refusal LinkRefused =
        Refusal.Of(ErrorCode.ProviderRefused, "The provider did not link the wallet.", "otp");

    /// <summary>No provider links such a wallet.</summary>
    public static readonly Refusal NoWalletProvider =
        Refusal.Of(ErrorCode.NoProvider, "None of the merchant's providers links such a wallet.", "wallet");

    /// <summary>An earlier deletion is still pending.</summary>
    public static readonly Refusal StillDeleting = Refusal.Of(
        ErrorCode.Unavailable,
        "A card or wallet that was deleted earlier is still being removed at its provider or in the vault. Try again later.");

    /// <summary>An erasure is not complete.</summary>
    public static readonly Refusal StillErasing = Refusal.Of(
        ErrorCode.Unavailable,
        "The customer's data is erased here, but not yet at a provider that is unavailable. Repeat the request.");

    /// <summary>The vault or the provider has not responded in time.</summary>
    public static readonly Refusal ResponseTimedOut = Refusal.Of(
        ErrorCode.Unavailable, "The provider or the card vault did not respond in time. Try again later.");

    /// <summary>A provider cannot be reached.</summary>
    public static readonly Refusal ProviderUnavailable =
        Refusal.Of(ErrorCode.Unavailable, "The provider is unavailable. Try again later.");

    /// <summary>The vault cannot be reached.</summary>
    public static readonly Refusal VaultUnavailable =
        Refusal.Of(ErrorCode.Unavailable, "The card vault is unavailable. Try again later.");

    /// <summary>There are as many as there may be.</summary>
    public static Refusal TooMany(string what) =>
        Refusal.Of(ErrorCode.LimitReached, $"A customer has at most {CustomerChanges.MaxSaved} {what}.");

    /// <summary>The merchant has no account at the provider any more.</summary>
    public static Refusal ProviderGone(string field) => Refusal.Of(
        ErrorCode.InstrumentUnusable,
        "The merchant no longer has credentials at the provider that keeps the instrument.",
        field);

    /// <summary>The wallet was changed by another request.</summary>
    public static Refusal OtherVersion(int version, int expected) => Refusal.Of(
        ErrorCode.VersionConflict,
        $"The wallet is at version {version}, not {expected}: read it again and repeat the change.");
}
