using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Load.Tests;

/// <summary>A journal that only counts, so that what grows in memory is the engine's.</summary>
internal sealed class DiscardingJournal : IPaymentJournal
{
    private int _final;

    /// <summary>What is stored of every payment; null: nothing.</summary>
    public StoredPayment? Stored { get; set; }

    /// <summary>Payments that came to their end.</summary>
    public int Final => Volatile.Read(ref _final);

    public Task<CommitResult> AppendAsync(PaymentCommit commit)
    {
        if (commit.Row.Status is PaymentStatus.Success)
        {
            Interlocked.Increment(ref _final);
        }

        return Task.FromResult<CommitResult>(new CommitResult.Committed());
    }

    public Task<StoredPayment?> LoadAsync(PaymentKey key, CancellationToken cancellation = default) =>
        Task.FromResult(Stored);

    public Task<ImmutableArray<DuePayment>> ClaimDueAsync(
        int limit, TimeSpan lease, TimeSpan? within = null, CancellationToken cancellation = default) =>
        Task.FromResult(ImmutableArray<DuePayment>.Empty);

    public Task<DueMerchantsPage> FindDueMerchantsAsync(
        DueLane lane, string after, int limit, CancellationToken cancellation = default) =>
        Task.FromResult(new DueMerchantsPage([], null));

    public Task<ImmutableArray<DuePayment>> ClaimDueOfAsync(
        DueLane lane,
        ImmutableArray<string> merchants,
        int share,
        TimeSpan lease,
        CancellationToken cancellation = default) =>
        Task.FromResult(ImmutableArray<DuePayment>.Empty);
}
