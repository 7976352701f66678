using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Grains.Payments.Process;

// Merchant and PaymentId come from the scope of the call.
internal sealed partial class CommandLoop
{
    [LoggerMessage(
        LogEvents.PaymentFenced,
        LogLevel.Warning,
        "Payment was fenced {Tries} times: another activation keeps committing")]
    private partial void LogFenced(int tries);

    [LoggerMessage(LogEvents.PaymentStoreUnavailable, LogLevel.Warning, "The payment store is unavailable")]
    private partial void LogUnavailable(Exception exception);

    [LoggerMessage(
        LogEvents.PaymentUnreadable,
        LogLevel.Error,
        "The payment has an event that this build cannot read; a silo of a newer build has to process it")]
    private partial void LogUnreadable(Exception exception);

    [LoggerMessage(
        LogEvents.PaymentUnexpectedMoney,
        LogLevel.Warning,
        "Unexpected money {Number} of attempt {Attempt}: {Reason}")]
    private partial void LogUnexpectedMoney(int number, int attempt, string reason);

    [LoggerMessage(
        LogEvents.RefundNeedsReview,
        LogLevel.Warning,
        "Refund {Refund} needs review: {Reason}")]
    private partial void LogRefundReviewRequired(int refund, string reason);

    [LoggerMessage(
        LogEvents.RefundMadeAtProvider,
        LogLevel.Warning,
        "The provider reports refund {Refund} of {AmountMinor} minor units, which was not requested here")]
    private partial void LogRefundFound(int refund, long amountMinor);

    [LoggerMessage(
        LogEvents.PaymentNeedsReview,
        LogLevel.Warning,
        "The payment needs review, because of its attempt {Attempt}: {Reason}")]
    private partial void LogReviewRequired(int attempt, string reason);

    [LoggerMessage(
        LogEvents.ProviderReferenceTaken,
        LogLevel.Warning,
        "The provider's payment {Reference} has paid {Holder} and is not booked again")]
    private partial void LogReferenceTaken(string reference, PaymentId holder);
}
