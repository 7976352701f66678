using System.Threading.RateLimiting;

namespace PaymentCluster.Gateway.Api.Limits;

/// <summary>What may be in flight: past these limits the gateway refuses before anything is accepted.</summary>
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
        Waits = Shared(options.WaitingReads, options.MerchantSharePercent);
        Streams = Shared(options.EventStreams, options.MerchantSharePercent);
    }

    /// <summary>Writes in flight in this process.</summary>
    public RateLimiter Writes { get; }

    /// <summary>Reads that wait for a change, by merchant.</summary>
    public PartitionedRateLimiter<string> Waits { get; }

    /// <summary>Open event streams, by merchant.</summary>
    public PartitionedRateLimiter<string> Streams { get; }

    public void Dispose()
    {
        Writes.Dispose();
        Waits.Dispose();
        Streams.Dispose();
    }

    /// <summary>A limit for all together, of which one merchant has a part at most.</summary>
    private static PartitionedRateLimiter<string> Shared(int all, int percent) => PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<string, string>(merchant =>
            RateLimitPartition.GetConcurrencyLimiter(merchant, _ =>
                new ConcurrencyLimiterOptions { PermitLimit = Math.Max(1, all * percent / 100), QueueLimit = 0 })),
        PartitionedRateLimiter.Create<string, int>(_ => RateLimitPartition.GetConcurrencyLimiter(0, _ =>
            new ConcurrencyLimiterOptions { PermitLimit = all, QueueLimit = 0 })));
}
