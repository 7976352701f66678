using System.Text.Json;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.AmazonPay;

/// <summary>
/// Amazon Pay's reason codes (…/amazon-pay-api-v2/error-handling.html, and the reasons on the pages of the objects) in
/// our words. Messages are ours: Amazon's may quote what was sent.
/// </summary>
internal static class AmazonPayFailures
{
    private const int LongestReason = 48;

    /// <summary>What a reason code means.</summary>
    /// <param name="reason">The code, or what the response has in its place.</param>
    /// <param name="otherwise">The failure's code where the reason has none that could be ours.</param>
    /// <param name="party">Whose fault it is where the reason does not say.</param>
    public static Failure Of(string? reason, string otherwise, FailureParty party) => reason switch
    {
        "MerchantCanceled" => new Failure
        {
            Code = FailureCodes.Voided, Message = "The authorisation was released.", Party = FailureParty.Merchant,
        },
        "ExpiredUnused" => new Failure
        {
            Code = "authorization_expired",
            Message = "The authorised amount was not captured in time and was released.",
            Party = FailureParty.Merchant,
        },
        _ => new Failure
        {
            Code = CodeOf(reason) ?? otherwise,
            Message = Sentence(reason),
            Party = PartyOf(reason) ?? party,
        },
    };

    // Only what Amazon itself calls a failure of its processing is its fault; a rejection is a decision about the
    // payment.
    private static FailureParty? PartyOf(string? reason) => reason switch
    {
        "ProcessingFailure" => FailureParty.Provider,
        "SoftDeclined" or "HardDeclined" or "Declined" or "TransactionTimedOut" => FailureParty.Bank,
        "AmazonRejected" or "AmazonCanceled" or "AmazonClosed" or "BuyerCanceled" or "BuyerClosed" or "Expired"
            or "PaymentMethodNotSet" or "PaymentMethodInvalid" or "PaymentMethodExpired" or "PaymentMethodDeleted"
            or "PaymentMethodNotAllowed" or "BillingAddressDeleted" or "MFAFailed" or "MFANotCompleted"
            or "InvalidChargePermissionStatus" => FailureParty.Customer,
        "MerchantClosed" or "ChargePermissionCanceled" or "TransactionAmountExceeded" or "TransactionCountExceeded"
            or "PeriodicAmountExceeded" or "AmountNotSet" or "InvalidAccountStatus" => FailureParty.Merchant,
        _ => null,
    };

    private static string Sentence(string? reason) => reason switch
    {
        "SoftDeclined" => "The customer's bank declined; another attempt may succeed.",
        "HardDeclined" => "The customer's bank declined; the customer must choose another instrument.",
        "Declined" => "The customer's bank declined.",
        "AmazonRejected" or "AmazonCanceled" or "AmazonClosed" => "Amazon rejected the payment.",
        "ProcessingFailure" => "Amazon could not process the payment.",
        "TransactionTimedOut" => "The customer's bank did not respond in time.",
        "BuyerCanceled" or "BuyerClosed" => "The customer left without paying.",
        "Expired" => "The customer did not pay in time.",
        "InvalidChargePermissionStatus" =>
            "The saved wallet cannot be charged; the customer must correct it at Amazon or link it again.",
        "MFAFailed" or "MFANotCompleted" => "The customer did not pass the bank's authentication.",
        _ => CodeOf(reason) is null ? "Amazon Pay declined." : $"Amazon Pay declined: {reason}.",
    };

    private static string? CodeOf(string? reason) =>
        reason is { Length: > 1 and <= LongestReason } && reason.All(char.IsAsciiLetter)
            ? JsonNamingPolicy.SnakeCaseLower.ConvertName(reason)
            : null;
}
