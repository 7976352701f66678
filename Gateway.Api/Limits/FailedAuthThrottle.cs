using System.Net;
using System.Threading.RateLimiting;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Gateway.Api.Limits;

/// <summary>
/// How many credentials that do not verify an address may send: an IPv4 address, or a /64 of IPv6, which one customer
/// has whole. A valid key is let in whatever its address has sent.
/// </summary>
internal sealed partial class FailedAuthThrottle(
    GatewayOptions options, ILogger<FailedAuthThrottle> logger) : IDisposable
{
    // For an address over its limit: how many unknown keys are looked up at a time. Each is a grain and a read of the
    // store.
    private const int Lookups = 4;
    private const int QueuedLookups = 512;

    private readonly PartitionedRateLimiter<IPAddress> _failures = PerAddress(address =>
        RateLimitPartition.GetTokenBucketLimiter(address, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.FailedKeysPerAddress,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        }));

    private readonly PartitionedRateLimiter<IPAddress> _lookups = PerAddress(address =>
        RateLimitPartition.GetConcurrencyLimiter(address, _ => new ConcurrencyLimiterOptions
        {
            PermitLimit = Lookups,
            QueueLimit = QueuedLookups,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        }));

    /// <summary>Counts a credential that did not verify.</summary>
    /// <returns>Whether the address is over its limit.</returns>
    public bool Count(HttpContext http)
    {
        using var lease = _failures.AttemptAcquire(ClientNetwork.Of(http));
        if (!lease.IsAcquired)
        {
            LogGuessing(http.Connection.RemoteIpAddress);
        }

        return !lease.IsAcquired;
    }

    /// <summary>A permit to look up a key that this process does not know as valid. Addresses over their limit get few
    /// at a time, so that guessing does not load the store; the lease is refused when even their queue is
    /// full.</summary>
    public ValueTask<RateLimitLease> EnterLookupAsync(HttpContext http)
    {
        var network = ClientNetwork.Of(http);
        return _failures.GetStatistics(network) is { CurrentAvailablePermits: 0 }
            ? _lookups.AcquireAsync(network, 1, http.RequestAborted)
            : ValueTask.FromResult<RateLimitLease>(Unlimited.Instance);
    }

    public void Dispose()
    {
        _failures.Dispose();
        _lookups.Dispose();
    }

    private static PartitionedRateLimiter<IPAddress> PerAddress(
        Func<IPAddress, RateLimitPartition<IPAddress>> partition) => PartitionedRateLimiter.Create(partition);

    [LoggerMessage(LogEvents.KeyGuessing, LogLevel.Warning, "{Address} keeps sending API keys that are invalid")]
    private partial void LogGuessing(IPAddress? address);

    private sealed class Unlimited : RateLimitLease
    {
        public static readonly Unlimited Instance = new();

        public override bool IsAcquired => true;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }
}
