using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Abstractions.Routing;

/// <summary>Evaluates a merchant's routing, as the called silo would decide, and stores nothing. Its key is the
/// merchant's id.</summary>
[Alias("routing")]
public interface IRoutingGrain : IGrainWithStringKey
{
    /// <summary>What would be decided about a payment, and why.</summary>
    [Alias("evaluate"), OpenToGateways]
    Task<Reply<RoutingEvaluation>> Evaluate(EvaluateRouting query);

    /// <summary>What would have been decided about past payments.</summary>
    [Alias("replay"), OpenToGateways, ResponseTimeout(CallTimeouts.Read)]
    Task<Reply<RoutingReplay>> Replay(ReplayRouting query);
}

/// <summary>The decision about a payment.</summary>
[GenerateSerializer, Immutable, Alias("evaluate-routing")]
public sealed record EvaluateRouting
{
    /// <summary>The payment.</summary>
    [Id(0)]
    public required RoutedPayment Payment { get; init; }

    /// <summary>The plan; null: the merchant's own.</summary>
    [Id(1)]
    public RoutingPlan? Plan { get; init; }
}

/// <summary>What would be decided.</summary>
[GenerateSerializer, Immutable, Alias("routing-evaluation")]
public sealed record RoutingEvaluation
{
    /// <summary>The provider; null if none can take the payment.</summary>
    [Id(0)]
    public required string? Provider { get; init; }

    /// <summary>Each provider's part.</summary>
    [Id(1)]
    public required ImmutableArray<RoutingNote> Notes { get; init; }
}

/// <summary>What a plan would have decided about past payments: the newest of a period, up to a limit.</summary>
[GenerateSerializer, Immutable, Alias("replay-routing")]
public sealed record ReplayRouting
{
    /// <summary>The most payments of one replay.</summary>
    public const int MaxLimit = 1_000;

    /// <summary>The plan; null: the merchant's own, as it is now.</summary>
    [Id(0)]
    public RoutingPlan? Plan { get; init; }

    /// <summary>Accepted at or after; null: as old as there are.</summary>
    [Id(1)]
    public DateTimeOffset? From { get; init; }

    /// <summary>Accepted before; null: up to now.</summary>
    [Id(2)]
    public DateTimeOffset? To { get; init; }

    /// <summary>How many at most.</summary>
    [Id(3)]
    public required int Limit { get; init; }
}

/// <summary>What a plan would have decided about past payments.</summary>
[GenerateSerializer, Immutable, Alias("routing-replay")]
public sealed record RoutingReplay
{
    /// <summary>The most payments that are named.</summary>
    public const int MaxSample = 20;

    /// <summary>How many payments were looked at: those that had an attempt, by the first of them.</summary>
    [Id(0)]
    public required int Examined { get; init; }

    /// <summary>Whether there are more in that time.</summary>
    [Id(1)]
    public required bool HasMore { get; init; }

    /// <summary>How many would have gone elsewhere.</summary>
    [Id(2)]
    public required int Changed { get; init; }

    /// <summary>How many would have gone nowhere.</summary>
    [Id(3)]
    public required int Nowhere { get; init; }

    /// <summary>How many were by card while the plan needs first digits: those are not stored, so that such rules were
    /// passed over.</summary>
    [Id(4)]
    public required int BinUnknown { get; init; }

    /// <summary>Each provider's payments, then and now, in alphabetical order.</summary>
    [Id(5)]
    public required ImmutableArray<ReplayCount> Providers { get; init; }

    /// <summary>The newest of those that would have gone elsewhere.</summary>
    [Id(6)]
    public required ImmutableArray<ReplayChange> Sample { get; init; }
}

/// <summary>A provider's payments in a replay.</summary>
[GenerateSerializer, Immutable, Alias("replay-count")]
public sealed record ReplayCount
{
    /// <summary>The provider.</summary>
    [Id(0)]
    public required string Provider { get; init; }

    /// <summary>How many went there.</summary>
    [Id(1)]
    public required int Then { get; init; }

    /// <summary>How many would go there.</summary>
    [Id(2)]
    public required int Now { get; init; }
}

/// <summary>A payment that would have gone elsewhere.</summary>
[GenerateSerializer, Immutable, Alias("replay-change")]
public sealed record ReplayChange
{
    /// <summary>The payment.</summary>
    [Id(0)]
    public required PaymentId Payment { get; init; }

    /// <summary>The merchant's order.</summary>
    [Id(1)]
    public required string OrderId { get; init; }

    /// <summary>Where it went.</summary>
    [Id(2)]
    public required string Then { get; init; }

    /// <summary>Where it would go; null: nowhere.</summary>
    [Id(3)]
    public required string? Now { get; init; }

    /// <summary>Why.</summary>
    [Id(4)]
    public required string Reason { get; init; }
}
