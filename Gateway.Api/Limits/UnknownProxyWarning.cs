using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Gateway.Api.Limits;

/// <summary>Says once that there seems to be a proxy in front, where none is configured.</summary>
internal sealed partial class UnknownProxyWarning(RequestDelegate next, ILogger<UnknownProxyWarning> logger)
{
    private const string ForwardedFor = "X-Forwarded-For";

    private bool _isSaid;

    public Task InvokeAsync(HttpContext http)
    {
        if (!_isSaid && http.Request.Headers.ContainsKey(ForwardedFor) && !Interlocked.Exchange(ref _isSaid, true))
        {
            LogUnknown(http.Connection.RemoteIpAddress);
        }

        return next(http);
    }

    [LoggerMessage(
        LogEvents.ProxyUnknown,
        LogLevel.Warning,
        "{Address} forwards requests, and Gateway:KnownProxies names no proxy: all its callers count as one address")]
    private partial void LogUnknown(System.Net.IPAddress? address);
}
