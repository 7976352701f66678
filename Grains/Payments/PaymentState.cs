using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

/// <summary>A payment, as its events make it. Immutable: a decision is made on one, and a commit returns the
/// next.</summary>
public sealed partial record PaymentState
{
    /// <summary>The number of the latest event.</summary>
    public required int Version { get; init; }

    /// <summary>Its status.</summary>
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

    /// <summary>The attempts; the attempt with number n is at n - 1.</summary>
    public ImmutableArray<AttemptState> Attempts { get; init; } = [];

    /// <summary>The refunds; the refund with number n is at n - 1.</summary>
    public ImmutableArray<RefundState> Refunds { get; init; } = [];

    /// <summary>Money that providers reported and that was not requested; the one with number n is at n - 1.</summary>
    public ImmutableArray<UnexpectedMoney> Unexpected { get; init; } = [];

    /// <summary>The clients' names of requests that took effect.</summary>
    public ImmutableDictionary<string, RememberedRequest> Requests { get; init; } =
        ImmutableDictionary<string, RememberedRequest>.Empty;

    /// <summary>The number of the attempt that authorised or paid the order; 0 while none did.</summary>
    public int PaidAttempt { get; init; }

    /// <summary>The number of the attempt that an operator reviews, or reviewed; 0 if none.</summary>
    public int ReviewAttempt { get; init; }

    /// <summary>The attempt that the order is about now: the one that pays it, or the latest; null before the
    /// first.</summary>
    public AttemptState? Current => PaidAttempt > 0 ? Attempts[PaidAttempt - 1] : Attempts.LastOrDefault();

    /// <summary>Whether it still waits for this attempt's charge. Once it was decided, given up or handed
    /// to an operator, nothing more is done for the charge at its provider: it is only looked at.</summary>
    public bool Awaits(AttemptState attempt) =>
        Status is PaymentStatus.Pending or PaymentStatus.RequiresAction && attempt.Number == Attempts.Length;

    /// <summary>The operation with this key; null if there is none.</summary>
    public ProviderOperation? Operation(OperationKey key) => key.Kind switch
    {
        OperationKind.Charge => Attempt(key.Number)?.Charge,
        OperationKind.Capture => Attempt(key.Number)?.Capture,
        OperationKind.Void => Attempt(key.Number)?.Void,
        OperationKind.Refund => Refund(key.Number)?.Operation,
    };

    /// <summary>The attempt that an operation is about; null if there is none.</summary>
    public AttemptState? AttemptOf(OperationKey key) =>
        Attempt(key.Kind == OperationKind.Refund ? Refund(key.Number)?.Attempt ?? 0 : key.Number);

    /// <summary>All operations, those of a refund last.</summary>
    public IEnumerable<ProviderOperation> Operations
    {
        get
        {
            foreach (var attempt in Attempts)
            {
                yield return attempt.Charge;
                if (attempt.Capture is { } capture)
                {
                    yield return capture;
                }

                if (attempt.Void is { } release)
                {
                    yield return release;
                }
            }

            foreach (var refund in Refunds)
            {
                yield return refund.Operation;
            }
        }
    }

    /// <summary>Whether an operation is not needed any more, and is not sent again: another attempt took its place, or
    /// the order was decided without it.</summary>
    public bool IsGivenUp(ProviderOperation operation) =>
        operation.Traits.WaitsForCustomer && !Awaits(Attempts[operation.Key.Number - 1]);

    /// <summary>Whether an operator reviews what an operation is for.</summary>
    public bool IsInReview(ProviderOperation operation) => operation.Key.Kind == OperationKind.Refund
        ? Refunds[operation.Key.Number - 1].Status == RefundStatus.NeedsReview
        : Status == PaymentStatus.NeedsReview;

    /// <summary>Whether an operation waits for an operator's word on the payment: until then only a success is news of
    /// it, and it is not sent again.</summary>
    public bool IsHeld(ProviderOperation operation) =>
        operation.Key.Kind == OperationKind.Capture && IsInReview(operation);

