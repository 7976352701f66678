using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

/// <summary>A payment, as its events make it. Immutable: a decision is made on one, and a commit brings the
/// next.</summary>
public sealed partial record PaymentState
{
    /// <summary>The number of the latest event.</summary>
    public required int Version { get; init; }

    /// <summary>Where it stands.</summary>
    public required PaymentStatus Status { get; init; }

    /// <summary>The merchant's order.</summary>
    public required string OrderId { get; init; }

    /// <summary>What is to be paid.</summary>
    public required Money Amount { get; init; }

    /// <summary>Who captures.</summary>
    public required CaptureMode Capture { get; init; }

    /// <summary>Who pays.</summary>
    public required Customer Customer { get; init; }

    /// <summary>What the customer reads.</summary>
    public string? Description { get; init; }

    /// <summary>Where the customer's browser goes at the end.</summary>
    public string? ReturnUrl { get; init; }

    /// <summary>The merchant's own pairs.</summary>
    public required ImmutableDictionary<string, string> Metadata { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its latest event happened.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Until when the customer can pay.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What the order consists of.</summary>
    public Basket? Basket { get; init; }

    /// <summary>Whether the customer chooses the method on the checkout page.</summary>
    public bool ByCheckout { get; init; }

    /// <summary>The attempts; the attempt with number n stands at n - 1.</summary>
    public ImmutableArray<AttemptState> Attempts { get; init; } = [];

    /// <summary>The refunds; the refund with number n stands at n - 1.</summary>
    public ImmutableArray<RefundState> Refunds { get; init; } = [];

    /// <summary>The clients' names of requests that took effect.</summary>
    public ImmutableDictionary<string, RememberedRequest> Requests { get; init; } =
        ImmutableDictionary<string, RememberedRequest>.Empty;

    /// <summary>The number of the attempt that authorised or paid the order; 0 while none did.</summary>
    public int PaidAttempt { get; init; }

    /// <summary>The number of the attempt that an operator is asked about, or was; 0 while none is.</summary>
    public int ReviewAttempt { get; init; }

    /// <summary>The attempt that the order is about now: the one that pays it, or the latest; null before the
    /// first.</summary>
    public AttemptState? Current => PaidAttempt > 0 ? Attempts[PaidAttempt - 1] : Attempts.LastOrDefault();

    /// <summary>Whether it still waits for this attempt's charge. Once it was decided, given up or handed
    /// to an operator, nothing more is done for the charge at its provider: it is only looked at.</summary>
    public bool Awaits(AttemptState attempt) =>
        Status is PaymentStatus.Pending or PaymentStatus.RequiresAction && attempt.Number == Attempts.Length;

    /// <summary>Authorised over all attempts.</summary>
    public long AuthorizedMinor => Attempts.Sum(attempt => attempt.AuthorizedMinor);

    /// <summary>Captured over all attempts, surplus included.</summary>
    public long CapturedMinor => Attempts.Sum(attempt => attempt.CapturedMinor);

    /// <summary>Refunded so far.</summary>
    public long RefundedMinor => RefundedOf(refund => refund.Status == RefundStatus.Success);

    /// <summary>What of an attempt's captured money is neither refunded nor on its way back.</summary>
    public long RefundableMinor(AttemptState attempt) => attempt.CapturedMinor
        - RefundedOf(refund => refund.Attempt == attempt.Number && refund.Status != RefundStatus.Failed);

    /// <summary>The providers that an attempt has been at: its own, and those of the attempts that it
    /// replaces.</summary>
    public ImmutableArray<string> ProvidersOf(AttemptState attempt)
    {
        var providers = ImmutableArray.CreateBuilder<string>();
        for (var at = attempt; at is not null; at = Attempt(at.Follows))
        {
            providers.Add(at.Provider);
        }

        return providers.DrainToImmutable();
    }

    /// <summary>The attempt with this number; null if there is none.</summary>
    public AttemptState? Attempt(int number) => number >= 1 && number <= Attempts.Length ? Attempts[number - 1] : null;

    /// <summary>The refund with this number; null if there is none.</summary>
    public RefundState? Refund(int number) => number >= 1 && number <= Refunds.Length ? Refunds[number - 1] : null;

    /// <summary>What must hold of every payment, whatever happened. Checked before each write and after each
    /// read.</summary>
    /// <exception cref="InvalidOperationException">It does not: a bug, and nothing may be built on this
    /// state.</exception>
    public PaymentState CheckInvariants()
    {
        Require(Amount.AmountMinor > 0, "the amount is positive");
        Require(Attempts.All(a => a.CapturedMinor <= a.AuthorizedMinor), "captured is at most authorised");
        Require(Attempts.All(a => RefundableMinor(a) >= 0), "refunded is at most captured");
        Require(
            Status != PaymentStatus.Success || Current is { CapturedMinor: > 0 },
            "a paid order has a captured attempt");
        Require(
            Status != PaymentStatus.Authorized || Current is { Phase: AttemptPhase.Authorized },
            "an authorised order has its attempt");
        return this;
    }

    private long RefundedOf(Func<RefundState, bool> counts) => Refunds.Where(counts).Sum(refund => refund.AmountMinor);

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"An invariant of payments is broken: {what}.");
        }
    }
}

