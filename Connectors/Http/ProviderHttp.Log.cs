using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Connectors.Http;

public sealed partial class ProviderHttp
{
    [LoggerMessage(
        LogEvents.ProviderResponded,
        LogLevel.Debug,
        "{Provider} {Operation} {Reference}: HTTP {Status} after {Milliseconds:F0} ms")]
    private partial void LogResponse(
        string provider, string operation, string reference, int status, double milliseconds);

    [LoggerMessage(
        LogEvents.ProviderRequestNotSent, LogLevel.Warning, "{Provider} {Operation} {Reference}: not sent, {Reason}")]
    private partial void LogNotSent(string provider, string operation, string reference, string reason);

    [LoggerMessage(
        LogEvents.ProviderOutcomeUnknown,
        LogLevel.Warning,
        "{Provider} {Operation} {Reference}: {Reason} after {Milliseconds:F0} ms, outcome unknown")]
    private partial void LogUnknown(
        string provider, string operation, string reference, string reason, double milliseconds);

    [LoggerMessage(LogEvents.ProviderCircuitOpened, LogLevel.Error, "{Provider}: circuit opened for {Break}")]
    private partial void LogCircuitOpened(string provider, TimeSpan @break);

    [LoggerMessage(LogEvents.ProviderCircuitClosed, LogLevel.Information, "{Provider}: circuit closed")]
    private partial void LogCircuitClosed(string provider);
}
