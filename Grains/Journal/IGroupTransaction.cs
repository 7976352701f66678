using Npgsql;

namespace PaymentCluster.Grains.Journal;

/// <summary>
/// How members of one kind are written in one transaction. Each writer has its own and calls it from one place at a
/// time, so that it may keep its buffers.
/// </summary>
internal interface IGroupTransaction<TMember, TResult>
{
    /// <summary>Forgets whom <see cref="TryJoin"/> let in.</summary>
    void Begin();

    /// <summary>Whether the member can be in one transaction with those let in since <see cref="Begin"/>: not if both
    /// claim the same thing.</summary>
    bool TryJoin(TMember member);

    /// <summary>Writes all members in one transaction, or fails with nothing written.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="members">Whom.</param>
    /// <param name="impatient">Whether to wait for locks only briefly: some member is suspected to meet one that is
    /// stuck.</param>
    Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<Pending<TMember, TResult>> members, bool impatient);

    /// <summary>A member's answer after <see cref="WriteAsync"/> succeeded.</summary>
    TResult ResultOf(TMember member);

    /// <summary>Whether this error says that some member is not compatible with what is stored.</summary>
    bool IsConflict(PostgresException exception);

    /// <summary>
    /// Finds those members that cannot be written because of what is stored, and those in doubt that turn out to have
    /// been written. Of the others it says nothing.
    /// </summary>
    Task<List<Verdict<TResult>>> SortOutAsync(
        NpgsqlConnection connection, IReadOnlyList<Pending<TMember, TResult>> members);
}

/// <summary>What was found out about a member without writing it.</summary>
/// <param name="Index">Which.</param>
/// <param name="Result">Its answer.</param>
/// <param name="Conflict">What it conflicts with; null if it turned out to have been written.</param>
internal readonly record struct Verdict<TResult>(int Index, TResult Result, string? Conflict);
