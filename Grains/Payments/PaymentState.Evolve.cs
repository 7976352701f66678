using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

public sealed partial record PaymentState
{
    private static readonly Failure Released = new()
    {
        Code = FailureCodes.Voided, Message = "The authorisation was released.", Party = FailureParty.Merchant,
    };

    /// <summary>The state after an event. Never refuses: what happened, happened.</summary>
    /// <param name="state">The state before; null before <see cref="PaymentCreated"/>.</param>
    /// <param name="happened">The event.</param>
    public static PaymentState Evolve(PaymentState? state, PaymentEvent happened)
    {
        var next = happened is PaymentCreated created
            ? Begin(created)
            : Apply(state ?? throw new InvalidOperationException("A payment begins with its creation."), happened);
        return next with
        {
            Version = (state?.Version ?? 0) + 1,
            UpdatedAt = happened.At,
            Requests = happened.Request is { } request
                ? next.Requests.SetItem(request.Key, new RememberedRequest(request.Fingerprint, RefundOf(happened)))
                : next.Requests,
        };
    }

    private static PaymentState Begin(PaymentCreated created) => new()
    {
        Version = 0,
        Status = PaymentStatus.Pending,
        OrderId = created.OrderId,
        Amount = created.Amount,
        Capture = created.Capture,
        Customer = created.Customer,
        Description = created.Description,
        ReturnUrl = created.ReturnUrl,
        Metadata = created.Metadata,
        CreatedAt = created.At,
        UpdatedAt = created.At,
        ExpiresAt = created.ExpiresAt,
        Basket = created.Basket,
        ByCheckout = created.ByCheckout,
    };

    private static PaymentState Apply(PaymentState state, PaymentEvent happened) => happened switch
    {
        AttemptStarted e => state.Begin(e),
        PaymentAuthorized e => state
            .With(Authorized(state.Of(e.Attempt), e))
            .PaidBy(e.Attempt, PaymentStatus.Authorized),
        PaymentCaptured e => state
            .With(Captured(state.Of(e.Attempt), e.At, e.AmountMinor, e.ProviderReference, e.BankReference) with
            {
                FeeMinor = e.FeeMinor,
                IsUnconfirmed = e.ByWebhook,
            })
            .PaidBy(e.Attempt, PaymentStatus.Success),
        CaptureConfirmed e => state.With(Confirmed(state.Of(e.Attempt), e)),
        CaptureReversed e => state.With(state.Of(e.Attempt) with
        {
            AuthorizedMinor = 0,
            CapturedMinor = 0,
            FeeMinor = null,
            IsUnconfirmed = false,
            Reversals = state.Of(e.Attempt).Reversals + 1,
        }),
        SurplusCaptured e => state.With(
            Captured(state.Of(e.Attempt), e.At, e.AmountMinor, e.ProviderReference, e.BankReference)),
        SurplusAuthorized e => state.With(Authorized(state.Of(e.Attempt), e)),
        PaymentCancelled => state with { Status = PaymentStatus.Cancelled, PaidAttempt = 0 },
        PaymentExpired => state with { Status = PaymentStatus.Expired },
        ReviewRequired e => state.With(state.Of(e.Attempt) with { ReportedMinor = e.ReportedMinor }) with
        {
            Status = PaymentStatus.NeedsReview,
            ReviewAttempt = e.Attempt,
        },
        // The payment's status follows its latest attempt; if this is the one, its failure follows.
        ReviewResolved { Paid: false } => state with { Status = state.Attempts[^1].StatusWhileOpen },
        // What was booked before the review pays the order again; else its capture follows.
        ReviewResolved e when state.Of(e.Attempt).Phase == AttemptPhase.Captured =>
            state.PaidBy(e.Attempt, PaymentStatus.Success),
        RequestRepeated or ReviewResolved or RefundReviewResolved => state,
        UnexpectedMoneyReported or UnexpectedMoneyCleared => state.WithUnexpected(happened),
        _ => ApplyRefund(state, happened),
    };

