using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Abstractions.Audit;

/// <summary>An audit trail: every change that a person or an API key made of what belongs to one merchant. Its key is
/// the merchant's id, or <see cref="Installation"/>.</summary>
[Alias("audit")]
public interface IAuditGrain : IGrainWithStringKey
{
    /// <summary>The trail of what belongs to no merchant. It is no merchant's id.</summary>
    const string Installation = "-";

    /// <summary>A part of the trail, the latest changes first.</summary>
    [Alias("list"), OpenToGateways, ResponseTimeout(CallTimeouts.Read)]
    Task<AuditPage> List(AuditQuery query);

    /// <summary>Computes every link of the trail again.</summary>
    [Alias("verify"), OpenToGateways, ResponseTimeout(CallTimeouts.Long)]
    Task<AuditVerification> Verify();
}

/// <summary>Which changes are listed.</summary>
[GenerateSerializer, Immutable, Alias("audit-query")]
public sealed record AuditQuery
{
    /// <summary>Only changes of this kind.</summary>
    [Id(0)]
    public AuditAction? Action { get; init; }

    /// <summary>Only changes that this key made.</summary>
    [Id(1)]
    public string? Actor { get; init; }

    /// <summary>Only changes of this subject.</summary>
    [Id(2)]
    public string? Subject { get; init; }

    /// <summary>Only changes at or after this time.</summary>
    [Id(3)]
    public DateTimeOffset? From { get; init; }

    /// <summary>Only changes before this time.</summary>
    [Id(4)]
    public DateTimeOffset? To { get; init; }

    /// <summary>Only changes before this position; null: from the latest on.</summary>
    [Id(5)]
    public long? Before { get; init; }

    /// <summary>How many, 1 to 100.</summary>
    [Id(6)]
    public required int Limit { get; init; }
}

/// <summary>A part of a trail.</summary>
[GenerateSerializer, Immutable, Alias("audit-page")]
public sealed record AuditPage
{
    /// <summary>The changes, the latest first.</summary>
    [Id(0)]
    public required ImmutableArray<AuditChangeView> Changes { get; init; }

    /// <summary>The last position of this part, where there may be more; null at the end.</summary>
    [Id(1)]
    public long? Next { get; init; }

    /// <summary>How many changes of payments are durable and not yet linked into the trail: they are in no
    /// part.</summary>
    [Id(2)]
    public required long Unlinked { get; init; }
}

/// <summary>A change.</summary>
[GenerateSerializer, Immutable, Alias("audit-change")]
public sealed record AuditChangeView
{
    /// <summary>Its id.</summary>
    [Id(0)]
    public required ChangeId Id { get; init; }

    /// <summary>The position of its entry in the trail, from 1.</summary>
    [Id(1)]
    public required long Position { get; init; }

    /// <summary>What it is, by its name.</summary>
    [Id(2)]
    public required string Action { get; init; }

    /// <summary>When it was made.</summary>
    [Id(3)]
    public required DateTimeOffset At { get; init; }

    /// <summary>Who made it.</summary>
    [Id(4)]
    public required string Actor { get; init; }

    /// <summary>From which address; null if from none.</summary>
    [Id(5)]
    public string? Address { get; init; }

    /// <summary>What was changed: a key, a provider, a customer, a payment; null for the merchant itself.</summary>
    [Id(6)]
    public string? Subject { get; init; }

    /// <summary>More about it, without secrets.</summary>
    [Id(7)]
    public string? Detail { get; init; }

    /// <summary>How it ended; null while that is open.</summary>
    [Id(8)]
    public AuditOutcome? Outcome { get; init; }

    /// <summary>The lower-case hex hash of its entry.</summary>
    [Id(9)]
    public required string Hash { get; init; }
}

/// <summary>What came of computing a trail again.</summary>
[GenerateSerializer, Immutable, Alias("audit-verification")]
public sealed record AuditVerification
{
    /// <summary>How many entries are linked as they were written, from the first one on.</summary>
    [Id(0)]
    public required long Entries { get; init; }

    /// <summary>The first link that is broken; null if none is.</summary>
    [Id(1)]
    public AuditBreak? Broken { get; init; }

    /// <summary>The lower-case hex hash of the last entry, to be kept elsewhere: who rewrites the whole trail changes
    /// it. Null without an entry.</summary>
    [Id(2)]
    public string? Head { get; init; }

    /// <summary>How many changes of payments are not linked into the trail yet.</summary>
    [Id(3)]
    public required long Unlinked { get; init; }
}

/// <summary>A broken link.</summary>
[GenerateSerializer, Immutable, Alias("audit-break")]
public sealed record AuditBreak
{
    /// <summary>The day, UTC.</summary>
    [Id(0)]
    public required DateOnly Day { get; init; }

    /// <summary>The entry's position; null if the day's seal is broken.</summary>
    [Id(1)]
    public long? Position { get; init; }

    /// <summary>What is wrong, in one sentence.</summary>
    [Id(2)]
    public required string Reason { get; init; }
}