/// <summary>How far an attempt got.</summary>
public enum AttemptPhase
{
    /// <summary>The intent is durable; whether it was sent is not known yet.</summary>
    Sending = 1,

    /// <summary>It provably was not sent and waits for its retry.</summary>
    NotSent = 2,

    /// <summary>It may have arrived.</summary>
    Unknown = 3,

    /// <summary>The provider works on it, or waits for the customer.</summary>
    Accepted = 4,

    /// <summary>The money is reserved.</summary>
    Authorized = 5,

    /// <summary>The money is captured.</summary>
    Captured = 6,

    /// <summary>It failed.</summary>
    Failed = 7,
}

/// <summary>One attempt to charge, at one provider.</summary>
public sealed record AttemptState
{
    /// <summary>Its number, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The provider.</summary>
    public required string Provider { get; init; }

    /// <summary>What it is paid with.</summary>
    public required PaymentMethod Method { get; init; }

    /// <summary>How far it got.</summary>
    public required AttemptPhase Phase { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When its phase last changed.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>The limits of its latest send.</summary>
    public required SendTerms Send { get; init; }

    /// <summary>Whether the provider was asked to capture by itself what it authorises.</summary>
    public required bool ProviderCaptures { get; init; }

    /// <summary>How long after it was given up it can still turn into a success.</summary>
    public required TimeSpan LateSuccess { get; init; }

    /// <summary>How often it was sent, or about to be.</summary>
    public int Sends { get; init; } = 1;

    /// <summary>When it is tried again; set while it is <see cref="AttemptPhase.NotSent"/>.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>The customer's step.</summary>
    public CustomerAction? Action { get; init; }

    /// <summary>The provider's name of the linked wallet that is charged; null for anything else.</summary>
    public string? Link { get; init; }

    /// <summary>The provider's id of the order.</summary>
    public string? ProviderOrder { get; init; }

    /// <summary>The provider's id of the payment.</summary>
    public string? ProviderReference { get; init; }

    /// <summary>The reference that the customer's bank shows.</summary>
    public string? BankReference { get; init; }

    /// <summary>Why it failed.</summary>
    public Failure? Failure { get; init; }

    /// <summary>Reserved, in minor units.</summary>
    public long AuthorizedMinor { get; init; }

    /// <summary>Captured, in minor units.</summary>
    public long CapturedMinor { get; init; }

    /// <summary>The capture under way; null while there is none.</summary>
    public CaptureIntent? CaptureIntent { get; init; }

    /// <summary>The release under way; null while there is none.</summary>
    public VoidIntent? VoidIntent { get; init; }

    /// <summary>Whether its provider can release what it authorised.</summary>
    public bool CanVoid { get; init; }

    /// <summary>Whether its provider can capture less than it authorised.</summary>
    public bool CanCapturePart { get; init; }

    /// <summary>How long its provider recognises it when it is sent again; null: always.</summary>
    public TimeSpan? IdempotencyWindow { get; init; }

    /// <summary>The attempt that it replaces, which failed at its provider; 0 if none.</summary>
    public int Follows { get; init; }

    /// <summary>Where a payment stands of which this is the latest attempt, while nothing else decides it.</summary>
    public PaymentStatus StatusWhileOpen => Phase switch
    {
        AttemptPhase.Accepted when Action is not null => PaymentStatus.RequiresAction,
        AttemptPhase.Sending or AttemptPhase.NotSent or AttemptPhase.Unknown or AttemptPhase.Accepted =>
            PaymentStatus.Pending,
        AttemptPhase.Authorized or AttemptPhase.Captured or AttemptPhase.Failed => PaymentStatus.Failed,
    };

    /// <summary>Whether its outcome is not known: it may be asked about, and no other attempt may be started.</summary>
    public bool IsOpen =>
        Phase is AttemptPhase.Sending or AttemptPhase.NotSent or AttemptPhase.Unknown or AttemptPhase.Accepted;
}

/// <summary>What a provider was or is about to be asked for about an authorised attempt.</summary>
/// <param name="Send">The limits of the latest send.</param>
public abstract record AuthorizationIntent(SendTerms Send)
{
    /// <summary>How often it was sent, or about to be.</summary>
    public int Sends { get; init; } = 1;