    // What all operations go through: sent, not sent, unknown.
    private static PaymentState ApplySend(PaymentState state, PaymentEvent happened) => happened switch
    {
        AttemptResent e => state.With(state.Of(e.Attempt).Charge.SentAgain(state.Amount.AmountMinor, e.Send, e.At)),
        CaptureRequested e => state.With(
            state.Of(e.Attempt).Capture?.SentAgain(e.AmountMinor, e.Send, e.At)
            ?? ProviderOperation.Started(OperationKey.Capture(e.Attempt), e.AmountMinor, e.Send, e.At)),
        VoidRequested e => state.With(
            state.Of(e.Attempt).Void?.SentAgain(state.Of(e.Attempt).AuthorizedMinor, e.Send, e.At)
            ?? ProviderOperation.Started(
                OperationKey.Void(e.Attempt), state.Of(e.Attempt).AuthorizedMinor, e.Send, e.At)),
        RefundResent e => state.With(
            state.RefundOf(e.Refund).Operation.SentAgain(state.RefundOf(e.Refund).AmountMinor, e.Send, e.At)),
        AttemptNotSent e => state.With(state.Of(e.Attempt).Charge.NotSent(e.RetryAt, e.At)),
        CaptureNotSent e => state.With(state.Of(e.Attempt).Capture!.NotSent(e.RetryAt, e.At)),
        VoidNotSent e => state.With(state.Of(e.Attempt).Void!.NotSent(e.RetryAt, e.At)),
        RefundNotSent e => state.With(state.RefundOf(e.Refund).Operation.NotSent(e.RetryAt, e.At)),
        OutcomeUnknown e => state.With(state.Of(e.Attempt) with
        {
            Charge = state.Of(e.Attempt).Charge.In(OperationPhase.Unknown, e.At),
            ProviderOrder = e.ProviderOrder ?? state.Of(e.Attempt).ProviderOrder,
        }),
        CaptureOutcomeUnknown e => state.With(state.Of(e.Attempt).Capture!.In(OperationPhase.Unknown, e.At)),
        VoidOutcomeUnknown e => state.With(state.Of(e.Attempt).Void!.In(OperationPhase.Unknown, e.At)),
        RefundOutcomeUnknown e => state.With(state.RefundOf(e.Refund).Operation.In(OperationPhase.Unknown, e.At)),
        _ => ApplyResponse(state, happened),
    };

    // What providers say of operations, money apart: accepted, failed.
    private static PaymentState ApplyResponse(PaymentState state, PaymentEvent happened) => happened switch
    {
        AttemptAccepted e => state.With(state.Of(e.Attempt) with
        {
            Charge = state.Of(e.Attempt).Charge.In(OperationPhase.Accepted, e.At),
            Action = e.Action ?? state.Of(e.Attempt).Action,
            ProviderOrder = e.ProviderOrder ?? state.Of(e.Attempt).ProviderOrder,
            ProviderReference = e.ProviderReference ?? state.Of(e.Attempt).ProviderReference,
        }).WithStatusOfAccepted(e),
        RefundAccepted e => state.With(state.RefundOf(e.Refund) with
        {
            Operation = state.RefundOf(e.Refund).Operation.In(OperationPhase.Accepted, e.At),
            ProviderReference = e.ProviderReference ?? state.RefundOf(e.Refund).ProviderReference,
        }),
        AttemptFailed e => state.With(Unpaid(state.Of(e.Attempt), e.At, e.Failure) with
        {
            ProviderReference = e.ProviderReference ?? state.Of(e.Attempt).ProviderReference,
            Action = null,
        }).WithStatusOfFailed(e),
        CaptureRefused e => state.With(state.Of(e.Attempt) with
        {
            Capture = state.Of(e.Attempt).Capture!.In(OperationPhase.Failed, e.At),
            Failure = e.Failure,
        }),
        VoidRefused e => state.With(state.Of(e.Attempt) with
        {
            Void = state.Of(e.Attempt).Void!.In(OperationPhase.Failed, e.At),
            Failure = e.Failure,
        }),
        AuthorizationReleased e => state.With(Unpaid(state.Of(e.Attempt), e.At, Released) with
        {
            Void = state.Of(e.Attempt).Void?.In(OperationPhase.Done, e.At),
        }),
        RefundFailed e => state.With(state.RefundOf(e.Refund) with
        {
            Operation = state.RefundOf(e.Refund).Operation.In(OperationPhase.Failed, e.At),
            Status = RefundStatus.Failed,
            Failure = e.Failure,
        }),
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not an event of payments."),
    };

    private static AttemptState Authorized(AttemptState attempt, PaymentAuthorized authorized) => attempt with
    {
        Charge = attempt.Charge.In(OperationPhase.Done, authorized.At),
        AuthorizedMinor = authorized.AmountMinor,
        ProviderReference = authorized.ProviderReference ?? attempt.ProviderReference,
        BankReference = authorized.BankReference ?? attempt.BankReference,
        Action = null,
        Failure = null,
    };