    /// <summary>Whether the engine owes what an operation is for: a surplus that it gives back. It is sent until it is
    /// done, also while an operator reviews it.</summary>
    public bool IsOwed(ProviderOperation operation) => operation.Key.Kind == OperationKind.Refund
        && Refunds[operation.Key.Number - 1].Automatic;

    /// <summary>Authorised over all attempts.</summary>
    public long AuthorizedMinor => Attempts.Sum(attempt => attempt.AuthorizedMinor);

    /// <summary>Captured over all attempts, surplus included.</summary>
    public long CapturedMinor => Attempts.Sum(attempt => attempt.CapturedMinor);

    /// <summary>Refunded so far.</summary>
    public long RefundedMinor => RefundedOf(refund => refund.IsBooked);

    /// <summary>What of an attempt's captured money is neither refunded nor on its way back.</summary>
    public long RefundableMinor(AttemptState attempt) => attempt.CapturedMinor
        - RefundedOf(refund => refund.Attempt == attempt.Number && refund.Status != RefundStatus.Failed);

    /// <summary>The automatic refund of an attempt's money that waits for its time; null if there is none.</summary>
    public RefundState? PlannedRefund(AttemptState attempt) =>
        Refunds.LastOrDefault(refund => refund.Attempt == attempt.Number && refund.IsPlanned);

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

/// <summary>Where the money of an attempt is.</summary>
public enum AttemptPhase
{
    /// <summary>What became of its charge is not known yet.</summary>
    Open = 1,

    /// <summary>It is reserved.</summary>
    Authorized = 2,

    /// <summary>It is captured.</summary>
    Captured = 3,

    /// <summary>There is none: the charge failed, or what it reserved is free again.</summary>
    Failed = 4,
}

/// <summary>One attempt to charge, at one provider, and what is done with the money that it reserved.</summary>
public sealed record AttemptState
{
    /// <summary>Its charge.</summary>
    public required ProviderOperation Charge { get; init; }

    /// <summary>The capture of what it reserved; null before the first.</summary>
    public ProviderOperation? Capture { get; init; }

    /// <summary>The release of what it reserved; null before the first.</summary>
    public ProviderOperation? Void { get; init; }

    /// <summary>Its number, from 1.</summary>
    public int Number => Charge.Key.Number;

    /// <summary>The provider.</summary>
    public required string Provider { get; init; }

    /// <summary>The merchant's account there; null on an attempt that was started before attempts named it.</summary>
    public string? Account { get; init; }

    /// <summary>What it is paid with.</summary>
    public required PaymentMethod Method { get; init; }

    /// <summary>Whether the charge requested automatic capture.</summary>
    public required bool ProviderCaptures { get; init; }

    /// <summary>How long after it was given up it can still turn into a success.</summary>
    public required TimeSpan LateSuccess { get; init; }

    /// <summary>The customer's step.</summary>
    public CustomerAction? Action { get; init; }

    /// <summary>The provider's name of the linked wallet that is charged; null for anything else.</summary>
    public string? Link { get; init; }

    /// <summary>What the guard counts it by; null if nothing.</summary>
    public AttemptSubjects? Subjects { get; init; }

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

    /// <summary>What the provider keeps of the capture, in minor units; null if it did not say.</summary>
    public long? FeeMinor { get; init; }

    /// <summary>What the provider reported as captured when it went to review, in minor units; null if
    /// nothing.</summary>
    public long? ReportedMinor { get; init; }

    /// <summary>How often a booked capture of it was taken back.</summary>
    public int Reversals { get; init; }

    /// <summary>Whether a webhook said that it is captured, and no status query has confirmed it yet.</summary>
    public bool IsUnconfirmed { get; init; }

