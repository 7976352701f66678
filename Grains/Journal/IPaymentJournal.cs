using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Journal;

/// <summary>Where payments are kept. <see cref="PaymentStore"/> is the one of the product; simulations put a model in
/// its place.</summary>
public interface IPaymentJournal
{
    /// <summary>Makes one decision durable, or nothing of it, and returns when that is certain. There is nothing to
    /// cancel it with: a commit under way is never given up.</summary>
    /// <exception cref="JournalOverloadedException">Too much is queued already; nothing was accepted.</exception>
    /// <exception cref="JournalUnavailableException">The database is unavailable. What was appended may or may not be
    /// there.</exception>
    /// <exception cref="ArgumentException">The commit contradicts itself: gaps between its events, refunded above
    /// captured. A bug.</exception>
    Task<CommitResult> AppendAsync(PaymentCommit commit);

    /// <summary>A payment as it is stored, read in one snapshot; null if there is none.</summary>
    /// <param name="key">The payment.</param>
    /// <param name="cancellation">Ends the caller's wait; what shares the statement is loaded nevertheless.</param>
    /// <exception cref="JournalOverloadedException">Too many loads wait already.</exception>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    Task<StoredPayment?> LoadAsync(PaymentKey key, CancellationToken cancellation = default);

    /// <summary>Restores a payment that is archived, so that it can be loaded and continued.</summary>
    /// <returns>False where the archives are not within this process's reach.</returns>
    /// <exception cref="JournalUnavailableException">The database or the archives are unavailable.</exception>
    Task<bool> RestoreAsync(PaymentKey key, CancellationToken cancellation = default) => Task.FromResult(false);

    /// <summary>
    /// Payments whose time has come, most overdue first, by the store's clock, of any merchant and lane. Each is
    /// leased: no other sweeper gets it for that long, and then it is due again, unless a commit in between said
    /// otherwise.
    /// </summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="lease">How long they belong to the caller.</param>
    /// <param name="within">Only those whose time has come since then: it costs less. Null: all.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    Task<ImmutableArray<DuePayment>> ClaimDueAsync(
        int limit, TimeSpan lease, TimeSpan? within = null, CancellationToken cancellation = default);

    /// <summary>The merchants that have due payments in a lane, in the order of their ids.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="after">The merchant that they come after; "" for the first ones.</param>
    /// <param name="limit">How many merchants are looked at, at most, those included that have nothing due.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    Task<DueMerchantsPage> FindDueMerchantsAsync(
        DueLane lane, string after, int limit, CancellationToken cancellation = default);

    /// <summary>Payments of these merchants whose time has come, leased as by <see cref="ClaimDueAsync"/>.</summary>
    /// <param name="lane">Their lane.</param>
    /// <param name="merchants">The merchants.</param>
    /// <param name="share">How many of each merchant's at most, its most overdue ones.</param>
    /// <param name="lease">How long they belong to the caller.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    Task<ImmutableArray<DuePayment>> ClaimDueOfAsync(
        DueLane lane,
        ImmutableArray<string> merchants,
        int share,
        TimeSpan lease,
        CancellationToken cancellation = default);
}
