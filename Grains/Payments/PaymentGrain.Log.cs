using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Grains.Payments;

// Merchant and PaymentId come from the scope of the call.
public sealed partial class PaymentGrain
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
        LogEvents.PaymentPreferenceUnknown,
        LogLevel.Information,
        "The customer's preference is unavailable; the payment is routed without it")]
    private partial void LogPreferenceUnknown(Exception exception);
}
