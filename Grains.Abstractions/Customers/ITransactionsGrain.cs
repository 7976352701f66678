using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Abstractions.Customers;

/// <summary>What a merchant's customers paid and got back, read from the store. Its key is the merchant's id.</summary>
[Alias("transactions")]
public interface ITransactionsGrain : IGrainWithStringKey
{
    /// <summary>One page, newest first, with the totals over all pages.</summary>
    [Alias("list"), OpenToGateways, ResponseTimeout(CallTimeouts.Read)]
    Task<TransactionPage> List(TransactionQuery query);
}

/// <summary>Which transactions, and from where on. What is null does not filter.</summary>
[GenerateSerializer, Immutable, Alias("transaction-query")]
public sealed record TransactionQuery
{
    /// <summary>The merchant's customer.</summary>
    [Id(0)]
    public required string CustomerId { get; init; }

    /// <summary>Payments alone, or refunds alone.</summary>
    [Id(1)]
    public TransactionKind? Kind { get; init; }

    /// <summary>The payment's method.</summary>
    [Id(2)]
    public PaymentMethodKind? Method { get; init; }

    /// <summary>The currency, an ISO 4217 code.</summary>
    [Id(3)]
    public string? Currency { get; init; }

    /// <summary>At or after.</summary>
    [Id(4)]
    public DateTimeOffset? From { get; init; }

    /// <summary>Before.</summary>
    [Id(5)]
    public DateTimeOffset? To { get; init; }

    /// <summary>Only older ones than this: the place of the last of the page before.</summary>
    [Id(6)]
    public TransactionPlace? Before { get; init; }

    /// <summary>How many at most.</summary>
    [Id(7)]
    public required int Limit { get; init; }
}

/// <summary>The kinds of transaction.</summary>
public enum TransactionKind
{
    /// <summary>The customer pays.</summary>
    Payment = 1,

    /// <summary>The customer gets back.</summary>
    Refund = 2,
}

/// <summary>A transaction's place in the list.</summary>
[GenerateSerializer, Immutable, Alias("transaction-place")]
public sealed record TransactionPlace
{
    /// <summary>When it was accepted.</summary>
    [Id(0)]
    public required DateTimeOffset At { get; init; }

    /// <summary>The payment.</summary>
    [Id(1)]
    public required PaymentId Payment { get; init; }

    /// <summary>The refund's number; 0 for the payment itself.</summary>
    [Id(2)]
    public required int Refund { get; init; }
}

/// <summary>A payment or a refund of a customer's.</summary>
[GenerateSerializer, Immutable, Alias("transaction")]
public sealed record Transaction
{
    /// <summary>Its place in the list; its kind and ids are in it.</summary>
    [Id(0)]
    public required TransactionPlace Place { get; init; }

    /// <summary>The merchant's order.</summary>
    [Id(1)]
    public required string OrderId { get; init; }

    /// <summary>How much.</summary>
    [Id(2)]
    public required Money Amount { get; init; }

    /// <summary>The payment's method; null before there is one.</summary>
    [Id(3)]
    public PaymentMethodKind? Method { get; init; }

    /// <summary>The payment's status; null for a refund.</summary>
    [Id(4)]
    public PaymentStatus? Status { get; init; }

    /// <summary>The refund's status; null for a payment.</summary>
    [Id(5)]
    public RefundStatus? RefundStatus { get; init; }
}

/// <summary>One page of transactions.</summary>
[GenerateSerializer, Immutable, Alias("transaction-page")]
public sealed record TransactionPage
{
    /// <summary>The transactions, newest first.</summary>
    [Id(0)]
    public required ImmutableArray<Transaction> Transactions { get; init; }

    /// <summary>Whether there are older ones.</summary>
    [Id(1)]
    public required bool HasMore { get; init; }

    /// <summary>The totals over all that the filters let through, per currency.</summary>
    [Id(2)]
    public required ImmutableArray<TransactionTotal> Totals { get; init; }
}

/// <summary>What a customer paid and got back in one currency. It counts what succeeded.</summary>
[GenerateSerializer, Immutable, Alias("transaction-total")]
public sealed record TransactionTotal
{
    /// <summary>The currency.</summary>
    [Id(0)]
    public required Currency Currency { get; init; }

    /// <summary>How many payments.</summary>
    [Id(1)]
    public required int Payments { get; init; }

    /// <summary>What was captured of them, in minor units.</summary>
    [Id(2)]
    public required long PaidMinor { get; init; }

    /// <summary>How many refunds.</summary>
    [Id(3)]
    public required int Refunds { get; init; }

    /// <summary>What was given back, in minor units.</summary>
    [Id(4)]
    public required long RefundedMinor { get; init; }
}
