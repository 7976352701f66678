using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// What providers report of refunds. A refund's id is the provider's idempotency key, so that sending it again is always
// safe.
public static partial class PaymentDecider
{
    /// <summary>Take in what a provider said of a refund. The payment's status neither matters to it nor changes by
    /// it.</summary>
    public static Decision Decide(PaymentState state, RecordRefund report, DecisionContext context)
    {
        var refund = state.Refunds[report.Number - 1];
        return refund.Status switch
        {
            RefundStatus.Pending or RefundStatus.NeedsReview => OfOpenRefund(state, refund, report, context),

            // A refund that was reported as failed and then paid out all the same is booked, if its money was not
            // promised again since.
            RefundStatus.Failed => report.Outcome is ProviderOutcome.Succeeded success
                ? Refunded(state, refund, success, context)
                : NoChange,
            RefundStatus.Success => NoChange,
        };
    }

    private static Decision OfOpenRefund(
        PaymentState state, RefundState refund, RecordRefund report, DecisionContext context) =>
        report.Outcome switch
        {
            ProviderOutcome.Succeeded success => Refunded(state, refund, success, context),
            ProviderOutcome.Declined declined =>
                Accept(new RefundFailed { At = context.Now, Refund = refund.Number, Failure = declined.Failure }),
            ProviderOutcome.Pending pending => refund.Phase == RefundPhase.Accepted
                ? NoChange
                : Accept(new RefundAccepted
                {
                    At = context.Now, Refund = refund.Number, ProviderReference = pending.ProviderReference,
                }),
            // That an earlier send came too late says nothing of the one that is under way.
            ProviderOutcome.NotSent notSent =>
                refund.Phase == RefundPhase.Sending && (report.Send ?? refund.Sends) == refund.Sends
                ? Accept(new RefundNotSent
                {
                    At = context.Now,
                    Refund = refund.Number,
                    Reason = notSent.Reason,
                    RetryAt = context.Now + PaymentSchedule.RefundRetryDelay(context.Now - refund.CreatedAt),
                })
                : NoChange,
            ProviderOutcome.Unknown unknown =>
                refund.Phase == RefundPhase.Sending && report.Source == ReportSource.Answer
                    ? Accept(
                        new RefundOutcomeUnknown { At = context.Now, Refund = refund.Number, Reason = unknown.Reason })
                    : NoChange,
            ProviderOutcome.NotFound => refund.Phase is RefundPhase.Sending or RefundPhase.Unknown
                && IsFinal(report.AskedAt, refund.Send, context)
                    ? SendAgain(refund, context)
                    : NoChange,
            _ => throw new InvalidOperationException($"{report.Outcome.GetType().Name} is not an outcome."),
        };

    private static Decision Refunded(
        PaymentState state, RefundState refund, ProviderOutcome.Succeeded success, DecisionContext context)
    {
        var attempt = state.Attempts[refund.Attempt - 1];
        var fits = refund.Status != RefundStatus.Failed || refund.AmountMinor <= state.RefundableMinor(attempt);
        if (success.Amount.AmountMinor != refund.AmountMinor
            || success.Amount.Currency != state.Amount.Currency || !fits)
        {
            return refund.Status == RefundStatus.Pending
                ? Accept(new RefundReviewRequired
                {
                    At = context.Now,
                    Refund = refund.Number,
                    Reason = $"The provider reports {success.Amount} instead of "
                        + $"{Money.Of(refund.AmountMinor, state.Amount.Currency)}.",
                })
                : NoChange;
        }

        return Accept(new RefundSucceeded
        {
            At = context.Now,
            Refund = refund.Number,
            ProviderReference = success.ProviderReference,
            BankReference = success.BankReference,
        });
    }

    private static Decision.Accepted SendAgain(RefundState refund, DecisionContext context) => new(
        [new RefundResent { At = context.Now, Refund = refund.Number, Send = context.SendAgain(refund.Send) }],
        [new PaymentEffect.SendRefund(refund.Number)]);
}
