using System.Text.RegularExpressions;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Juspay;

/// <summary>Why things fail at Juspay, and whose fault that is.</summary>
internal static partial class JuspayFailures
{
    /// <summary>Credentials that Juspay does not take; nothing was executed.</summary>
    public static Failure CredentialsRefused { get; } = Of(
        FailureCodes.CredentialsRefused, "Juspay rejected the merchant's credentials.", FailureParty.Merchant);

    /// <summary>The authorised amount was released.</summary>
    public static Failure Voided { get; } = Of(
        FailureCodes.Voided, "The authorised amount was released.", FailureParty.Merchant);

    /// <summary>"Late success on a closed order".</summary>
    public static Failure AutoRefunded { get; } = Of(
        "auto_refunded", "The payment succeeded too late and Juspay refunded it.", FailureParty.Customer);

    public static Failure RefundFailed { get; } = Of(
        "refund_failed", "Juspay could not pay out the refund.", FailureParty.Provider);

    public static Failure CaptureFailed { get; } = Of(
        "capture_failed", "The gateway rejected the capture.", FailureParty.Bank);

    public static Failure VoidFailed { get; } = Of(
        "void_failed", "The gateway rejected the void.", FailureParty.Bank);

    /// <summary>What a transaction's final status says. None of them is Juspay's own fault or provably its
    /// gateway's.</summary>
    public static Failure OfStatus(string status, string? message) => status switch
    {
        "AUTHENTICATION_FAILED" => Of(
            "authentication_failed", Sentence(message, "The customer did not authenticate."), FailureParty.Customer),
        // "Input is not accepted by Juspay / underlying PG".
        "JUSPAY_DECLINED" => Of(
            "input_declined", Sentence(message, "Juspay's gateway did not accept the customer's input."),
            FailureParty.Customer),
        _ => Of(FailureCodes.Declined, Sentence(message, "The customer's bank declined."), FailureParty.Bank),
    };

    /// <summary>A refusal of a request:
    /// docs.juspay.io/api-reference/docs/express-checkout/juspay-api-error-codes.</summary>
    public static Failure OfRefusal(ErrorObject error) => error.ErrorInfo?.Code switch
    {
        "UNAUTHENTICATED" or "UNAUTHORIZED" or "BAD_ORIGIN" => CredentialsRefused,
        // Juspay has no gateway for this payment and called none: another provider may have one.
        "GATEWAY_NOT_FOUND" =>
            Of("gateway_not_found", "Juspay has no gateway for this payment.", FailureParty.Provider),
        "EXPIRED" => Of("expired", Sentence(Text(error), "The payment instrument has expired."), FailureParty.Customer),
        _ when error.ErrorCode == "access_denied" => CredentialsRefused,
        _ =>
            Of(
                FailureCodes.RequestRefused,
                Sentence(Text(error), "Juspay rejected the request."),
                FailureParty.Merchant),
    };

    private static string? Text(ErrorObject error) =>
        error.ErrorMessage ?? error.UserMessage ?? error.ErrorInfo?.UserMessage;

    private static Failure Of(string code, string message, FailureParty party) =>
        new() { Code = code, Message = message, Party = party };

    // A message may quote what was sent; nothing that could be a card's number, a code or a token is passed on.
    private static string Sentence(string? message, string otherwise) => string.IsNullOrWhiteSpace(message)
        ? otherwise
        : Telling().Replace(message[..Math.Min(message.Length, 255)], "***");

    [GeneratedRegex("[0-9](?:[ -]?[0-9]){3,}|[A-Za-z0-9+/=_-]{24,}", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Telling();
}
