using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Abstractions.Refunds;

/// <summary>A refund as its merchant sees it.</summary>
[GenerateSerializer, Immutable, Alias("refund-view")]
public sealed record RefundView
{
    /// <summary>The refund.</summary>
    [Id(0)]
    public required RefundId Id { get; init; }

    /// <summary>The refunded amount.</summary>
    [Id(1)]
    public required Money Amount { get; init; }

    /// <summary>Its status.</summary>
    [Id(2)]
    public required RefundStatus Status { get; init; }

    /// <summary>Why, as the merchant said.</summary>
    [Id(3)]
    public string? Reason { get; init; }

    /// <summary>Whether the engine made it: money that arrived for an order already paid or given up.</summary>
    [Id(4)]
    public required bool Automatic { get; init; }

    /// <summary>The provider's id, once known.</summary>
    [Id(5)]
    public string? ProviderReference { get; init; }

    /// <summary>The reference that the customer's bank shows, once known.</summary>
    [Id(6)]
    public string? BankReference { get; init; }

    /// <summary>Why it failed; null unless it did.</summary>
    [Id(7)]
    public Failure? Failure { get; init; }

    /// <summary>When it was accepted.</summary>
    [Id(8)]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    [Id(9)]
    public required DateTimeOffset UpdatedAt { get; init; }
}