    /// <summary>From when on a status query that contradicts the webhook counts: until then, the provider's status may
    /// be behind.</summary>
    public DateTimeOffset ConfirmableAt => Charge.ChangedAt + (Charge.Send.NotFoundFinalAt - Charge.Send.Before);

    /// <summary>Whether its provider can release what it authorised.</summary>
    public bool CanVoid { get; init; }

    /// <summary>Whether its provider can capture less than it authorised.</summary>
    public bool CanCapturePart { get; init; }

    /// <summary>How long its provider recognises it when it is sent again; null: always.</summary>
    public TimeSpan? IdempotencyWindow { get; init; }

    /// <summary>The attempt that it replaces, which failed at its provider; 0 if none.</summary>
    public int Follows { get; init; }

    /// <summary>Where its money is.</summary>
    public AttemptPhase Phase => Charge.Phase switch
    {
        OperationPhase.Sending or OperationPhase.NotSent or OperationPhase.Unknown or OperationPhase.Accepted =>
            AttemptPhase.Open,
        OperationPhase.Done => CapturedMinor > 0 ? AttemptPhase.Captured : AttemptPhase.Authorized,
        OperationPhase.Failed => AttemptPhase.Failed,
    };

    /// <summary>The capture or the release that is under way; null while there is none.</summary>
    public ProviderOperation? UnderWay =>
        Void is { IsOpen: true } ? Void : Capture is { IsOpen: true } ? Capture : null;

    /// <summary>The status of a payment of which this is the latest attempt, while nothing else decides it.</summary>
    public PaymentStatus StatusWhileOpen => Phase switch
    {
        AttemptPhase.Open => Charge.Phase == OperationPhase.Accepted && Action is not null
            ? PaymentStatus.RequiresAction
            : PaymentStatus.Pending,
        AttemptPhase.Authorized or AttemptPhase.Captured or AttemptPhase.Failed => PaymentStatus.Failed,
    };

    /// <summary>Whether its outcome is not known: it may be queried, and no other attempt may be started.</summary>
    public bool IsOpen => Charge.IsOpen;
}

/// <summary>One refund.</summary>
public sealed record RefundState
{
    /// <summary>The operation that is requested from the provider.</summary>
    public required ProviderOperation Operation { get; init; }

    /// <summary>Its number, from 1.</summary>
    public int Number => Operation.Key.Number;

    /// <summary>The attempt that is refunded.</summary>
    public required int Attempt { get; init; }

    /// <summary>How much, in minor units.</summary>
    public long AmountMinor => Operation.AmountMinor;

    /// <summary>Its status.</summary>
    public required RefundStatus Status { get; init; }

    /// <summary>Why, as the merchant said.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the engine made it.</summary>
    public required bool Automatic { get; init; }

    /// <summary>Whether it waits for its time, and was never sent.</summary>
    public bool IsPlanned =>
        Status == RefundStatus.Pending && Operation is { Phase: OperationPhase.NotSent, Sends: 1 } && Automatic;

    /// <summary>Whether it is booked as paid out. It stays so while an operator reviews it.</summary>
    public bool IsBooked { get; init; }

    /// <summary>What the provider reported as paid out when it went to review, in minor units; null if
    /// nothing.</summary>
    public long? ReportedMinor { get; init; }

    /// <summary>How often a booked refund of it was taken back.</summary>
    public int Reversals { get; init; }

    /// <summary>Whether a webhook said that it was paid out, and no status query has confirmed it yet.</summary>
    public bool IsUnconfirmed { get; init; }

    /// <summary>From when on a status query that contradicts the webhook counts: until then, the provider's status may
    /// be behind.</summary>
    public DateTimeOffset ConfirmableAt =>
        Operation.ChangedAt + (Operation.Send.NotFoundFinalAt - Operation.Send.Before);

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset CreatedAt => Operation.StartedAt;

    /// <summary>When it last changed.</summary>
    public DateTimeOffset UpdatedAt => Operation.ChangedAt;

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
