using System.Net;
using System.Threading.RateLimiting;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Logs;

namespace PaymentCluster.Gateway.Api.Limits;

/// <summary>
/// How many credentials that do not verify may be sent: from one address (an IPv4 address, or a /64 of IPv6, which one
/// customer has whole), and for one payment from all addresses together. A valid credential is let in whatever its
/// address has sent, and whatever was sent for its payment.
/// </summary>
internal sealed partial class FailedAuthThrottle(
    GatewayOptions options, ILogger<FailedAuthThrottle> logger) : IDisposable
{
    // For an address over its limit: how many unknown keys are looked up at a time. Each is a grain and a read of the
    // store.
    private const int Lookups = 4;

    private readonly PartitionedRateLimiter<IPAddress> _failures =
        Failures<IPAddress>(options.FailedKeysPerAddress, TimeSpan.FromSeconds(1));

    private readonly PartitionedRateLimiter<PaymentId> _payments =
        Failures<PaymentId>(options.FailedSecretsPerPayment, TimeSpan.FromSeconds(1));

    private readonly PartitionedRateLimiter<IPAddress> _lines = Failures<IPAddress>(1, TimeSpan.FromMinutes(1));

    private readonly PartitionedRateLimiter<IPAddress> _elsewhere = Failures<IPAddress>(1, TimeSpan.FromMinutes(1));

    // No length of the queue is full: a valid key is among those that wait, and nothing tells which it is. Each waiting
    // lookup has a connection, whose number is limited.
    private readonly PartitionedRateLimiter<IPAddress> _lookups = PartitionedRateLimiter.Create(
        (IPAddress address) => RateLimitPartition.GetConcurrencyLimiter(address, _ => new ConcurrencyLimiterOptions
        {
            PermitLimit = Lookups,
            QueueLimit = int.MaxValue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        }));

    /// <summary>Counts a credential that did not verify.</summary>
    /// <param name="http">The request.</param>
    /// <param name="isPayers">Whether it claimed to open the payment that the path names, for which it counts
    /// too.</param>
    /// <returns>Which limit is exceeded, in one sentence; null if none is.</returns>
    public string? Count(HttpContext http, bool isPayers)
    {
        var network = ClientNetwork.Of(http);
        var isAddressOver = !TryTake(_failures, network);
        var isPaymentOver = isPayers
            && PaymentId.TryParse((string?)http.Request.RouteValues["id"], out var payment)
            && !TryTake(_payments, payment);
        if ((isAddressOver || isPaymentOver) && TryTake(_lines, network))
        {
            LogGuessing(http.Connection.RemoteIpAddress);
        }

        return isAddressOver ? "Too many invalid API keys from this address."
            : isPaymentOver ? "Too many invalid client secrets for this payment."
            : null;
    }

    /// <summary>Reports that a valid key came from outside of its networks. It is no guess, and counts for
    /// nothing.</summary>
    public void ReportElsewhere(HttpContext http, string keyId)
    {
        if (TryTake(_elsewhere, ClientNetwork.Of(http)))
        {
            LogElsewhere(keyId, ClientNetwork.AddressOf(http));
        }
    }

    /// <summary>A turn to look up a key that this process does not know as valid. Addresses over their limit get few
    /// at a time, so that guessing does not load the store.</summary>
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
        _payments.Dispose();
        _lines.Dispose();
        _elsewhere.Dispose();
        _lookups.Dispose();
    }

    private static bool TryTake<T>(PartitionedRateLimiter<T> limiter, T partition)
    {
        using var lease = limiter.AttemptAcquire(partition);
        return lease.IsAcquired;
    }

    private static PartitionedRateLimiter<T> Failures<T>(int limit, TimeSpan regained)
        where T : notnull => PartitionedRateLimiter.Create(
            (T partition) => RateLimitPartition.GetTokenBucketLimiter(partition, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = limit,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = regained,
                QueueLimit = 0,
            }));

    [LoggerMessage(LogEvents.KeyGuessing, LogLevel.Warning, "{Address} keeps sending credentials that are invalid")]
    private partial void LogGuessing(IPAddress? address);

    [LoggerMessage(
        LogEvents.KeyElsewhere, LogLevel.Warning, "API key {KeyId} is used from {Address}, outside of its networks")]
    private partial void LogElsewhere(string keyId, IPAddress address);

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
