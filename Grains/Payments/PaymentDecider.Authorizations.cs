using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// What becomes of reserved money: it is captured, or it is released. What a capture or a release leaves open is queried
// as the charge.
public static partial class PaymentDecider
{
    /// <summary>Capture what is authorised.</summary>
    public static Decision Decide(PaymentState state, CapturePayment command, DecisionContext context)
    {
        if (Remembered(state, command.Request) is { } seen)
        {
            return seen;
        }

        return state.Status switch
        {
            PaymentStatus.Authorized => Capture(state, state.Attempts[state.PaidAttempt - 1], command, context),
            PaymentStatus.Success
                when (command.AmountMinor ?? state.Current!.CapturedMinor) == state.Current!.CapturedMinor =>
                Unchanged(state, command.Request, context),
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.Success or PaymentStatus.Failed
                or PaymentStatus.Cancelled or PaymentStatus.Expired or PaymentStatus.NeedsReview =>
                    RejectStatus(state, "captured"),
        };
    }

    /// <summary>Give the payment up before its money is taken. What is reserved is released, where the provider can;
    /// money that still arrives is refunded.</summary>
    public static Decision Decide(PaymentState state, CancelPayment command, DecisionContext context)
    {
        if (Remembered(state, command.Request) is { } seen)
        {
            return seen;
        }

        var cancelled = new PaymentCancelled { At = context.Now, Request = command.Request, Reason = command.Reason };
        return state.Status switch
        {
            PaymentStatus.Pending when state.Current is { Charge.MayHaveArrived: true } =>
                OutcomePending("The provider's response to the attempt is outstanding."),
            PaymentStatus.Authorized when state.Current is { Capture.IsOpen: true } =>
                OutcomePending("The provider's response to the capture is outstanding."),
            PaymentStatus.Authorized when state.Current is { CanVoid: true } attempt => new Decision.Accepted(
                [cancelled, VoidRequested(attempt, context)], [SendVoid(attempt)]),
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.Authorized => Accept(cancelled),
            PaymentStatus.Cancelled => Unchanged(state, command.Request, context),
            PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.Expired or PaymentStatus.NeedsReview =>
                RejectStatus(state, "cancelled"),
        };
    }

    private static Decision Capture(
        PaymentState state, AttemptState attempt, CapturePayment command, DecisionContext context)
    {
        var amount = command.AmountMinor ?? attempt.AuthorizedMinor;
        if (OpenCapture(attempt) is { } capture)
        {
            return capture.AmountMinor == amount
                ? Unchanged(state, command.Request, context)
                : OutcomePending("A capture of another amount is under way.");
        }

        // Where the provider captures automatically it captures all, perhaps at this moment.
        var canCapturePart = attempt.CanCapturePart && !attempt.ProviderCaptures;
        if (amount > attempt.AuthorizedMinor || (amount < attempt.AuthorizedMinor && !canCapturePart))
        {
            return Reject(
                ErrorCode.CaptureAmountInvalid,
                canCapturePart
                    ? $"At most {Money.Of(attempt.AuthorizedMinor, state.Amount.Currency)} can be captured."
                    : "The provider captures only the whole authorised amount, "
                        + $"{Money.Of(attempt.AuthorizedMinor, state.Amount.Currency)}.",
                "amount");
        }

        return new Decision.Accepted(
            [CaptureRequested(attempt, amount, context) with { Request = command.Request }],
            [new PaymentEffect.SendOperation(OperationKey.Capture(attempt.Number), Resend: false)]);
    }

    // Still only authorised: a capture or a release that was sent is not found. A provider that should have captured by
    // automatically gets a capture request after a while. Only a status query shows its current state.
    private static Decision StillAuthorized(
        PaymentState state,
        AttemptState attempt,
        ProviderOutcome.Succeeded success,
        RecordOutcome report,
        DecisionContext context)
    {
        if (attempt.Number == state.PaidAttempt && success.Amount != state.Amount)
        {
            return Mismatch(state, attempt, success, context);
        }

        if (report.Source != ReportSource.Query)
        {
            return NoChange;
        }

        if (attempt.UnderWay is { } operation)
        {
            return NotFound(state, operation, report.QueriedAt, context);
        }

        var isLeftToUs = attempt.Number == state.PaidAttempt
            && state.Capture == CaptureMode.Automatic
            && attempt.Failure is null
            && context.Now >= attempt.Charge.ChangedAt + PaymentSchedule.OwnCapture;
        return isLeftToUs
            ? new Decision.Accepted(
                [CaptureRequested(attempt, attempt.AuthorizedMinor, context)],
                [new PaymentEffect.SendOperation(OperationKey.Capture(attempt.Number), Resend: false)])
            : NoChange;
    }

    // Reserved for an order that is paid otherwise or was given up. A release that was refused is not requested again:
    // the authorisation runs out, or turns out to be captured and is refunded.
    private static Decision.Accepted Release(
        AttemptState attempt, ProviderOutcome.Succeeded success, DecisionContext context) => new(
            [
                new SurplusAuthorized
                {
                    At = context.Now,
                    Attempt = attempt.Number,
                    AmountMinor = success.Amount.AmountMinor,
                    ProviderReference = success.ProviderReference,
                },
                VoidRequested(attempt, context),
            ],
            [SendVoid(attempt)]);

    private static Decision Released(PaymentState state, ProviderOperation operation, DecisionContext context) =>
        state.Attempts[operation.Key.Number - 1].Phase == AttemptPhase.Authorized
            ? Accept(new AuthorizationReleased { At = context.Now, Attempt = operation.Key.Number })
            : NoChange;

    private static CaptureRequested CaptureRequested(
        AttemptState attempt, long amountMinor, DecisionContext context) => OperationEvents.CaptureRequested(
            attempt.Number, amountMinor, context.SendAgain(attempt.Charge.Send), context.Now);

    private static VoidRequested VoidRequested(AttemptState attempt, DecisionContext context) =>
        OperationEvents.VoidRequested(attempt.Number, context.SendAgain(attempt.Charge.Send), context.Now);

    private static PaymentEffect SendVoid(AttemptState attempt) =>
        new PaymentEffect.SendOperation(OperationKey.Void(attempt.Number), Resend: false);
}
