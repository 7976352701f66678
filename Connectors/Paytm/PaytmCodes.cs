using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using PaymentCluster.Connectors.Upi;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Paytm;

/// <summary>Paytm's result codes, as its pages and published integrations list them. They differ between calls, so the
/// word beside them decides first, except where it is known to mislead.</summary>
internal static partial class PaytmCodes
{
    private static readonly FrozenDictionary<string, Failure> Failures = new Dictionary<string, Failure>(
        StringComparer.Ordinal)
    {
        ["196"] = Of("amount_above_limit", "The amount exceeds Paytm's limit for the merchant.", FailureParty.Merchant),
        ["227"] = Of("bank_declined", "The customer's bank declined the payment.", FailureParty.Bank),
        ["235"] = Of(
            "insufficient_wallet_balance", "The customer's wallet has insufficient funds.", FailureParty.Customer),
        ["295"] = Of("vpa_invalid", "The UPI ID does not exist.", FailureParty.Customer),
        ["309"] = Of("order_id_invalid", "Paytm rejected the order's id.", FailureParty.Merchant),
        ["312"] = Of("card_not_supported", "Paytm does not accept this card.", FailureParty.Customer),
        ["315"] = Of("card_expiry_invalid", "The card's expiry is not valid.", FailureParty.Customer),
        ["325"] = Of("order_id_used", "Paytm has another order with this id.", FailureParty.Merchant),
        ["372"] = Of("retry_limit", "The order has had too many attempts.", FailureParty.Customer),
        ["401"] = Of("bank_declined", "The customer's bank declined the payment.", FailureParty.Bank),
        ["510"] = Of(
            "merchant_transaction_failure", "Paytm rejected the merchant's transaction.", FailureParty.Merchant),
        ["810"] = Of(FailureCodes.Declined, "The payment failed.", FailureParty.Customer),
        ["820"] = Of(
            "customer_account_problem", "The customer's account cannot be used for this.", FailureParty.Customer),
        ["843"] = Of(
            "customer_account_problem", "The customer's account cannot be used for this.", FailureParty.Customer),
        ["931"] = Of("wrong_passcode", "The customer entered a wrong passcode.", FailureParty.Customer),
        ["1001"] = Of(FailureCodes.RequestRefused, "Paytm rejected the request.", FailureParty.Merchant),
        ["1007"] = Of(
            FailureCodes.RequestRefused, "Paytm rejected the request: a parameter is missing.", FailureParty.Merchant),
        ["2004"] = Of("wallet_not_linked", "The customer's wallet is no longer linked.", FailureParty.Customer),
        ["RC-00018"] = Of(
            "velocity_limit",
            "The customer exceeded a limit on the number or amount of payments.",
            FailureParty.Customer),
        // Refunds.
        ["600"] = Of(FailureCodes.RequestRefused, "Paytm rejected the refund.", FailureParty.Merchant),
        ["607"] = Of("refund_of_cancelled", "A cancelled transaction cannot be refunded.", FailureParty.Merchant),
        ["619"] = Of("refund_amount_invalid", "The refund's amount is not valid.", FailureParty.Merchant),
        ["620"] = Of(
            "merchant_balance_insufficient",
            "The merchant's balance is too low for the refund.",
            FailureParty.Merchant),
        ["627"] = Of("order_mismatch", "The refund does not match its order.", FailureParty.Merchant),
        ["629"] = Of("refunded_already", "The transaction is refunded already.", FailureParty.Merchant),
        ["631"] = Of("no_record", "Paytm has no such transaction.", FailureParty.Merchant),
        ["635"] = Of("refund_too_small", "Paytm's minimum refund is one rupee.", FailureParty.Merchant),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // 2006 is known by hearsay alone; it can mean nothing else here.
    private static readonly FrozenSet<string> OfCredentials = FrozenSet.ToFrozenSet(
        ["330", "335", "2005", "2006"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> OfSystem = FrozenSet.ToFrozenSet(
        ["501", "00000900"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> FinalOfRefund =
        FrozenSet.ToFrozenSet(["600", "607", "619", "620", "627", "631", "635"], StringComparer.Ordinal);

    /// <summary>Credentials that Paytm does not take; nothing was executed.</summary>
    public static Failure CredentialsRefused { get; } = new()
    {
        Code = FailureCodes.CredentialsRefused,
        Message = "Paytm rejected the merchant's id or key.",
        Party = FailureParty.Merchant,
    };

    /// <summary>Whether Paytm means the merchant's id or checksum.</summary>
    public static bool AreCredentials(string code) => OfCredentials.Contains(code);

    /// <summary>Whether Paytm's own systems failed, which tells nothing of the effect.</summary>
    public static bool IsSystemError(string code) => OfSystem.Contains(code);

    /// <summary>Whether a refund failed for good. Other words than these leave it open: 628 is called a failure and is
    /// pending at the bank, 617 and 629 mean the refund that is there already.</summary>
    public static bool IsRefusedRefund(string code) => FinalOfRefund.Contains(code);

    /// <summary>The words that come signed.</summary>
    public static bool ClaimsSuccess(string status) => status is "S" or "PENDING" or "TXN_SUCCESS";

    /// <summary>Whether the code says that a payment can still turn either way, whatever word is next to it.</summary>
    public static bool IsOpen(string code) => code is "400" or "402" || NpciResponses.IsOpen(code);

    /// <summary>A failure in our words.</summary>
    public static Failure FailureOf(ResultInfo result)
    {
        var code = result.ResultCode!;
        return AreCredentials(code)
            ? CredentialsRefused
            : Failures.GetValueOrDefault(code)
                ?? NpciResponses.FailureOf(code)
                ?? Of(FailureCodes.Declined, Sentence(result.ResultMsg), FailureParty.Customer);
    }

    // A message may quote what was sent; nothing that could be a card's number is passed on.
    private static string Sentence([NotNull] string? message) => string.IsNullOrWhiteSpace(message ??= "")
        ? "Paytm declined."
        : ManyDigits().Replace(message[..Math.Min(message.Length, 255)], "***");

    [GeneratedRegex(@"[0-9](?:[ -]?[0-9]){10,}", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex ManyDigits();

    private static Failure Of(string code, string message, FailureParty party) =>
        new() { Code = code, Message = message, Party = party };
}
