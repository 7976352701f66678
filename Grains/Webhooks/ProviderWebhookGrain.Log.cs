using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Webhooks;

namespace PaymentCluster.Grains.Webhooks;

public sealed partial class ProviderWebhookGrain
{
    [LoggerMessage(3101, LogLevel.Debug, "Event {EventId} of {Provider} for {Merchant}, about {Detail}: {Fate}")]
    private static partial void LogReceived(
        ILogger logger, string merchant, string provider, string eventId, string? detail, WebhookFate fate);

    [LoggerMessage(3102, LogLevel.Warning, "Event {EventId} of {Provider} names {Detail}, which {Merchant} does not have; it is parked")]
    private static partial void LogParked(
        ILogger logger, string merchant, string provider, string eventId, string? detail);

    [LoggerMessage(3103, LogLevel.Warning, "A webhook for {Merchant} from {Provider} has no valid signature")]
    private static partial void LogForged(ILogger logger, string merchant, string provider);

    [LoggerMessage(3104, LogLevel.Warning, "A signed webhook for {Merchant} from {Provider} cannot be read: {Reason}")]
    private static partial void LogMalformed(ILogger logger, string merchant, string provider, string reason);

    [LoggerMessage(3105, LogLevel.Warning, "A webhook for {Merchant} from {Provider} cannot be judged now: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string merchant, string provider, string reason);
}
