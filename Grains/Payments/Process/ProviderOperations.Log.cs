using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Grains.Payments.Process;

// Merchant and PaymentId come from the effect's scope, where a message does not name them.
public sealed partial class ProviderOperations
{
    [LoggerMessage(LogEvents.EffectOutcome, LogLevel.Debug, "{Effect}: {Outcome}")]
    private partial void LogOutcome(PaymentEffect effect, string outcome);

    [LoggerMessage(
        LogEvents.EffectOfferedAgain,
        LogLevel.Warning,
        "The outcome of {Effect} of {Merchant} {PaymentId} could not be recorded; it is offered again after {Pause}")]
    private partial void LogOfferedAgain(
        Exception exception, string merchant, PaymentId paymentId, PaymentEffect effect, TimeSpan pause);

    [LoggerMessage(
        LogEvents.EffectLost,
        LogLevel.Warning,
        "{Effect} of {Merchant} {PaymentId} failed; its outcome will be queried at the provider")]
    private partial void LogEffectLost(Exception exception, string merchant, PaymentId paymentId, PaymentEffect effect);
}
