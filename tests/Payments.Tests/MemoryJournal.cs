using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Payments.Tests;

/// <summary>A journal in memory, whose results are ready at once.</summary>
internal sealed class MemoryJournal : IPaymentJournal
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PaymentKey, StoredPayment> _payments = [];
    private int _loads;

    /// <summary>How often a payment was read.</summary>
    public int Loads => Volatile.Read(ref _loads);

    public Task<CommitResult> AppendAsync(PaymentCommit commit)
    {
        lock (_lock)
        {
            var stored = _payments.GetValueOrDefault(commit.Key);
            if ((stored?.Version ?? 0) != commit.ExpectedVersion)
            {
                return Task.FromResult<CommitResult>(new CommitResult.VersionConflict());
            }

            _payments[commit.Key] = new StoredPayment
            {
                Version = commit.ExpectedVersion + commit.Events.Length,
                Row = commit.Row,
                Events = [.. stored?.Events ?? [], .. commit.Events],
            };
            return Task.FromResult<CommitResult>(new CommitResult.Committed());
        }
    }

    public Task<StoredPayment?> LoadAsync(PaymentKey key, CancellationToken cancellation = default)
    {
        Interlocked.Increment(ref _loads);
        lock (_lock)
        {
            return Task.FromResult(_payments.GetValueOrDefault(key));
        }
    }

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

    /// <summary>Does what a second activation of the payment's grain would do.</summary>
    public async Task HappensElsewhereAsync(PaymentKey key, PaymentEvent happened)
    {
        var before = PaymentRecord.Fold((await LoadAsync(key))!);
        var after = PaymentState.Evolve(before, happened);
        Assert.IsType<CommitResult.Committed>(
            await AppendAsync(PaymentRecord.CommitOf(key, before, after, [happened], null, happened.At)));
    }
}