    private static AttemptState Authorized(AttemptState attempt, SurplusAuthorized authorized) => attempt with
    {
        Charge = attempt.Charge.In(OperationPhase.Done, authorized.At),
        AuthorizedMinor = authorized.AmountMinor,
        ProviderReference = authorized.ProviderReference ?? attempt.ProviderReference,
        Action = null,
        Failure = null,
    };

    private static AttemptState Captured(
        AttemptState attempt, DateTimeOffset at, long amountMinor, string? reference, string? bankReference) =>
        attempt with
        {
            Charge = attempt.Charge.In(OperationPhase.Done, at),
            Capture = attempt.Capture?.In(OperationPhase.Done, at),
            Void = Ended(attempt.Void, at),
            AuthorizedMinor = Math.Max(attempt.AuthorizedMinor, amountMinor),
            CapturedMinor = amountMinor,
            ProviderReference = reference ?? attempt.ProviderReference,
            BankReference = bankReference ?? attempt.BankReference,
            Action = null,
            Failure = null,
        };

    private static AttemptState Confirmed(AttemptState attempt, CaptureConfirmed confirmed) => attempt with
    {
        IsUnconfirmed = false,
        ProviderReference = confirmed.ProviderReference ?? attempt.ProviderReference,
        BankReference = confirmed.BankReference ?? attempt.BankReference,
    };

    // No money is reserved, so that there is nothing to capture or to release.
    private static AttemptState Unpaid(AttemptState attempt, DateTimeOffset at, Failure failure) => attempt with
    {
        Charge = attempt.Charge.In(OperationPhase.Failed, at),
        Capture = Ended(attempt.Capture, at),
        Void = Ended(attempt.Void, at),
        AuthorizedMinor = 0,
        Failure = failure,
    };

    private static ProviderOperation? Ended(ProviderOperation? operation, DateTimeOffset at) =>
        operation is { IsOpen: true } ? operation.In(OperationPhase.Failed, at) : operation;

    private static int RefundOf(PaymentEvent happened) => happened is RefundRequested requested ? requested.Refund : 0;

    private PaymentState Begin(AttemptStarted started) => this with
    {
        Status = PaymentStatus.Pending,
        ExpiresAt = started.ExpiresAt,
        Attempts = Attempts.Add(new AttemptState
        {
            Charge = ProviderOperation.Started(
                OperationKey.Charge(started.Attempt), Amount.AmountMinor, started.Send, started.At),
            Provider = started.Provider,
            Method = started.Method,
            ProviderCaptures = started.ProviderCaptures,
            LateSuccess = started.LateSuccess,
            CanVoid = started.CanVoid,
            CanCapturePart = started.CanCapturePart,
            IdempotencyWindow = started.IdempotencyWindow,
            Follows = started.Follows,
            Link = started.Link,
            Account = started.Account,
            Subjects = started.Subjects,
        }),
    };

    // A payment that was given up or is paid otherwise keeps its status, whatever becomes known of its other attempts.
    private PaymentState WithStatusOfAccepted(AttemptAccepted accepted) =>
        IsUndecided && accepted.Attempt == Attempts.Length
            ? this with
            {
                Status = accepted.Action is null && Status != PaymentStatus.RequiresAction
                ? PaymentStatus.Pending
                : PaymentStatus.RequiresAction
            }
            : this;

    private PaymentState WithStatusOfFailed(AttemptFailed failed) =>
        (IsUndecided && failed.Attempt == Attempts.Length) || failed.Attempt == PaidAttempt
            ? this with { Status = PaymentStatus.Failed, PaidAttempt = 0 }
            : this;

    private bool IsUndecided =>
        Status is PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview;

    private AttemptState Of(int attempt) => Attempts[attempt - 1];

    private RefundState RefundOf(int refund) => Refunds[refund - 1];

    private PaymentState PaidBy(int attempt, PaymentStatus status) =>
        this with { Status = status, PaidAttempt = attempt };

    private PaymentState With(AttemptState attempt) =>
        this with { Attempts = Attempts.SetItem(attempt.Number - 1, attempt) };

    private PaymentState With(RefundState refund) =>
        this with { Refunds = Refunds.SetItem(refund.Number - 1, refund) };

    private PaymentState With(ProviderOperation operation)
    {
        var number = operation.Key.Number;
        return operation.Key.Kind switch
        {
            OperationKind.Charge => With(Of(number) with { Charge = operation }),
            OperationKind.Capture => With(Of(number) with { Capture = operation }),
            OperationKind.Void => With(Of(number) with { Void = operation }),
            OperationKind.Refund => With(RefundOf(number) with { Operation = operation }),
        };
    }
}
