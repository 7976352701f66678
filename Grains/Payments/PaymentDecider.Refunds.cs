using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// What a refund that was paid out means. The payment's status neither matters to it nor changes by it.
public static partial class PaymentDecider
{
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
                : Accept(OperationEvents.ReviewRequired(
                    refund.Operation,
                    $"The provider reports {success.Amount} instead of "
                        + $"{Money.Of(refund.AmountMinor, state.Amount.Currency)}.",
                    context.Now)),
            // What is booked already was contradicted: only a status query or an operator ends that.
            RefundStatus.NeedsReview =>
                isRequestedAmount && !refund.IsBooked ? PaidOut(refund, success, report, context) : NoChange,
            // A refund that was reported as failed and then paid out is booked, if its money was not promised again
            // since.
            RefundStatus.Failed =>
                isRequestedAmount && refund.AmountMinor <= state.RefundableMinor(state.Attempts[refund.Attempt - 1])
                    ? PaidOut(refund, success, report, context)
                    : NoChange,
            RefundStatus.Success => NoChange,
        };
    }

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
