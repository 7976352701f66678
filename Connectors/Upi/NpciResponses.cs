using System.Collections.Frozen;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Upi;

/// <summary>
/// NPCI's response codes, which providers of UPI pass on:
/// juspay.io/in/docs/upi-plugin-sdk/cordova/resources/response-codes and
/// juspay.io/hdfc-resources/docs/common-resources/upi-error-codes.
/// </summary>
/// <remarks>
/// A code explains a failure, it does not make one: that a payment failed is said by the provider's own status, because
/// some codes turn either way and NPCI adds new ones. None of them puts the blame on the provider, so that none leads
/// to another one.
/// </remarks>
internal static class NpciResponses
{
    // 01 pending; RB, and 96 in some cases, deemed: whether the money arrived is not known; UP and UB a bank's or PSP's
    // own failure, whose outcome only a status query tells.
    private static readonly FrozenSet<string> Open = FrozenSet.ToFrozenSet(
        ["01", "RB", "96", "UP", "UB"], StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Failure> Failures = new Dictionary<string, Failure>(
        StringComparer.Ordinal)
    {
        ["U69"] = Customer("upi_request_expired", "The customer did not approve the request in time."),
        ["ZA"] = Customer("upi_payer_declined", "The customer declined the payment."),
        ["Z9"] = Customer("insufficient_funds", "The customer's account has insufficient funds."),
        ["ZM"] = Customer("wrong_upi_pin", "The customer entered a wrong UPI PIN."),
        ["Z6"] = Customer("upi_pin_tries_exceeded", "The customer entered a wrong UPI PIN too many times."),
        ["Z7"] = Customer(
            "upi_frequency_limit", "The customer reached the number of UPI payments that the bank allows."),
        ["Z8"] = Customer("upi_amount_limit", "The amount exceeds what the customer's bank allows."),
        ["ZU"] = Bank("upi_issuer_limit", "The payment exceeds a limit of the customer's bank."),
        ["ZH"] = Customer("vpa_invalid", "The UPI ID does not exist."),
        ["ZE"] = Bank("vpa_not_permitted", "The payer's bank does not permit payments to or from this UPI ID."),
        ["ZG"] = Bank("vpa_restricted", "The UPI ID is restricted by its bank."),
        ["XH"] = Bank("account_missing", "An account of this payment does not exist."),
        ["XI"] = Bank("account_missing", "An account of this payment does not exist."),
        ["YE"] = Bank("account_blocked", "An account of this payment is blocked."),
        ["YF"] = Bank("account_blocked", "An account of this payment is blocked."),
        ["ZX"] = Bank("account_dormant", "An account of this payment is inactive or dormant."),
        ["ZY"] = Bank("account_dormant", "An account of this payment is inactive or dormant."),
        ["B1"] = Customer(
            "mobile_number_changed", "The customer's mobile number is no longer that of the bank account."),
        ["B6"] = Bank("account_details_mismatch", "The account's details do not match those at its bank."),
        ["XB"] = Bank("upi_not_permitted", "The customer's bank does not permit this payment."),
        ["XC"] = Bank("upi_not_permitted", "The customer's bank does not permit this payment."),
        ["59"] = Bank("suspected_fraud", "The customer's bank suspects fraud."),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether the code says that the payment can still turn either way, whatever word is next to
    /// it.</summary>
    public static bool IsOpen(string? code) => code is not null && Open.Contains(Spelled(code));

    /// <summary>What the code says of a payment that the provider calls failed; null if it is none of those that are
    /// known to be final.</summary>
    public static Failure? FailureOf(string? code) =>
        code is not null && Failures.TryGetValue(Spelled(code), out var failure) ? failure : null;

    private static string Spelled(string code) => code.Trim().ToUpperInvariant();

    private static Failure Customer(string code, string message) =>
        new() { Code = code, Message = message, Party = FailureParty.Customer };

    private static Failure Bank(string code, string message) =>
        new() { Code = code, Message = message, Party = FailureParty.Bank };
}
