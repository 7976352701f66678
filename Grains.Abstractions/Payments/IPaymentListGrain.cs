using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>A merchant's payments, read from the store. Its key is the merchant's id.</summary>
[Alias("payment-list")]
public interface IPaymentListGrain : IGrainWithStringKey
{
    /// <summary>One page, newest first.</summary>
    [Alias("list"), OpenToGateways, ResponseTimeout(CallTimeouts.Read)]
    Task<PaymentPage> List(PaymentListQuery query);
}

/// <summary>Which payments, and from where on. What is null does not filter.</summary>
[GenerateSerializer, Immutable, Alias("payment-list-query")]
public sealed record PaymentListQuery
{
    /// <summary>The merchant's order.</summary>
    [Id(0)]
    public string? OrderId { get; init; }

    /// <summary>The merchant's customer.</summary>
    [Id(1)]
    public string? CustomerId { get; init; }

    /// <summary>Status.</summary>
    [Id(2)]
    public PaymentStatus? Status { get; init; }

    /// <summary>Method of the latest attempt.</summary>
    [Id(3)]
    public PaymentMethodKind? Method { get; init; }

    /// <summary>Accepted at or after.</summary>
    [Id(4)]
    public DateTimeOffset? CreatedFrom { get; init; }

    /// <summary>Accepted before.</summary>
    [Id(5)]
    public DateTimeOffset? CreatedTo { get; init; }

    /// <summary>Only payments older than this one: the last of the page before.</summary>
    [Id(6)]
    public PaymentId? Before { get; init; }

    /// <summary>How many at most.</summary>
    [Id(7)]
    public required int Limit { get; init; }
}

/// <summary>One page of payments.</summary>
[GenerateSerializer, Immutable, Alias("payment-page")]
public sealed record PaymentPage
{
    /// <summary>The payments, newest first.</summary>
    [Id(0)]
    public required ImmutableArray<PaymentSummary> Payments { get; init; }

    /// <summary>Whether there are older ones.</summary>
    [Id(1)]
    public required bool HasMore { get; init; }
}

/// <summary>A payment as a line of a list.</summary>
[GenerateSerializer, Immutable, Alias("payment-summary")]
public sealed record PaymentSummary
{
    /// <summary>The payment.</summary>
    [Id(0)]
    public required PaymentId Id { get; init; }

    /// <summary>The merchant's order.</summary>
    [Id(1)]
    public required string OrderId { get; init; }

    /// <summary>Its status.</summary>
    [Id(2)]
    public required PaymentStatus Status { get; init; }

    /// <summary>What is to be paid.</summary>
    [Id(3)]
    public required Money Amount { get; init; }

    /// <summary>Captured so far, in minor units.</summary>
    [Id(4)]
    public required long CapturedMinor { get; init; }

    /// <summary>Refunded so far, in minor units.</summary>
    [Id(5)]
    public required long RefundedMinor { get; init; }

    /// <summary>The latest attempt's method; null before there is one.</summary>
    [Id(6)]
    public PaymentMethodKind? Method { get; init; }

    /// <summary>The merchant's customer.</summary>
    [Id(7)]
    public string? CustomerId { get; init; }

    /// <summary>When it was accepted.</summary>
    [Id(8)]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    [Id(9)]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The number of its latest event.</summary>
    [Id(10)]
    public required int Version { get; init; }
}
