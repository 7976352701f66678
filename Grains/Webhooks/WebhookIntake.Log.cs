using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Webhooks;

namespace PaymentCluster.Grains.Webhooks;

public sealed partial class WebhookIntake
{
    [LoggerMessage(
        LogEvents.WebhookReceived,
        LogLevel.Debug,
        "Event {ProviderEventId} of {Provider} for {Merchant}, about {Detail}: {Fate}")]
    private partial void LogReceived(
        string merchant, string provider, string providerEventId, string? detail, WebhookFate fate);

    [LoggerMessage(
        LogEvents.WebhookParked,
        LogLevel.Warning,
        "Event {ProviderEventId} of {Provider} names {Detail}, which {Merchant} does not have; it is parked")]
    private partial void LogParked(string merchant, string provider, string providerEventId, string? detail);

    [LoggerMessage(
        LogEvents.WebhookForged, LogLevel.Warning, "A webhook for {Merchant} from {Provider} has no valid signature")]
    private partial void LogForged(string merchant, string provider);

    [LoggerMessage(
        LogEvents.WebhookMalformed,
        LogLevel.Warning,
        "A signed webhook for {Merchant} from {Provider} cannot be read: {Reason}")]
    private partial void LogMalformed(string merchant, string provider, string reason);

    [LoggerMessage(
        LogEvents.WebhookUnavailable,
        LogLevel.Warning,
        "A webhook for {Merchant} from {Provider} cannot be verified now: {Reason}")]
    private partial void LogUnavailable(string merchant, string provider, string reason);
}
