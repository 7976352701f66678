using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// What a provider's authenticated webhook says is trusted after it was compared with the attempt. What does not match
// is never booked: it is a reason for a status query. A capture or refund that a webhook reported is confirmed by a
// status query later.
public static partial class PaymentDecider
{
    // Whether a webhook's words can be of this operation as it is known: same order, same amount, and something that a
    // webhook alone may decide.
    private static bool Matches(
        PaymentState state, ProviderOperation operation, ProviderOutcome outcome, DecisionContext context) =>
        operation.Key.Kind == OperationKind.Refund
            ? MatchesRefund(state, state.Refunds[operation.Key.Number - 1], outcome)
            : MatchesCharge(state, operation, state.AttemptOf(operation.Key)!, outcome, context);

    private static bool MatchesCharge(
        PaymentState state,
        ProviderOperation operation,
        AttemptState attempt,
        ProviderOutcome outcome,
        DecisionContext context)
    {
        if (attempt.Phase == AttemptPhase.Captured)
        {
            return outcome is not ProviderOutcome.Succeeded { Stage: ChargeStage.Captured } again
                || again.Amount == state.Amount with { AmountMinor = attempt.CapturedMinor }
                || IsAnotherPayment(attempt, again, ReportSource.Webhook);
        }

        // An attempt whose order is not known yet has none to compare with.
        if (outcome.ProviderOrder is not null && outcome.ProviderOrder != attempt.ProviderOrder)
        {
            return false;
        }

        return outcome switch
        {
            // Later captures and refunds need the provider's id of the payment. That a merchant's capture was carried
            // out is its response's to say, and what is not owed is queried before it is refunded.
            ProviderOutcome.Succeeded success => (success.ProviderReference ?? attempt.ProviderReference) is not null
                && success.Amount == Expected(state, operation, attempt, success)
                && (success.Stage == ChargeStage.Authorized
                    || (state.Capture == CaptureMode.Automatic && IsOwed(state, attempt))),
            // It may have been sent before the customer paid, and a payment expires by what holds now.
            ProviderOutcome.Pending => context.Now < state.ExpiresAt || !attempt.IsOpen || state.Status switch
            {
                PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview => false,
                PaymentStatus.Authorized or PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.Cancelled
                    or PaymentStatus.Expired => true,
            },
            _ => true,
        };
    }

    private static bool MatchesRefund(PaymentState state, RefundState refund, ProviderOutcome outcome) =>
        (outcome.ProviderReference is null
            || refund.ProviderReference is null
            || outcome.ProviderReference == refund.ProviderReference)
        && (outcome is not ProviderOutcome.Succeeded success
            || (success.Amount.AmountMinor == refund.AmountMinor && success.Amount.Currency == state.Amount.Currency));

    // Whether the attempt pays the order if it was paid.
    private static bool IsOwed(PaymentState state, AttemptState attempt) => state.Status switch
    {
        PaymentStatus.Authorized or PaymentStatus.Success => attempt.Number == state.PaidAttempt,
        PaymentStatus.NeedsReview when state.Current!.Phase == AttemptPhase.Captured =>
            attempt.Number == state.PaidAttempt,
        PaymentStatus.Cancelled => false,
        PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview or PaymentStatus.Failed
            or PaymentStatus.Expired => true,
    };

    // A status query about a capture that a webhook reported.
    private static Decision Confirm(
        PaymentState state, AttemptState attempt, RecordOutcome report, DecisionContext context) =>
        report.Outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured } success
            && success.Amount == state.Amount with { AmountMinor = attempt.CapturedMinor }
            ? Accept(new CaptureConfirmed
            {
                At = context.Now,
                Attempt = attempt.Number,
                ProviderReference = success.ProviderReference,
                BankReference = success.BankReference,
            })
            : state.Status == PaymentStatus.NeedsReview
                ? NoChange
                : Contradict(
                    state,
                    attempt.Charge,
                    "The provider's webhook said that the payment is captured",
                    attempt.ConfirmableAt,
                    report,
                    context);

    // The same of a refund.
    private static Decision Confirm(
        PaymentState state, RefundState refund, RecordOutcome report, DecisionContext context) =>
        report.Outcome is ProviderOutcome.Succeeded success && MatchesRefund(state, refund, success)
            ? Accept(new RefundConfirmed
            {
                At = context.Now,
                Refund = refund.Number,
                ProviderReference = success.ProviderReference,
                BankReference = success.BankReference,
            })
            : refund.Status == RefundStatus.NeedsReview
                ? NoChange
                : Contradict(
                    state,
                    refund.Operation,
                    "The provider's webhook said that the refund is paid out",
                    refund.ConfirmableAt,
                    report,
                    context);

    // For as long as a provider's status may be behind its webhook, what it says otherwise is no disagreement. After
    // that, the money that is booked may not be there: an operator compares the two.
    private static Decision Contradict(
        PaymentState state,
        ProviderOperation operation,
        string claim,
        DateTimeOffset confirmableAt,
        RecordOutcome report,
        DecisionContext context) =>
        report.Outcome is ProviderOutcome.Unknown or ProviderOutcome.NotSent
            || (report.QueriedAt ?? context.Now) < confirmableAt
            ? NoChange
            : Accept(OperationEvents.ReviewRequired(
                operation,
                $"{claim}, and its status query {Contradiction(report.Outcome)}.",
                context.Now,
                Reported(state, report.Outcome)));

    // The money that a provider reports as moved, in the payment's currency.
    private static long? Reported(PaymentState state, ProviderOutcome outcome) =>
        outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured } success
            && success.Amount.Currency == state.Amount.Currency
                ? success.Amount.AmountMinor
                : null;

    private static string Contradiction(ProviderOutcome outcome) => outcome switch
    {
        ProviderOutcome.Succeeded { Stage: ChargeStage.Captured } success => $"says that {success.Amount} is",
        ProviderOutcome.Succeeded => "says that it is only authorised",
        ProviderOutcome.Pending => "says that it is pending",
        ProviderOutcome.Declined => "says that it failed or was given back",
        _ => "does not find it",
    };
}
