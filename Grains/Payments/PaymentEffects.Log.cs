using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Payments;

public sealed partial class PaymentEffects
{
    [LoggerMessage(1101, LogLevel.Debug, "{Effect} ended as {Outcome}.")]
    private partial void LogOutcome(PaymentEffect effect, string outcome);

    [LoggerMessage(1102, LogLevel.Warning, "{Effect} of {Payment} was lost; the provider will be asked.")]
    private partial void LogEffectLost(Exception exception, PaymentKey payment, PaymentEffect effect);

    [LoggerMessage(1103, LogLevel.Error, "The credentials of {Merchant} at {Provider} cannot be opened.")]
    private partial void LogCredentialsUnreadable(Exception exception, string merchant, string provider);

    [LoggerMessage(1104, LogLevel.Warning, "{Effect} of {Payment} waits: the questions of this minute to {Provider} are used up.")]
    private partial void LogNoRoom(PaymentEffect effect, PaymentKey payment, string provider);
}
