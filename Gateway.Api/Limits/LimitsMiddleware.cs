using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;

namespace PaymentCluster.Gateway.Api.Limits;

/// <summary>Holds API keys to their rate.</summary>
internal sealed class LimitsMiddleware(RequestDelegate next, RequestLimits limits)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is not RouteEndpoint)
        {
            return next(http);
        }

        if (http.Features.Get<Caller>() is { } caller)
        {
            var lease = limits.Keys.AttemptAcquire(caller.KeyId);
            if (!lease.IsAcquired)
            {
                // A token once taken is spent: disposing gives nothing back and is left out.
                return RefuseRateAsync(http, lease);
            }
        }

        return next(http);
    }

    /// <summary>Whether a browser may come to an address that nobody needs a key for; if not, it has been answered.</summary>
    public static async ValueTask<bool> AdmitsBrowserAsync(HttpContext http, RequestLimits limits)
    {
        using var lease = limits.Returns.AttemptAcquire(http.Connection.RemoteIpAddress ?? IPAddress.None);
        if (!lease.IsAcquired)
        {
            await RefuseRateAsync(http, lease);
        }

        return lease.IsAcquired;
    }

    /// <summary>Refuses for the rate, and says when to come back.</summary>
    public static Task RefuseRateAsync(HttpContext http, RateLimitLease lease)
    {
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(
            CultureInfo.InvariantCulture);
        return Problem.WriteAsync(http, ErrorCode.RateLimited);
    }
}
