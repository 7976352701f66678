using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Audit;

/// <summary>What an entry is of its change. Numbers are stored and never reused.</summary>
internal enum AuditEntryKind
{
    /// <summary>The change begins: nothing of it has been written yet.</summary>
    Intent = 1,

    /// <summary>How it ended.</summary>
    Outcome = 2,

    /// <summary>The whole change, written in its own transaction.</summary>
    Whole = 3,
}

/// <summary>An entry of a trail, before it has its place there.</summary>
internal sealed record AuditDraft
{
    /// <summary>The change.</summary>
    public required ChangeId Change { get; init; }

    /// <summary>What the entry is of it.</summary>
    public required AuditEntryKind Kind { get; init; }

    /// <summary>How the change ended; null for an intent.</summary>
    public AuditOutcome? Outcome { get; init; }

    /// <summary>When; null: now, by the database's clock.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The name of the kind of change.</summary>
    public required string Action { get; init; }

    /// <summary>Who.</summary>
    public required Actor By { get; init; }

    /// <summary>What was changed.</summary>
    public string? Subject { get; init; }

    /// <summary>More about it.</summary>
    public string? Detail { get; init; }
}

/// <summary>An entry at its place.</summary>
/// <param name="Merchant">Whose trail.</param>
/// <param name="Position">Its place, from 1.</param>
/// <param name="Day">The day whose chain it is in.</param>
/// <param name="At">When, in whole microseconds.</param>
/// <param name="Content">What it says.</param>
internal sealed record AuditEntry(
    string Merchant, long Position, DateOnly Day, DateTimeOffset At, AuditDraft Content);

/// <summary>A day of a trail.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="First">The position of its first entry.</param>
/// <param name="Last">The position of its last entry.</param>
/// <param name="LastHash">The last entry's hash.</param>
/// <param name="Seal">The day's seal; null while the day is the last one.</param>
internal sealed record AuditDay(DateOnly Day, long First, long Last, byte[] LastHash, byte[]? Seal);
