using Microsoft.Extensions.Logging;

namespace PaymentCluster.Connectors.Http;

public sealed partial class ProviderHttp
{
    [LoggerMessage(3000, LogLevel.Debug, "{Provider} {Operation} {Reference}: HTTP {Status} after {Milliseconds:F0} ms")]
    private partial void LogAnswered(
        string provider, string operation, string reference, int status, double milliseconds);

    [LoggerMessage(3001, LogLevel.Warning, "{Provider} {Operation} {Reference} was not sent: {Reason}")]
    private partial void LogNotSent(string provider, string operation, string reference, string reason);

    [LoggerMessage(3002, LogLevel.Warning, "{Provider} {Operation} {Reference} has no known outcome after {Milliseconds:F0} ms: {Reason}")]
    private partial void LogUnknown(
        string provider, string operation, string reference, string reason, double milliseconds);

    [LoggerMessage(3003, LogLevel.Error, "{Provider} keeps failing and is left alone for {Break}")]
    private partial void LogBreakerOpened(string provider, TimeSpan @break);

    [LoggerMessage(3004, LogLevel.Information, "{Provider} answers again")]
    private partial void LogBreakerClosed(string provider);
}
