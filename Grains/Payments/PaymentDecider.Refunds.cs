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
    public static Decision Decide(PaymentState state, RecordRefund report, Terms terms)
    {
        var refund = state.Refunds[report.Number - 1];
        return refund.Status switch
        {
            RefundStatus.Pending or RefundStatus.NeedsReview => OfOpenRefund(state, refund, report, terms),

            // A refund that was reported as failed and then paid out all the same is booked, if its money was not
            // promised again since.
            RefundStatus.Failed => report.Outcome is ProviderOutcome.Succeeded success
                ? Refunded(state, refund, success, terms)
                : Nothing,
            RefundStatus.Success => Nothing,
        };
    }

    private static Decision OfOpenRefund(PaymentState state, RefundState refund, RecordRefund report, Terms terms) =>
        report.Outcome switch
        {
            ProviderOutcome.Succeeded success => Refunded(state, refund, success, terms),
            ProviderOutcome.Declined declined =>
                Accept(new RefundFailed { At = terms.Now, Refund = refund.Number, Failure = declined.Failure }),
            ProviderOutcome.Pending pending => refund.Phase == RefundPhase.Accepted
                ? Nothing
                : Accept(new RefundAccepted
                {
                    At = terms.Now, Refund = refund.Number, ProviderReference = pending.ProviderReference,
                }),
            // That an earlier send came too late says nothing of the one that is under way.
            ProviderOutcome.NotSent notSent =>
                refund.Phase == RefundPhase.Sending && (report.Send ?? refund.Sends) == refund.Sends
                ? Accept(new RefundNotSent
                {
                    At = terms.Now,
                    Refund = refund.Number,
                    Reason = notSent.Reason,
                    RetryAt = terms.Now + PaymentSchedule.RefundRetryDelay(terms.Now - refund.CreatedAt),
                })
                : Nothing,
            ProviderOutcome.Unknown unknown =>
                refund.Phase == RefundPhase.Sending && report.Source == ReportSource.Answer
                    ? Accept(
                        new RefundOutcomeUnknown { At = terms.Now, Refund = refund.Number, Reason = unknown.Reason })
                    : Nothing,
            ProviderOutcome.NotFound => refund.Phase is RefundPhase.Sending or RefundPhase.Unknown
                && IsFinal(report.AskedAt, refund.Send, terms)
                    ? SendAgain(refund, terms)
                    : Nothing,
            _ => throw new InvalidOperationException($"{report.Outcome.GetType().Name} is not an outcome."),
        };

    private static Decision Refunded(
        PaymentState state, RefundState refund, ProviderOutcome.Succeeded success, Terms terms)
    {
        var attempt = state.Attempts[refund.Attempt - 1];
        var fits = refund.Status != RefundStatus.Failed || refund.AmountMinor <= state.RefundableMinor(attempt);
        if (success.Amount.AmountMinor != refund.AmountMinor
            || success.Amount.Currency != state.Amount.Currency || !fits)
        {
            return refund.Status == RefundStatus.Pending
                ? Accept(new RefundReviewRequired
                {
                    At = terms.Now,
                    Refund = refund.Number,
                    Reason = $"The provider reports {success.Amount} instead of "
                        + $"{Money.Of(refund.AmountMinor, state.Amount.Currency)}.",
                })
                : Nothing;
        }

        return Accept(new RefundSucceeded
        {
            At = terms.Now,
            Refund = refund.Number,
            ProviderReference = success.ProviderReference,
            BankReference = success.BankReference,
        });
    }

    private static Decision.Accepted SendAgain(RefundState refund, Terms terms) => new(
        [new RefundResent { At = terms.Now, Refund = refund.Number, Send = terms.SendAgain(refund.Send) }],
        [new PaymentEffect.SendRefund(refund.Number)]);
}
