using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Grains.Payments.Process;

// Merchant and PaymentId come from the scope of the call.
internal sealed partial class CommandLoop
{
    [LoggerMessage(LogEvents.PaymentStale, LogLevel.Information, "Payment is stale at version {Version}; reloading")]
    private partial void LogStale(int version);

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
        LogEvents.PaymentNeedsReview,
        LogLevel.Warning,
        "The payment needs review, because of its attempt {Attempt}: {Reason}")]
    private partial void LogReviewRequired(int attempt, string reason);
}
