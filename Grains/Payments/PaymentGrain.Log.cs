using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Payments;

public sealed partial class PaymentGrain
{
    [LoggerMessage(1001, LogLevel.Information, "{Payment} was decided on version {Version}, which the store has left behind; it is read again.")]
    private partial void LogStale(PaymentKey payment, int version);

    [LoggerMessage(1002, LogLevel.Warning, "{Payment} was fenced {Tries} times: another activation is at work.")]
    private partial void LogFenced(PaymentKey payment, int tries);

    [LoggerMessage(1003, LogLevel.Warning, "The store is out of reach for {Payment}.")]
    private partial void LogUnavailable(Exception exception, PaymentKey payment);

    [LoggerMessage(1004, LogLevel.Information, "What the customer of {Payment} prefers is not known now; it is routed without it.")]
    private partial void LogPreferenceUnknown(Exception exception, PaymentKey payment);
}
