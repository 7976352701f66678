using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;

namespace PaymentCluster.Gateway.Api.Limits;

/// <summary>How fast requests may come: per key on every endpoint, and per address where browsers and providers come
/// without a key. It runs after authentication.</summary>
internal static class RateLimits
{
    /// <summary>The policy of endpoints that browsers call without a key.</summary>
    public const string Browser = "Browser";

    /// <summary>The policy of endpoints that providers send webhooks to.</summary>
    public const string Webhooks = "Webhooks";

    public static void AddRateLimits(this IServiceCollection services)
    {
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<GatewayOptions>((limiter, options) =>
        {
            limiter.OnRejected = (context, _) => new ValueTask(RefuseAsync(context.HttpContext, context.Lease));
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
                Caller.Of(http.User) is { } caller
                    ? PerSecond(caller.KeyId, options.RequestsPerSecond, options.RequestBurst)
                    : RateLimitPartition.GetNoLimiter(""));
            limiter.AddPolicy(Browser, http =>
                PerSecond(ClientNetwork.Of(http), options.ReturnsPerSecond, 2 * options.ReturnsPerSecond));
            limiter.AddPolicy(Webhooks, http =>
                PerSecond(ClientNetwork.Of(http), options.WebhooksPerSecond, 2 * options.WebhooksPerSecond));
        });
    }

    private static RateLimitPartition<T> PerSecond<T>(T partition, int rate, int burst) =>
        RateLimitPartition.GetTokenBucketLimiter(partition, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst,
            TokensPerPeriod = Math.Max(1, rate / 10),
            ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
            QueueLimit = 0,
        });

    private static Task RefuseAsync(HttpContext http, RateLimitLease lease)
    {
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Problem.WriteAsync(http, ErrorCode.RateLimited);
    }
}
