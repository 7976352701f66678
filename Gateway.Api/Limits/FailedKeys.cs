using System.Net;
using System.Threading.RateLimiting;

namespace PaymentCluster.Gateway.Api.Limits;

/// <summary>How many refused API keys an address may still send. Only failures count.</summary>
internal sealed class FailedKeys(GatewayOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<IPAddress> _limiter = PartitionedRateLimiter.Create<IPAddress, IPAddress>(address =>
        RateLimitPartition.GetTokenBucketLimiter(address, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.FailedKeysPerAddress,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        }));

    /// <summary>Whether a key that is not known as good may be asked about.</summary>
    public bool MayTry(HttpContext http)
    {
        using var lease = _limiter.AttemptAcquire(Address(http), 0);
        return lease.IsAcquired;
    }

    public void Count(HttpContext http) => _limiter.AttemptAcquire(Address(http)).Dispose();

    public void Dispose() => _limiter.Dispose();

    private static IPAddress Address(HttpContext http) => http.Connection.RemoteIpAddress ?? IPAddress.None;
}
