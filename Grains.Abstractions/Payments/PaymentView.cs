using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Refunds;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>A payment as its merchant sees it.</summary>
[GenerateSerializer, Immutable, Alias("payment-view")]
public sealed record PaymentView
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

    /// <summary>Reserved so far, in minor units.</summary>
    [Id(4)]
    public required long AuthorizedMinor { get; init; }

    /// <summary>Captured so far of the attempt that the order is about, in minor units. Money that arrives by another
    /// attempt is not counted: it is refunded automatically.</summary>
    [Id(5)]
    public required long CapturedMinor { get; init; }

    /// <summary>Refunded so far of what is captured, in minor units; refunds under way, and those of another attempt's
    /// money, are not counted.</summary>
    [Id(6)]
    public required long RefundedMinor { get; init; }

    /// <summary>How much of the captured amount was refunded.</summary>
    [Id(7)]
    public required RefundProgress RefundStatus { get; init; }

    /// <summary>Who captures.</summary>
    [Id(8)]
    public required CaptureMode Capture { get; init; }

    /// <summary>What the latest attempt is paid with; null before there is one.</summary>
    [Id(9)]
    public PaymentMethod? Method { get; init; }

    /// <summary>The customer's step, while there is one.</summary>
    [Id(10)]
    public CustomerAction? Action { get; init; }

    /// <summary>Why the latest attempt failed; null unless it did.</summary>
    [Id(11)]
    public Failure? Failure { get; init; }

    /// <summary>The provider of the latest attempt.</summary>
    [Id(12)]
    public string? Provider { get; init; }

    /// <summary>The latest attempt's id, under which the provider knows it.</summary>
    [Id(13)]
    public AttemptId? Attempt { get; init; }

    /// <summary>The provider's id of the payment, once known.</summary>
    [Id(14)]
    public string? ProviderReference { get; init; }

    /// <summary>The reference that the customer's bank shows, once known.</summary>
    [Id(15)]
    public string? BankReference { get; init; }

    /// <summary>Who pays.</summary>
    [Id(16)]
    public required Customer Customer { get; init; }

    /// <summary>What the customer reads on the payment.</summary>
    [Id(17)]
    public string? Description { get; init; }

    /// <summary>Where the customer's browser goes at the end.</summary>
    [Id(18)]
    public string? ReturnUrl { get; init; }

    /// <summary>The merchant's own pairs.</summary>
    [Id(19)]
    public required ImmutableDictionary<string, string> Metadata { get; init; }

    /// <summary>The refunds, oldest first.</summary>
    [Id(20)]
    public required ImmutableArray<RefundView> Refunds { get; init; }

    /// <summary>When it was accepted.</summary>
    [Id(21)]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    [Id(22)]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Until when the customer can pay.</summary>
    [Id(23)]
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The number of its latest event; it grows with each change.</summary>
    [Id(24)]
    public required int Version { get; init; }

    /// <summary>Whether the payment is final until the next call: no attempt, capture or refund is under way.</summary>
    [Id(25)]
    public required bool IsFinal { get; init; }

    /// <summary>What the order consists of.</summary>
    [Id(26)]
    public Basket? Basket { get; init; }

    /// <summary>Money that the provider reported and that was not requested, oldest first; default from a silo of an
    /// earlier build.</summary>
    [Id(27)]
    public ImmutableArray<UnexpectedMoneyView> Unexpected { get; init; } = [];

    /// <summary>Whether its events are archived: this is what its row says, which is its status and its
    /// amounts.</summary>
    [Id(28)]
    public bool IsArchived { get; init; }
}

/// <summary>The reply to <see cref="IPaymentGrain.Start"/>.</summary>
[GenerateSerializer, Immutable, Alias("start-reply")]
public sealed record StartReply
{
    /// <summary>The payment; null when refused or when <see cref="Elsewhere"/> has it.</summary>
    [Id(0)]
    public PaymentView? Payment { get; init; }

    /// <summary>The refusal; null on success.</summary>
    [Id(1)]
    public Refusal? Refusal { get; init; }

    /// <summary>Whether an idempotency key was recognised.</summary>
    [Id(2)]
    public bool Replayed { get; init; }

    /// <summary>The payment that holds the order or the idempotency key already: send it the same command.</summary>
    [Id(3)]
    public PaymentId? Elsewhere { get; init; }

    /// <summary>Whether the command created the payment or started an attempt; false when it found an existing
    /// payment.</summary>
    [Id(4)]
    public bool Started { get; init; }

    /// <summary>What opens this payment alone, for the payer's browser; made where the command leaves the method
    /// open.</summary>
    [Id(5)]
    public Secret? ClientSecret { get; init; }

    /// <summary>The page on which the payer pays, the client secret in it; made with it.</summary>
    [Id(6)]
    public Secret? CheckoutUrl { get; init; }
}

/// <summary>Where a customer's browser goes after it returned from a provider.</summary>
[GenerateSerializer, Immutable, Alias("customer-return")]
public sealed record CustomerReturn
{
    /// <summary>The payment.</summary>
    [Id(0)]
    public required PaymentView Payment { get; init; }

    // Id 1 was the address of the checkout page with a client secret in it; it is not used again.

    /// <summary>Whether it left the checkout page, and returns there; the shop has a page of its own
    /// otherwise.</summary>
    [Id(2)]
    public bool IsByCheckout { get; init; }

    /// <summary>Whether this is the attempt's first return. Its nonce counts once: later ones are told
    /// nothing.</summary>
    [Id(3)]
    public bool IsFirst { get; init; }

    /// <summary>What opens the checkout page in a browser that has no page of it; with the first return
    /// alone.</summary>
    [Id(4)]
    public Secret? Session { get; init; }
}

/// <summary>One step of a payment's history, for people.</summary>
[GenerateSerializer, Immutable, Alias("timeline-entry")]
public sealed record TimelineEntry
{
    /// <summary>The event's number within the payment, from 1 without gaps.</summary>
    [Id(0)]
    public required int Version { get; init; }

    /// <summary>What happened, such as <c>payment_captured</c>.</summary>
    [Id(1)]
    public required string Type { get; init; }

    /// <summary>When.</summary>
    [Id(2)]
    public required DateTimeOffset At { get; init; }

    /// <summary>The same in one sentence.</summary>
    [Id(3)]
    public required string Summary { get; init; }

    /// <summary>The status after it.</summary>
    [Id(4)]
    public required PaymentStatus Status { get; init; }
}
