using Npgsql;

namespace PaymentCluster.Grains.Journal;

/// <summary>
/// How members of one kind are written in one transaction. Each writer has its own and calls it from one place at a
/// time, so that it may keep its buffers.
/// </summary>
internal interface IGroupTransaction<TMember, TResult>
{
    /// <summary>Starts a new batch.</summary>
    void Begin();

    /// <summary>Whether the member can be in one transaction with those that joined since <see cref="Begin"/>: not if
    /// both claim the same row.</summary>
    bool TryJoin(TMember member);

    /// <summary>Writes all members in one transaction, or fails with nothing written.</summary>
    /// <param name="connection">A connection of the pool for writes.</param>
    /// <param name="members">The batch; all of it joined since <see cref="Begin"/>.</param>
    /// <param name="shortLockTimeout">Whether locks are waited for only briefly, because a row of some member is
    /// probably locked by a transaction that is stuck.</param>
    Task WriteAsync(
        NpgsqlConnection connection, IReadOnlyList<Pending<TMember, TResult>> members, bool shortLockTimeout);

    /// <summary>A member's result after <see cref="WriteAsync"/> succeeded.</summary>
    TResult ResultOf(TMember member);

    /// <summary>Whether this error says that some member is not compatible with what is stored.</summary>
    bool IsConflict(PostgresException exception);

    /// <summary>
    /// Resolves the members that conflict with what is stored, and those in doubt that were written. The others are
    /// still to be written.
    /// </summary>
    Task<List<Resolution<TResult>>> ResolveAsync(
        NpgsqlConnection connection, IReadOnlyList<Pending<TMember, TResult>> members);
}

/// <summary>The result of a member that is not to be written.</summary>
/// <param name="Index">Its index in the batch.</param>
/// <param name="Result">What its caller gets.</param>
/// <param name="Conflict">The kind of conflict, for metrics; null if it was written before.</param>
internal readonly record struct Resolution<TResult>(int Index, TResult Result, string? Conflict);
