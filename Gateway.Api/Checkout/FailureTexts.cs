using System.Collections.Frozen;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Api.Checkout;

/// <summary>
/// What a customer reads of a failed payment: a text of ours in their language, chosen by the failure's code. The
/// failure's own message is for the merchant: it is in English, and names providers and what is wrong with them.
/// </summary>
internal static class FailureTexts
{
    private const string Declined = "fail_declined";
    private const string Technical = "fail_technical";

    private static readonly FrozenDictionary<string, string> ByCode = Of(
        ("fail_funds", ["insufficient_funds", "insufficient_wallet_balance", "insufficient_balance"]),
        (
            "fail_approval",
            [
                "wrong_upi_pin", "upi_pin_tries_exceeded", "wrong_passcode", "authentication_failed", "mfa_failed",
                "mfa_not_completed", "incorrect_otp", "incorrect_pin", "input_declined",
            ]),
        ("fail_time", ["upi_request_expired", "expired", "payment_timed_out", "transaction_timed_out"]),
        ("fail_cancelled", ["upi_payer_declined", "payment_cancelled", "buyer_canceled", "buyer_closed"]),
        (
            "fail_limit",
            [
                "upi_frequency_limit", "upi_amount_limit", "upi_issuer_limit", "amount_above_limit", "velocity_limit",
                "retry_limit",
            ]),
        ("fail_upi", ["vpa_invalid", "vpa_not_permitted", "vpa_restricted", "invalid_vpa"]),
        (
            "fail_account",
            [
                "account_missing", "account_blocked", "account_dormant", "account_details_mismatch",
                "mobile_number_changed", "customer_account_problem", "upi_not_permitted", "suspected_fraud",
            ]),
        (
            "fail_card",
            ["card_not_supported", "card_expiry_invalid", "card_expired", "incorrect_card_details", "incorrect_cvv"]),
        (
            "fail_wallet",
            [
                "wallet_not_linked", "payment_method_not_set", "payment_method_deleted", "payment_method_expired",
                "payment_method_invalid", "invalid_charge_permission_status",
            ]),
        ("not_paid_hint", [FailureCodes.ResolvedUnpaid, FailureCodes.Voided]));

    /// <summary>The name of the text for a failure.</summary>
    public static string For(Failure failure) => ByCode.GetValueOrDefault(failure.Code) ?? failure.Party switch
    {
        FailureParty.Customer or FailureParty.Bank => Declined,
        FailureParty.Provider or FailureParty.Merchant or FailureParty.Engine => Technical,
    };

    private static FrozenDictionary<string, string> Of(params ReadOnlySpan<(string Text, string[] Codes)> groups)
    {
        var byCode = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (text, codes) in groups)
        {
            foreach (var code in codes)
            {
                byCode.Add(code, text);
            }
        }

        return byCode.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
