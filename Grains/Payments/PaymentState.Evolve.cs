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

    private PaymentState PaidBy(int attempt, PaymentStatus status) =>
        this with { Status = status, PaidAttempt = attempt };

    private static PaymentState Apply(PaymentState state, PaymentEvent happened) => happened switch
    {
        AttemptStarted e => state.Begin(e),
        AttemptResent e => state.With(e.Attempt, e.At, a => a with
        {
            Phase = AttemptPhase.Sending,
            Send = e.Send,
            Sends = a.Sends + 1,
            RetryAt = null,
        }),
        AttemptNotSent e =>
            state.With(e.Attempt, e.At, a => a with { Phase = AttemptPhase.NotSent, RetryAt = e.RetryAt }),
        OutcomeUnknown e => state.With(e.Attempt, e.At, a => a with
        {
            Phase = AttemptPhase.Unknown,
            ProviderOrder = e.ProviderOrder ?? a.ProviderOrder,
        }),
        AttemptAccepted e => state.With(e.Attempt, e.At, a => a with
        {
            Phase = AttemptPhase.Accepted,
            Action = e.Action ?? a.Action,
            ProviderOrder = e.ProviderOrder ?? a.ProviderOrder,
            ProviderReference = e.ProviderReference ?? a.ProviderReference,
        }).WithStatusOfAccepted(e),
        PaymentAuthorized e => state.With(e.Attempt, e.At, a => a with
        {
            Phase = AttemptPhase.Authorized,
            AuthorizedMinor = e.AmountMinor,
            ProviderReference = e.ProviderReference ?? a.ProviderReference,
            BankReference = e.BankReference ?? a.BankReference,
            Action = null,
            Failure = null,
        }).PaidBy(e.Attempt, PaymentStatus.Authorized),
        PaymentCaptured e =>
            state.With(e.Attempt, e.At, a => Captured(a, e.AmountMinor, e.ProviderReference, e.BankReference))
                .PaidBy(e.Attempt, PaymentStatus.Success),
        SurplusCaptured e =>
            state.With(e.Attempt, e.At, a => Captured(a, e.AmountMinor, e.ProviderReference, e.BankReference)),
        AttemptFailed e => state.With(e.Attempt, e.At, a => a with
        {
            Phase = AttemptPhase.Failed,
            Failure = e.Failure,
            ProviderReference = e.ProviderReference ?? a.ProviderReference,
            Action = null,
            AuthorizedMinor = 0,
            CaptureIntent = null,
        }).WithStatusOfFailed(e),
        SurplusAuthorized e => state.With(e.Attempt, e.At, a => a with
        {
            Phase = AttemptPhase.Authorized,
            AuthorizedMinor = e.AmountMinor,
            ProviderReference = e.ProviderReference ?? a.ProviderReference,
            Action = null,
            Failure = null,
        }),
        PaymentCancelled => state with { Status = PaymentStatus.Cancelled, PaidAttempt = 0 },
        PaymentExpired => state with { Status = PaymentStatus.Expired },
        ReviewRequired e => state with { Status = PaymentStatus.NeedsReview, ReviewAttempt = e.Attempt },
        // The payment stands where its latest attempt does; if that is the one, its failure follows.
        ReviewResolved { Paid: false } => state with { Status = state.Attempts[^1].StatusWhileOpen },
        RequestRepeated or ReviewResolved or RefundReviewResolved => state,
        _ => ApplyToAuthorization(state, happened),
    };

    // What is captured of what was authorised, or released again.
    private static PaymentState ApplyToAuthorization(PaymentState state, PaymentEvent happened) => happened switch
    {
        CaptureRequested e =>
            state.With(e.Attempt, e.At, a => a with
            {
                CaptureIntent = new CaptureIntent(e.AmountMinor, e.Send) { Sends = (a.CaptureIntent?.Sends ?? 0) + 1 },
            }),
        CaptureNotSent e =>
            state.With(e.Attempt, e.At, a => a with { CaptureIntent = a.CaptureIntent! with { RetryAt = e.RetryAt } }),
        CaptureOutcomeUnknown e =>
            state.With(e.Attempt, e.At, a => a with { CaptureIntent = a.CaptureIntent! with { IsUnknown = true } }),
        CaptureRefused e => state.With(e.Attempt, e.At, a => a with { CaptureIntent = null, Failure = e.Failure }),
        VoidRequested e => state.With(e.Attempt, e.At, a => a with
        {
            VoidIntent = new VoidIntent(e.Send) { Sends = (a.VoidIntent?.Sends ?? 0) + 1 },
        }),
        VoidNotSent e =>
            state.With(e.Attempt, e.At, a => a with { VoidIntent = a.VoidIntent! with { RetryAt = e.RetryAt } }),
        VoidOutcomeUnknown e =>
            state.With(e.Attempt, e.At, a => a with { VoidIntent = a.VoidIntent! with { IsUnknown = true } }),
        VoidRefused e => state.With(e.Attempt, e.At, a => a with { VoidIntent = null, Failure = e.Failure }),
        AuthorizationReleased e => state.With(e.Attempt, e.At, a => a with
        {
            Phase = AttemptPhase.Failed,
            Failure = Released,
            AuthorizedMinor = 0,
            CaptureIntent = null,
            VoidIntent = null,
        }),
        _ => ApplyToRefund(state, happened),
    };

    private static PaymentState ApplyToRefund(PaymentState state, PaymentEvent happened) => happened switch
    {
        RefundRequested e => state with { Refunds = state.Refunds.Add(Begin(e)) },
        RefundResent e =>
            state.WithRefund(e.Refund, e.At, r => r with
            {
                Phase = RefundPhase.Sending,
                Send = e.Send,
                Sends = r.Sends + 1,
                RetryAt = null,
            }),
        RefundNotSent e =>
            state.WithRefund(e.Refund, e.At, r => r with { Phase = RefundPhase.NotSent, RetryAt = e.RetryAt }),
        RefundOutcomeUnknown e => state.WithRefund(e.Refund, e.At, r => r with { Phase = RefundPhase.Unknown }),
        RefundAccepted e => state.WithRefund(e.Refund, e.At, r => r with
        {
            Phase = RefundPhase.Accepted,
            ProviderReference = e.ProviderReference ?? r.ProviderReference,
        }),
        RefundSucceeded e => state.WithRefund(e.Refund, e.At, r => r with
        {
            Phase = RefundPhase.Done,
            Status = RefundStatus.Success,
            Failure = null,
            ProviderReference = e.ProviderReference ?? r.ProviderReference,
            BankReference = e.BankReference ?? r.BankReference,
        }),
        RefundFailed e => state.WithRefund(e.Refund, e.At, r => r with
        {
            Phase = RefundPhase.Done,
            Status = RefundStatus.Failed,
            Failure = e.Failure,
        }),
        RefundReviewRequired e => state.WithRefund(e.Refund, e.At, r => r with { Status = RefundStatus.NeedsReview }),
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not an event of payments."),
    };

    private static AttemptState Captured(
        AttemptState attempt, long amountMinor, string? reference, string? bankReference) => attempt with
        {
            Phase = AttemptPhase.Captured,
            AuthorizedMinor = Math.Max(attempt.AuthorizedMinor, amountMinor),
            CapturedMinor = amountMinor,
            ProviderReference = reference ?? attempt.ProviderReference,
            BankReference = bankReference ?? attempt.BankReference,
            Action = null,
            Failure = null,
            CaptureIntent = null,
            VoidIntent = null,
        };

    private static RefundState Begin(RefundRequested requested) => new()
    {
        Number = requested.Refund,
        Attempt = requested.Attempt,
        AmountMinor = requested.AmountMinor,
        Status = RefundStatus.Pending,
        Phase = RefundPhase.Sending,
        Reason = requested.Reason,
        Automatic = requested.Automatic,
        CreatedAt = requested.At,
        UpdatedAt = requested.At,
        Send = requested.Send,
    };

    private static int RefundOf(PaymentEvent happened) => happened is RefundRequested requested ? requested.Refund : 0;

    private PaymentState Begin(AttemptStarted started) => this with
    {
        Status = PaymentStatus.Pending,
        ExpiresAt = started.ExpiresAt,
        Attempts = Attempts.Add(new AttemptState
        {
            Number = started.Attempt,
            Provider = started.Provider,
            Method = started.Method,
            Phase = AttemptPhase.Sending,
            StartedAt = started.At,
            ChangedAt = started.At,
            Send = started.Send,
            ProviderCaptures = started.ProviderCaptures,
            LateSuccess = started.LateSuccess,
            CanVoid = started.CanVoid,
            CanCapturePart = started.CanCapturePart,
            IdempotencyWindow = started.IdempotencyWindow,
            Follows = started.Follows,
            Link = started.Link,
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

    private PaymentState With(int attempt, DateTimeOffset at, Func<AttemptState, AttemptState> change) => this with
    {
        Attempts = Attempts.SetItem(attempt - 1, change(Attempts[attempt - 1]) with { ChangedAt = at }),
    };

    private PaymentState WithRefund(int refund, DateTimeOffset at, Func<RefundState, RefundState> change) => this with
    {
        Refunds = Refunds.SetItem(refund - 1, change(Refunds[refund - 1]) with { UpdatedAt = at }),
    };
}
