using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// What only an operator can know: what stayed unknown to its deadline, as the provider's own books have it.
// Who said so, and why, is part of the payment's history.
public static partial class PaymentDecider
{
    /// <summary>Say what became of a payment that needs review.</summary>
    public static Decision Decide(PaymentState state, ResolvePayment command, DecisionContext context)
    {
        if (Remembered(state, command.Request) is { } seen)
        {
            return seen;
        }

        return state.Status switch
        {
            PaymentStatus.NeedsReview => Resolve(state, state.Attempts[state.ReviewAttempt - 1], command, context),
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.Authorized or PaymentStatus.Success
                or PaymentStatus.Failed or PaymentStatus.Cancelled
                or PaymentStatus.Expired => RejectStatus(state, "resolved"),
        };
    }

    /// <summary>Say what became of a refund that needs review.</summary>
    public static Decision Decide(PaymentState state, ResolveRefund command, DecisionContext context)
    {
        if (Remembered(state, command.Request) is { } seen)
        {
            return seen;
        }

        if (state.Refund(command.Number) is not { } refund)
        {
            return Reject(ErrorCode.RefundNotFound, "The payment has no such refund.");
        }

        return refund.Status switch
        {
            RefundStatus.NeedsReview => Resolve(state, refund, command, context),
            RefundStatus.Pending or RefundStatus.Success or RefundStatus.Failed =>
                Reject(ErrorCode.StatusConflict, "Only a refund that needs review can be resolved."),
        };
    }

    // What the provider reported is booked, if it reported an amount; else what was requested.
    private static Decision Resolve(
        PaymentState state, AttemptState attempt, ResolvePayment command, DecisionContext context)
    {
        var isCaptured = attempt.Phase == AttemptPhase.Captured;
        var found = attempt.ReportedMinor
            ?? (isCaptured ? attempt.CapturedMinor : OpenCapture(attempt)?.AmountMinor ?? state.Amount.AmountMinor);
        var stays = command.Paid && isCaptured && found == attempt.CapturedMinor;
        var isOtherMoney = state.Unexpected.Any(money => money.Attempt == attempt.Number
            && money.Direction == MoneyDirection.Received
            && money.Amount.Currency != state.Amount.Currency);
        if (command.Paid && !isCaptured && isOtherMoney)
        {
            return Reject(
                ErrorCode.StatusConflict, "What the provider has is in another currency, and cannot pay the order.");
        }

        if (isCaptured && !stays && state.RefundableMinor(attempt) < attempt.CapturedMinor)
        {
            return Reject(
                ErrorCode.StatusConflict,
                command.Paid
                    ? "A payment that has refunds keeps the amount that is booked."
                    : "A payment that has refunds cannot be resolved as unpaid.");
        }

        var resolved = new ReviewResolved
        {
            At = context.Now,
            Request = command.Request,
            Attempt = attempt.Number,
            Paid = command.Paid,
            By = command.By,
            Note = command.Note,
        };
        return Accept(
        [
            resolved,
            .. stays ? [] : Reversal(attempt, context),
            (command.Paid, stays) switch
            {
                (true, true) => new CaptureConfirmed
                {
                    At = context.Now, Attempt = attempt.Number, ProviderReference = command.ProviderReference,
                },
                (true, false) => new PaymentCaptured
                {
                    At = context.Now,
                    Attempt = attempt.Number,
                    AmountMinor = found,
                    FeeMinor = attempt.FeeMinor,
                    ProviderReference = command.ProviderReference,
                },
                _ => new AttemptFailed
                {
                    At = context.Now,
                    Attempt = attempt.Number,
                    Failure = new Failure
                    {
                        Code = FailureCodes.ResolvedUnpaid,
                        Message = "An operator found that the provider has no money of it.",
                        Party = FailureParty.Engine,
                    },
                    ProviderReference = command.ProviderReference,
                },
            },
        ]);
    }

    private static Decision.Accepted Resolve(
        PaymentState state, RefundState refund, ResolveRefund command, DecisionContext context)
    {
        var resolved = new RefundReviewResolved
        {
            At = context.Now,
            Request = command.Request,
            Refund = refund.Number,
            Paid = command.Paid,
            By = command.By,
            Note = command.Note,
        };
        return command.Paid
            ? ResolvePaid(state, refund, resolved, command, context)
            : ResolveUnpaid(state, refund, resolved, context);
    }

    // What the provider reported is booked, as far as that much was captured; the rest is unexpected.
    private static Decision.Accepted ResolvePaid(
        PaymentState state,
        RefundState refund,
        RefundReviewResolved resolved,
        ResolveRefund command,
        DecisionContext context)
    {
        var reported = refund.ReportedMinor ?? refund.AmountMinor;
        if (refund.IsBooked && reported == refund.AmountMinor)
        {
            var confirmed = new RefundConfirmed
            {
                At = context.Now, Refund = refund.Number, ProviderReference = command.ProviderReference,
            };
            return Accept(resolved, confirmed) with { Refund = refund.Number };
        }

        var attempt = state.Attempts[refund.Attempt - 1];
        var booked = Math.Min(reported, refund.AmountMinor + state.RefundableMinor(attempt));
        var excess = state.Amount with { AmountMinor = reported - booked };
        var unexpected = excess.AmountMinor == 0
            ? null
            : Unexpected(
                state,
                new Moved(attempt, MoneyDirection.PaidOut, excess, command.ProviderReference, refund.Number),
                $"Refund {refund.Number} paid out {excess} more than was left to refund.",
                context) as Decision.Accepted;
        return Accept(
            [
                resolved,
                .. Reversal(refund, context),
                new RefundSucceeded
                {
                    At = context.Now,
                    Refund = refund.Number,
                    AmountMinor = booked == refund.AmountMinor ? null : booked,
                    ProviderReference = command.ProviderReference,
                },
                .. unexpected?.Events ?? [],
            ]) with
        {
            Refund = refund.Number,
        };
    }

    private static Decision.Accepted ResolveUnpaid(
        PaymentState state, RefundState refund, RefundReviewResolved resolved, DecisionContext context)
    {
        var failed = new RefundFailed
        {
            At = context.Now,
            Refund = refund.Number,
            Failure = new Failure
            {
                Code = FailureCodes.ResolvedUnpaid,
                Message = "An operator found that the provider paid nothing out.",
                Party = FailureParty.Engine,
            },
        };
        var accepted = Accept([resolved, .. Reversal(refund, context), failed]) with { Refund = refund.Number };
        if (!refund.Automatic || state.Refunds.Length >= RefundId.MaxNumber)
        {
            return accepted;
        }

        // A surplus is still the customer's. An operator who gave it back by another way says that it was paid out.
        var again = Again(state, refund, context);
        return accepted with
        {
            Events = accepted.Events.Add(again),
            Effects = [new PaymentEffect.SendOperation(OperationKey.Refund(again.Refund), Resend: false)],
        };
    }

    // What was booked of it is taken back.
    private static IEnumerable<PaymentEvent> Reversal(AttemptState attempt, DecisionContext context) =>
        attempt.Phase == AttemptPhase.Captured
            ?
            [
                new CaptureReversed
                {
                    At = context.Now,
                    Attempt = attempt.Number,
                    AmountMinor = attempt.CapturedMinor,
                    FeeMinor = attempt.FeeMinor,
                },
            ]
            : [];

    private static IEnumerable<PaymentEvent> Reversal(RefundState refund, DecisionContext context) => refund.IsBooked
        ? [new RefundReversed { At = context.Now, Refund = refund.Number, AmountMinor = refund.AmountMinor }]
        : [];
}
