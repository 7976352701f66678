using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// What a refund that was paid out, or failed, means. The payment's status neither matters to it nor changes by it.
public static partial class PaymentDecider
{
    private static readonly Failure Superseded = OurFailure(
        FailureCodes.Superseded, "Another refund of this money was paid out.", FailureParty.Engine);

    private static Decision Refunded(
        PaymentState state,
        RefundState refund,
        ProviderOutcome.Succeeded success,
        RecordOutcome report,
        DecisionContext context)
    {
        var isRequestedAmount = success.Amount.AmountMinor == refund.AmountMinor
            && success.Amount.Currency == state.Amount.Currency;
        return refund.Status switch
        {
            RefundStatus.Pending => isRequestedAmount
                ? PaidOut(refund, success, report, context)
                : OtherAmount(state, refund, success, context),
            // What is booked already was contradicted: only a status query or an operator ends that.
            RefundStatus.NeedsReview =>
                isRequestedAmount && !refund.IsBooked ? PaidOut(refund, success, report, context) : NoChange,
            RefundStatus.Failed => isRequestedAmount ? PaidOutAfterFailure(state, refund, success, report, context)
                : NoChange,
            RefundStatus.Success => isRequestedAmount ? NoChange : OtherAmount(state, refund, success, context),
        };
    }

    // Not the amount that was requested: an operator compares the two.
    private static Decision.Accepted OtherAmount(
        PaymentState state, RefundState refund, ProviderOutcome.Succeeded success, DecisionContext context) =>
        Accept(OperationEvents.ReviewRequired(
            refund.Operation,
            $"The provider reports {success.Amount} instead of "
                + $"{Money.Of(refund.AmountMinor, state.Amount.Currency)}.",
            context.Now,
            Reported(state, success)));

    // A failure after a refund was paid out is an old message overtaken, or money that the customer's bank sent back:
    // the provider's present word tells.
    private static Decision Returned(
        PaymentState state, RefundState refund, RecordOutcome report, DecisionContext context) =>
        refund.Status switch
        {
            RefundStatus.Success => report.Source == ReportSource.Query
                ? Contradict(
                    state,
                    refund.Operation,
                    "The provider had paid the refund out",
                    refund.ConfirmableAt,
                    report,
                    context)
                : new Decision.Accepted([], [Query(refund.Operation)]),
            RefundStatus.Pending or RefundStatus.Failed or RefundStatus.NeedsReview => NoChange,
        };

    // A refund that was reported as failed and then paid out is booked, if its money was not promised again since. What
    // the engine requested instead and has not sent yet is given up.
    private static Decision PaidOutAfterFailure(
        PaymentState state,
        RefundState refund,
        ProviderOutcome.Succeeded success,
        RecordOutcome report,
        DecisionContext context)
    {
        var paidOut = PaidOut(refund, success, report, context);
        if (refund.AmountMinor <= state.RefundableMinor(state.Attempts[refund.Attempt - 1]))
        {
            return paidOut;
        }

        return state.PlannedRefund(state.Attempts[refund.Attempt - 1]) is { } planned
            && planned.AmountMinor >= refund.AmountMinor
                ? Accept([OperationEvents.Failed(planned.Operation, Superseded, null, context.Now), .. paidOut.Events])
                : PaidOutTwice(state, refund, success, context);
    }

    // What follows when a refund that the engine owes has failed: another one, later and under an id of its own, since
    // a provider repeats what it said of the first. After the last of them an operator decides.
    private static IEnumerable<PaymentEvent> AfterFailure(
        PaymentState state, RefundState refund, Failure failure, DecisionContext context)
    {
        var tries = state.Refunds.Count(each => each.Automatic && each.Attempt == refund.Attempt);
        if (PaymentSchedule.AutomaticRefundDelay(tries) is not { } delay || state.Refunds.Length >= RefundId.MaxNumber)
        {
            yield return OperationEvents.ReviewRequired(
                refund.Operation,
                $"The provider refused to give the surplus back, {tries} times. The last time: {failure.Message}",
                context.Now);
            yield break;
        }

        var next = Again(state, refund, context);
        yield return next;
        yield return new RefundNotSent
        {
            At = context.Now,
            Refund = next.Refund,
            Reason = $"Refund {refund.Number} failed: {failure.Message}",
            RetryAt = context.Now + delay,
        };
    }

    // The same refund under an id of its own.
    private static RefundRequested Again(PaymentState state, RefundState refund, DecisionContext context) =>
        RefundOf(state, state.Attempts[refund.Attempt - 1], refund.AmountMinor, context) with
        {
            Automatic = true,
            Reason = refund.Reason,
        };

    private static Decision.Accepted PaidOut(
        RefundState refund, ProviderOutcome.Succeeded success, RecordOutcome report, DecisionContext context) =>
        Accept(new RefundSucceeded
        {
            At = context.Now,
            Refund = refund.Number,
            ProviderReference = success.ProviderReference,
            BankReference = success.BankReference,
            ByWebhook = report.Source == ReportSource.Webhook,
        });
}
