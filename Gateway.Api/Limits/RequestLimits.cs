using System.Diagnostics.Metrics;
using System.Net;
using System.Threading.RateLimiting;
using PaymentCluster.Gateway.Api.Access;

namespace PaymentCluster.Gateway.Api.Limits;

/// <summary>What may be in flight: past these limits the gateway refuses before anything is accepted.</summary>
internal sealed class RequestLimits : IDisposable
{
    public RequestLimits(GatewayOptions options, IMeterFactory meters)
    {
        Writes = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = options.WritesInFlight,
            QueueLimit = options.WritesQueued,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        LoadMetrics.Watch(meters, Writes, options.WritesInFlight);
        Waits = Shared(options.WaitingReads, options);
        Streams = Shared(options.EventStreams, options);
        Webhooks = PartitionedRateLimiter.Create<IPAddress, IPAddress>(address =>
            AtOnce(address, options.WebhooksInFlightPerAddress));
    }

    /// <summary>Writes in flight in this process.</summary>
    public RateLimiter Writes { get; }

    /// <summary>Reads that wait for a change.</summary>
    public PartitionedRateLimiter<Waiter> Waits { get; }

    /// <summary>Open event streams.</summary>
    public PartitionedRateLimiter<Waiter> Streams { get; }

    /// <summary>Webhooks whose bodies arrive or are processed, by address.</summary>
    public PartitionedRateLimiter<IPAddress> Webhooks { get; }

    public void Dispose()
    {
        Webhooks.Dispose();
        Writes.Dispose();
        Waits.Dispose();
        Streams.Dispose();
    }

    /// <summary>A limit for all together, of which one merchant has a part at most, and its pages a part of
    /// that.</summary>
    private static PartitionedRateLimiter<Waiter> Shared(int all, GatewayOptions options)
    {
        var ofMerchant = Math.Max(1, all * options.MerchantSharePercent / 100);
        var ofPages = Math.Max(1, ofMerchant * options.PageSharePercent / 100);
        return PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create((Waiter waiter) => waiter.IsPage
                ? AtOnce(waiter, ofPages)
                : RateLimitPartition.GetNoLimiter(waiter)),
            PartitionedRateLimiter.Create((Waiter waiter) => AtOnce(waiter.Merchant, ofMerchant)),
            PartitionedRateLimiter.Create((Waiter _) => AtOnce(0, all)));
    }

    private static RateLimitPartition<T> AtOnce<T>(T partition, int limit) => RateLimitPartition.GetConcurrencyLimiter(
        partition, _ => new ConcurrencyLimiterOptions { PermitLimit = limit, QueueLimit = 0 });
}

/// <summary>Who waits: a merchant's servers, or its pages, which anyone can have many of.</summary>
/// <param name="Merchant">The merchant; empty where none is known.</param>
/// <param name="IsPage">Whether it is a page.</param>
internal readonly record struct Waiter(string Merchant, bool IsPage)
{
    public static Waiter Of(Caller? caller) => new(caller?.Merchant ?? "", caller is { IsBrowser: true });
}