    /// <summary>When it is tried again, because it provably was not sent; null otherwise.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Whether it may have arrived, and its answer is lost.</summary>
    public bool IsUnknown { get; init; }

    /// <summary>From when on it may be sent again: at its retry, or once the latest send provably cannot arrive any
    /// more.</summary>
    public DateTimeOffset AgainAt => RetryAt ?? Send.NotFoundFinalAt;

    /// <summary>Whether a report is the first about the latest send.</summary>
    /// <param name="send">The number of the send that the report is about; null: the latest.</param>
    public bool Awaits(int? send) => RetryAt is null && !IsUnknown && (send ?? Sends) == Sends;
}

/// <summary>A capture that the provider was or is about to be asked for.</summary>
/// <param name="AmountMinor">How much.</param>
/// <param name="Send">The limits of the latest send.</param>
public sealed record CaptureIntent(long AmountMinor, SendTerms Send) : AuthorizationIntent(Send);

/// <summary>A release that the provider was or is about to be asked for.</summary>
/// <param name="Send">The limits of the latest send.</param>
public sealed record VoidIntent(SendTerms Send) : AuthorizationIntent(Send);

/// <summary>How far a refund got.</summary>
public enum RefundPhase
{
    /// <summary>The intent is durable; whether it was sent is not known yet.</summary>
    Sending = 1,

    /// <summary>It provably was not sent and waits for its retry.</summary>
    NotSent = 2,

    /// <summary>It may have arrived.</summary>
    Unknown = 3,

    /// <summary>The provider works on it.</summary>
    Accepted = 4,

    /// <summary>It is over.</summary>
    Done = 5,
}

/// <summary>One refund.</summary>
public sealed record RefundState
{
    /// <summary>Its number, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The attempt whose money goes back.</summary>
    public required int Attempt { get; init; }

    /// <summary>How much, in minor units.</summary>
    public required long AmountMinor { get; init; }

    /// <summary>Where it stands.</summary>
    public required RefundStatus Status { get; init; }

    /// <summary>How far it got.</summary>
    public required RefundPhase Phase { get; init; }

    /// <summary>Why, as the merchant said.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the engine made it.</summary>
    public required bool Automatic { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The limits of its latest send.</summary>
    public required SendTerms Send { get; init; }

    /// <summary>How often it was sent, or about to be.</summary>
    public int Sends { get; init; } = 1;

    /// <summary>When it is tried again; set while it is <see cref="RefundPhase.NotSent"/>.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>The provider's id of the refund.</summary>
    public string? ProviderReference { get; init; }

    /// <summary>The reference that the customer's bank shows.</summary>
    public string? BankReference { get; init; }

    /// <summary>Why it failed.</summary>
    public Failure? Failure { get; init; }
}

/// <summary>A request that took effect under a name of the client's.</summary>
/// <param name="Fingerprint">What the request was.</param>
/// <param name="Refund">The refund that it made; 0 if it was about none.</param>
public sealed record RememberedRequest(string Fingerprint, int Refund);
