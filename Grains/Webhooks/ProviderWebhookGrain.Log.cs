using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Webhooks;

namespace PaymentCluster.Grains.Webhooks;

public sealed partial class ProviderWebhookGrain
{
    [LoggerMessage(LogEvents.WebhookReceived, LogLevel.Debug, "Event {ProviderEventId} of {Provider} for {Merchant}, about {Detail}: {Fate}")]
    private static partial void LogReceived(
        ILogger logger, string merchant, string provider, string providerEventId, string? detail, WebhookFate fate);

    [LoggerMessage(LogEvents.WebhookParked, LogLevel.Warning, "Event {ProviderEventId} of {Provider} names {Detail}, which {Merchant} does not have; it is parked")]
    private static partial void LogParked(
        ILogger logger, string merchant, string provider, string providerEventId, string? detail);

    [LoggerMessage(LogEvents.WebhookForged, LogLevel.Warning, "A webhook for {Merchant} from {Provider} has no valid signature")]
    private static partial void LogForged(ILogger logger, string merchant, string provider);

    [LoggerMessage(LogEvents.WebhookMalformed, LogLevel.Warning, "A signed webhook for {Merchant} from {Provider} cannot be read: {Reason}")]
    private static partial void LogMalformed(ILogger logger, string merchant, string provider, string reason);

    [LoggerMessage(LogEvents.WebhookUnavailable, LogLevel.Warning, "A webhook for {Merchant} from {Provider} cannot be judged now: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string merchant, string provider, string reason);
}
