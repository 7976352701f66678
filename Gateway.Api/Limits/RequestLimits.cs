using System.Net;
using System.Threading.RateLimiting;

namespace PaymentCluster.Gateway.Api.Limits;

/// <summary>What may be in flight and how fast it may come: past these limits the gateway refuses before anything is
/// accepted.</summary>
internal sealed class RequestLimits : IDisposable
{
    public RequestLimits(GatewayOptions options)
    {
        Writes = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = options.WritesInFlight,
            QueueLimit = options.WritesQueued,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        Keys = PerSecond<string>(options.RequestsPerSecond, options.RequestBurst);
        Returns = PerSecond<IPAddress>(options.ReturnsPerSecond, 2 * options.ReturnsPerSecond);
        Waits = Shared(options.WaitingReads, options.MerchantSharePercent);
        Streams = Shared(options.EventStreams, options.MerchantSharePercent);
    }

    /// <summary>Writes in flight in this process.</summary>
    public RateLimiter Writes { get; }

    /// <summary>Requests by API key.</summary>
    public PartitionedRateLimiter<string> Keys { get; }

    /// <summary>Browser returns by address.</summary>
    public PartitionedRateLimiter<IPAddress> Returns { get; }

    /// <summary>Reads that wait for a change, by merchant.</summary>
    public PartitionedRateLimiter<string> Waits { get; }

    /// <summary>Open event streams, by merchant.</summary>
    public PartitionedRateLimiter<string> Streams { get; }

    public void Dispose()
    {
        Writes.Dispose();
        Keys.Dispose();
        Returns.Dispose();
        Waits.Dispose();
        Streams.Dispose();
    }

    private static PartitionedRateLimiter<T> PerSecond<T>(int rate, int burst)
        where T : notnull => PartitionedRateLimiter.Create<T, T>(partition =>
            RateLimitPartition.GetTokenBucketLimiter(partition, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = burst,
                TokensPerPeriod = Math.Max(1, rate / 10),
                ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
                QueueLimit = 0,
            }));

    /// <summary>A limit for all together, of which one merchant has a part at most.</summary>
    private static PartitionedRateLimiter<string> Shared(int all, int percent) => PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<string, string>(merchant => RateLimitPartition.GetConcurrencyLimiter(merchant, _ =>
            new ConcurrencyLimiterOptions { PermitLimit = Math.Max(1, all * percent / 100), QueueLimit = 0 })),
        PartitionedRateLimiter.Create<string, int>(_ => RateLimitPartition.GetConcurrencyLimiter(0, _ =>
            new ConcurrencyLimiterOptions { PermitLimit = all, QueueLimit = 0 })));
}
