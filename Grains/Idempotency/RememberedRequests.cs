using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Idempotency;

/// <summary>The requests that a document remembers by their idempotency keys, oldest first. A request is added in the
/// commit that it causes, so that both are durable or neither is; one that was refused is not remembered. A document is
/// read as a whole, so it keeps a bounded number for a bounded time.</summary>
internal static class RememberedRequests
{
    /// <summary>How many requests a document remembers; beyond it the oldest are dropped.</summary>
    public const int Max = 64;

    /// <summary>For how long a request is remembered.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Why a key that names another request is refused.</summary>
    public static readonly Refusal Reused = Refusal.Of(
        ErrorCode.IdempotencyKeyReused, "The idempotency key belongs to a request with other content.");

    /// <summary>The request that took effect under the same key; null if none is remembered.</summary>
    public static StoredRequest? Find(
        ImmutableArray<StoredRequest> requests, RequestKey request, DateTimeOffset now) =>
        requests.FirstOrDefault(earlier => earlier.Key == request.Key && IsFresh(earlier, now));

    /// <summary>With a request that takes effect now.</summary>
    /// <param name="requests">Those before it.</param>
    /// <param name="request">The request.</param>
    /// <param name="subject">The id of what it made; null if it made nothing that has one.</param>
    /// <param name="now">Now.</param>
    public static ImmutableArray<StoredRequest> Add(
        ImmutableArray<StoredRequest> requests, RequestKey request, string? subject, DateTimeOffset now) =>
    [
        .. requests.Where(earlier => earlier.Key != request.Key && IsFresh(earlier, now)).TakeLast(Max - 1),
        new StoredRequest { Key = request.Key, Fingerprint = request.Fingerprint, At = now, Subject = subject },
    ];

    private static bool IsFresh(StoredRequest request, DateTimeOffset now) => now - request.At < Lifetime;
}
