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
            RefundStatus.NeedsReview => Resolve(refund, command, context),
            RefundStatus.Pending or RefundStatus.Success or RefundStatus.Failed =>
                Reject(ErrorCode.StatusConflict, "Only a refund that needs review can be resolved."),
        };
    }

    private static Decision Resolve(
        PaymentState state, AttemptState attempt, ResolvePayment command, DecisionContext context)
    {
        var isCaptured = attempt.Phase == AttemptPhase.Captured;
        if (isCaptured && !command.Paid && state.RefundableMinor(attempt) < attempt.CapturedMinor)
        {
            return Reject(ErrorCode.StatusConflict, "A payment that has refunds cannot be resolved as unpaid.");
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
        if (command.Paid && isCaptured)
        {
            return Accept(resolved, new CaptureConfirmed
            {
                At = context.Now, Attempt = attempt.Number, ProviderReference = command.ProviderReference,
            });
        }

        var reversed = new CaptureReversed
        {
            At = context.Now,
            Attempt = attempt.Number,
            AmountMinor = attempt.CapturedMinor,
            FeeMinor = attempt.FeeMinor,
        };
        return command.Paid
            ? Accept(resolved, new PaymentCaptured
            {
                At = context.Now,
                Attempt = attempt.Number,
                AmountMinor = OpenCapture(attempt)?.AmountMinor ?? state.Amount.AmountMinor,
                ProviderReference = command.ProviderReference,
            })
            : Accept([resolved, .. isCaptured ? [reversed] : Array.Empty<PaymentEvent>(), new AttemptFailed
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
            }]);
    }

    private static Decision.Accepted Resolve(RefundState refund, ResolveRefund command, DecisionContext context)
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
        if (command.Paid && refund.IsBooked)
        {
            var confirmed = new RefundConfirmed
            {
                At = context.Now, Refund = refund.Number, ProviderReference = command.ProviderReference,
            };
            return Accept(resolved, confirmed) with { Refund = refund.Number };
        }

        PaymentEvent outcome = command.Paid
            ? new RefundSucceeded
            {
                At = context.Now, Refund = refund.Number, ProviderReference = command.ProviderReference,
            }
            : new RefundFailed
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
        var reversed = new RefundReversed { At = context.Now, Refund = refund.Number };
        return Accept([resolved, .. refund.IsBooked ? [reversed] : Array.Empty<PaymentEvent>(), outcome]) with
        {
            Refund = refund.Number,
        };
    }
}
