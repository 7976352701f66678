using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Journal;

/// <summary>Everything that one decision about one payment makes durable, or none of it.</summary>
public sealed record PaymentCommit
{
    /// <summary>The payment.</summary>
    public required PaymentKey Key { get; init; }

    /// <summary>The version that the decision was made on; 0 for a new payment. Another version in the store fails this
    /// commit alone.</summary>
    public required int ExpectedVersion { get; init; }

    /// <summary>The payment's figures after the events.</summary>
    public required PaymentRow Row { get; init; }

    /// <summary>The events, numbered from <see cref="ExpectedVersion"/> + 1 without gaps. None: only
    /// <see cref="NextActionAt"/> changes.</summary>
    public required ImmutableArray<JournaledEvent> Events { get; init; }

    /// <summary>The ledger transfers that the events cause.</summary>
    public required ImmutableArray<LedgerTransfer> Transfers { get; init; }

    /// <summary>The client's name for the request, claimed with the commit; null if it gave none.</summary>
    public RequestKey? Request { get; init; }

    /// <summary>When the payment wants to be woken next; null: never.</summary>
    public required DateTimeOffset? NextActionAt { get; init; }

    /// <summary>How urgent that is.</summary>
    public DueLane Lane { get; init; } = DueLane.Routine;

    /// <summary>The alarms that it raises. One that is open already is raised again with another reason.</summary>
    public ImmutableArray<RaisedAlarm> Raised { get; init; } = [];

    /// <summary>The alarms that it clears.</summary>
    public ImmutableArray<PaymentAlarm> Cleared { get; init; } = [];

    /// <summary>The change that the merchant's audit trail has to name; null where no key made one.</summary>
    public PaymentChange? Change { get; init; }
}

/// <summary>A payment's figures, as the store keeps them beside its events: for lists, for constraints, and to check
/// the fold against.</summary>
public sealed record PaymentRow
{
    /// <summary>The merchant's order; unique per merchant.</summary>
    public required string OrderId { get; init; }

    /// <summary>The merchant's customer.</summary>
    public string? CustomerId { get; init; }

    /// <summary>The payment's status.</summary>
    public required PaymentStatus Status { get; init; }

    /// <summary>What is to be paid.</summary>
    public required Money Amount { get; init; }

    /// <summary>The latest attempt's method; null before there is one.</summary>
    public PaymentMethodKind? Method { get; init; }

    /// <summary>Authorised over all attempts, in minor units. A charge that arrived for an order already paid counts
    /// too, until its refund.</summary>
    public required long AuthorizedMinor { get; init; }

    /// <summary>Captured over all attempts, in minor units; at most what is authorised.</summary>
    public required long CapturedMinor { get; init; }

    /// <summary>Refunded, in minor units; at most what is captured.</summary>
    public required long RefundedMinor { get; init; }

    /// <summary>When the payment was accepted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its latest event happened.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>An event in its stored form.</summary>
public sealed record JournaledEvent
{
    /// <summary>Its number within the payment, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>Its stored name, such as <c>payment_captured</c>.</summary>
    public required string Type { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Its content, UTF-8 JSON.</summary>
    public required byte[] Data { get; init; }

    /// <summary>The public event for merchants, such as <c>payment.succeeded</c>: one row of the outbox. Null:
    /// none.</summary>
    public string? PublicType { get; init; }
}

/// <summary>A payment as it is stored.</summary>
public sealed record StoredPayment
{
    /// <summary>Whether its events are in an archive: none are here, and nothing can be decided on it before it is
    /// restored.</summary>
    public bool IsArchived { get; init; }

    /// <summary>The number of the latest event.</summary>
    public required int Version { get; init; }

    /// <summary>The figures.</summary>
    public required PaymentRow Row { get; init; }

    /// <summary>All events, oldest first.</summary>
    public required ImmutableArray<JournaledEvent> Events { get; init; }
}

/// <summary>What became of a commit. Exactly one of the nested kinds.</summary>
public abstract record CommitResult
{
    /// <summary>It is durable.</summary>
    public sealed record Committed : CommitResult;

    /// <summary>The store has another version: this decision is stale, and nothing was written.</summary>
    public sealed record VersionConflict : CommitResult;

    /// <summary>The merchant's order belongs to another payment; nothing was written.</summary>
    /// <param name="Holder">That payment.</param>
    public sealed record OrderTaken(PaymentId Holder) : CommitResult;

    /// <summary>The idempotency key belongs to another payment, or to another request on this one; nothing was
    /// written.</summary>
    /// <param name="Holder">The payment that holds it.</param>
    public sealed record RequestTaken(PaymentId Holder) : CommitResult;
}
