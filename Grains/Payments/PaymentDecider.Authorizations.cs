using PaymentCluster.Grains.Abstractions.Amounts;
using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// What becomes of reserved money: it is captured, or it is released.
// What a capture or a release leaves open is asked as a charge.
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
                Unchanged(command.Request, context),
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.Success or PaymentStatus.Failed
                or PaymentStatus.Cancelled or PaymentStatus.Expired or PaymentStatus.NeedsReview =>
                    RejectStatus(state, "captured"),
        };
    }

    /// <summary>Give the payment up before its money is taken. What is reserved is released, where the provider can;
    /// money that arrives all the same is refunded.</summary>
    public static Decision Decide(PaymentState state, CancelPayment command, DecisionContext context)
    {
        if (Remembered(state, command.Request) is { } seen)
        {
            return seen;
        }

        var cancelled = new PaymentCancelled { At = context.Now, Request = command.Request, Reason = command.Reason };
        return state.Status switch
        {
            PaymentStatus.Pending when state.Current is { Phase: AttemptPhase.Sending or AttemptPhase.Unknown } =>
                OutcomePending("The provider's answer to the attempt is outstanding."),
            PaymentStatus.Authorized when state.Current is { CaptureIntent: not null } =>
                OutcomePending("The provider's answer to the capture is outstanding."),
            PaymentStatus.Authorized when state.Current is { CanVoid: true } attempt => new Decision.Accepted(
                [cancelled, VoidIntent(attempt, context)], [new PaymentEffect.SendVoid(attempt.Number)]),
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.Authorized => Accept(cancelled),
            PaymentStatus.Cancelled => Unchanged(command.Request, context),
            PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.Expired or PaymentStatus.NeedsReview =>
                RejectStatus(state, "cancelled"),
        };
    }

    /// <summary>Take in what a provider answered to a capture. What it leaves open is asked as a charge.</summary>
    public static Decision Decide(PaymentState state, RecordCapture report, DecisionContext context)
    {
        var attempt = state.Attempts[report.Attempt - 1];
        return state.Status switch
        {
            PaymentStatus.Authorized when attempt.CaptureIntent is { } intent => report.Outcome switch
            {
                ProviderOutcome.Succeeded { Stage: ChargeStage.Captured } success =>
                    Pays(state, attempt, success, context),
                ProviderOutcome.Declined declined =>
                    Accept(
                        new CaptureRefused { At = context.Now, Attempt = attempt.Number, Failure = declined.Failure }),
                // That an earlier send came too late says nothing of the one that is under way.
                ProviderOutcome.NotSent notSent when intent.Awaits(report.Send) => Accept(new CaptureNotSent
                {
                    At = context.Now,
                    Attempt = attempt.Number,
                    Reason = notSent.Reason,
                    RetryAt = context.Now + PaymentSchedule.AuthorizationRetryDelay(intent.Sends),
                }),
                ProviderOutcome.Unknown unknown when intent.Awaits(report.Send) => Accept(new CaptureOutcomeUnknown
                {
                    At = context.Now, Attempt = attempt.Number, Reason = unknown.Reason,
                }),
                _ => NoChange,
            },
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.Authorized or PaymentStatus.Success
                or PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired
                or PaymentStatus.NeedsReview => NoChange,
        };
    }

    /// <summary>Take in what a provider answered to the release of an authorisation.</summary>
    public static Decision Decide(PaymentState state, RecordVoid report, DecisionContext context)
    {
        var attempt = state.Attempts[report.Attempt - 1];
        return attempt.Phase switch
        {
            AttemptPhase.Authorized when attempt.VoidIntent is { } intent => report.Outcome switch
            {
                ProviderOutcome.Succeeded =>
                    Accept(new AuthorizationReleased { At = context.Now, Attempt = attempt.Number }),
                ProviderOutcome.Declined declined => new Decision.Accepted(
                    [new VoidRefused { At = context.Now, Attempt = attempt.Number, Failure = declined.Failure }],
                    [new PaymentEffect.QueryCharge(attempt.Number)]),
                ProviderOutcome.NotSent notSent when intent.Awaits(report.Send) => Accept(new VoidNotSent
                {
                    At = context.Now,
                    Attempt = attempt.Number,
                    Reason = notSent.Reason,
                    RetryAt = context.Now + PaymentSchedule.AuthorizationRetryDelay(intent.Sends),
                }),
                ProviderOutcome.Unknown unknown when intent.Awaits(report.Send) => Accept(new VoidOutcomeUnknown
                {
                    At = context.Now, Attempt = attempt.Number, Reason = unknown.Reason,
                }),
                _ => NoChange,
            },
            AttemptPhase.Sending or AttemptPhase.NotSent or AttemptPhase.Unknown or AttemptPhase.Accepted
                or AttemptPhase.Authorized or AttemptPhase.Captured or AttemptPhase.Failed => NoChange,
        };
    }

    private static Decision Capture(
        PaymentState state, AttemptState attempt, CapturePayment command, DecisionContext context)
    {
        var amount = command.AmountMinor ?? attempt.AuthorizedMinor;
        if (attempt.CaptureIntent is { } intent)
        {
            return intent.AmountMinor == amount
                ? Unchanged(command.Request, context)
                : OutcomePending("A capture of another amount is under way.");
        }

        // Where the provider captures by itself it captures all, perhaps at this moment.
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
            [CaptureIntent(attempt, amount, context) with { Request = command.Request }],
            [new PaymentEffect.SendCapture(attempt.Number)]);
    }

    // Still only authorised. A capture that was sent is sent again once it provably cannot arrive any more; a provider
    // that should have captured by itself is told to after a while. It captures a payment once, so a repeat that does
    // arrive twice is harmless.
    private static Decision CaptureLeftover(PaymentState state, AttemptState attempt, DecisionContext context)
    {
        var isDue = attempt.CaptureIntent is { } intent
            ? context.Now >= intent.AgainAt
            : state.Capture == CaptureMode.Automatic
                && attempt.Failure is null
                && context.Now >= attempt.ChangedAt + PaymentSchedule.OwnCapture;
        return isDue
            ? new Decision.Accepted(
                [CaptureIntent(attempt, attempt.CaptureIntent?.AmountMinor ?? attempt.AuthorizedMinor, context)],
                [new PaymentEffect.SendCapture(attempt.Number)])
            : NoChange;
    }

    // Reserved for an order that is paid otherwise or was given up. A release that was sent is sent again once it
    // provably cannot arrive any more; releasing twice is harmless. One that was refused is not asked for again: the
    // authorisation runs out, or turns out to be captured and is refunded.
    private static Decision Release(AttemptState attempt, ProviderOutcome.Succeeded success, DecisionContext context)
    {
        if (attempt.IsOpen || attempt.Phase == AttemptPhase.Failed)
        {
            return new Decision.Accepted(
                [
                    new SurplusAuthorized
                    {
                        At = context.Now,
                        Attempt = attempt.Number,
                        AmountMinor = success.Amount.AmountMinor,
                        ProviderReference = success.ProviderReference,
                    },
                    VoidIntent(attempt, context),
                ],
                [new PaymentEffect.SendVoid(attempt.Number)]);
        }

        return attempt.VoidIntent is { } intent && context.Now >= intent.AgainAt
            ? new Decision.Accepted([VoidIntent(attempt, context)], [new PaymentEffect.SendVoid(attempt.Number)])
            : NoChange;
    }

    // What was not sent is sent again at its time, without a status query: there is nothing to learn.
    private static Decision.Accepted? RetryAuthorization(
        PaymentState state, ImmutableArray<PaymentEffect> questions, DecisionContext context)
    {
        if (state.Status is not (PaymentStatus.Authorized or PaymentStatus.Success or PaymentStatus.Cancelled))
        {
            return null;
        }

        foreach (var attempt in state.Attempts.Where(attempt => attempt.Phase == AttemptPhase.Authorized))
        {
            var others = questions.Remove(new PaymentEffect.QueryCharge(attempt.Number));
            if (attempt.Number == state.PaidAttempt && attempt.CaptureIntent is { RetryAt: { } captureAt } capture
                && context.Now >= captureAt)
            {
                return new Decision.Accepted(
                    [CaptureIntent(attempt, capture.AmountMinor, context)],
                    [new PaymentEffect.SendCapture(attempt.Number), .. others]);
            }

            if (attempt.VoidIntent is { RetryAt: { } voidAt } && context.Now >= voidAt)
            {
                return new Decision.Accepted(
                    [VoidIntent(attempt, context)], [new PaymentEffect.SendVoid(attempt.Number), .. others]);
            }
        }

        return null;
    }

    private static CaptureRequested CaptureIntent(AttemptState attempt, long amountMinor, DecisionContext context) =>
        new()
        {
            At = context.Now,
            Attempt = attempt.Number,
            AmountMinor = amountMinor,
            Send = context.SendAgain(attempt.Send),
        };

    private static VoidRequested VoidIntent(AttemptState attempt, DecisionContext context) => new()
    {
        At = context.Now, Attempt = attempt.Number, Send = context.SendAgain(attempt.Send),
    };
}
