using System.Globalization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using PaymentCluster.Gateway.Api.Access;

namespace PaymentCluster.Gateway.Api.Limits;

/// <summary>Tells each caller with a key how much of its limit is left, so that it slows down before it is refused
/// (draft-ietf-httpapi-ratelimit-headers).</summary>
internal static class RateLimitHeaders
{
    /// <summary>How many requests are left, and in how many seconds all of the limit is back.</summary>
    public const string Left = "RateLimit";

    /// <summary>How many requests may be made in how many seconds.</summary>
    public const string Policy = "RateLimit-Policy";

    /// <summary>Sets the headers. Call it before the limiter takes the request's permit.</summary>
    public static void UseRateLimitHeaders(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<GatewayOptions>();
        var limiter = app.Services.GetRequiredService<IOptions<RateLimiterOptions>>().Value.GlobalLimiter!;
        var window = (options.RequestBurst + options.RequestsPerSecond - 1) / options.RequestsPerSecond;
        var policy = string.Create(CultureInfo.InvariantCulture, $"\"key\";q={options.RequestBurst};w={window}");
        app.Use((http, next) =>
        {
            if (Caller.Of(http.User) is not null && limiter.GetStatistics(http) is { } statistics)
            {
                var left = Math.Max(0, statistics.CurrentAvailablePermits - 1);
                var used = options.RequestBurst - left;
                var full = (used + options.RequestsPerSecond - 1) / options.RequestsPerSecond;
                http.Response.Headers[Policy] = policy;
                http.Response.Headers[Left] =
                    string.Create(CultureInfo.InvariantCulture, $"\"key\";r={left};t={full}");
            }

            return next(http);
        });
    }
}
