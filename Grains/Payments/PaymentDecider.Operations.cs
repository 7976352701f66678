using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

// What providers report of operations, and the life that all operations share: sent, not sent, unknown, accepted, not
// found, sent again. Reports arrive any number of times, in any order, as responses, status queries and webhooks. Each
// is compared with the state, and only news becomes an event. What a report means for money is decided per kind.
public static partial class PaymentDecider
{
    private static readonly Decision NoChange = new Decision.AlreadyApplied();

    private static readonly Failure Unreachable = OurFailure(
        FailureCodes.ProviderUnreachable,
        "The provider could not be reached; nothing was sent.",
        FailureParty.Provider);

    private static readonly Failure NotExecuted = OurFailure(
        FailureCodes.NotExecuted, "The provider never received the payment.", FailureParty.Engine);

    private static readonly Failure Interrupted = OurFailure(
        FailureCodes.InterruptedBeforeSend,
        "The card was not charged: processing was interrupted before it was sent.",
        FailureParty.Engine);

    private static readonly Failure NotKnownReleased = OurFailure(
        FailureCodes.OutcomeUnknown,
        "The provider did not say whether it released the authorisation, which runs out.",
        FailureParty.Provider);

    /// <summary>Apply a provider's report on an operation.</summary>
    public static Decision Decide(PaymentState state, RecordOutcome report, DecisionContext context)
    {
        if (state.Operation(report.Operation) is not { } operation)
        {
            return NoChange;
        }

        if (report.Source == ReportSource.Webhook && !Matches(state, operation, report.Outcome, context))
        {
            return new Decision.Accepted([], [Query(operation)]);
        }

        if (report.Source == ReportSource.Query
            && operation.Key.Kind == OperationKind.Charge
            && state.AttemptOf(operation.Key) is { IsUnconfirmed: true } unconfirmed)
        {
            return Confirm(state, unconfirmed, report, context);
        }

        if (report.Source == ReportSource.Query
            && operation.Key.Kind == OperationKind.Refund
            && state.Refunds[operation.Key.Number - 1] is { IsUnconfirmed: true } refund)
        {
            return Confirm(state, refund, report, context);
        }

        return report.Outcome switch
        {
            // The provider has it: that is news whichever send it is said of, and whatever was said before.
            ProviderOutcome.Succeeded success => Succeed(state, operation, success, report, context),
            ProviderOutcome.Pending pending =>
                operation.IsOpen ? Acknowledge(state, operation, pending, context) : NoChange,
            // It has it not, or it is not known: that an earlier send came to nothing says nothing of the one that is
            // under way.
            _ when operation.IsOfEarlierSend(report.Send) => NoChange,
            _ when state.IsHeld(operation) => NoChange,
            ProviderOutcome.Declined declined => Decline(state, operation, declined, report, context),
            ProviderOutcome.NotSent notSent =>
                operation.Phase == OperationPhase.Sending ? NotSent(state, operation, notSent, context) : NoChange,
            ProviderOutcome.Unknown unknown when report.Source == ReportSource.Query =>
                operation.IsOpen ? StillUnknown(state, operation, unknown, context) : NoChange,
            ProviderOutcome.Unknown unknown => operation.Phase == OperationPhase.Sending
                ? Accept(OperationEvents.Unknown(operation, unknown, context.Now))
                : NoChange,
            ProviderOutcome.NotFound =>
                operation.IsOpen ? NotFound(state, operation, report.QueriedAt, context) : NoChange,
            _ => throw new InvalidOperationException($"{report.Outcome.GetType().Name} is not an outcome."),
        };
    }

    private static Decision Succeed(
        PaymentState state,
        ProviderOperation operation,
        ProviderOutcome.Succeeded success,
        RecordOutcome report,
        DecisionContext context) => operation.Key.Kind switch
        {
            // A captured charge is the one news, whether it is said of the charge or of its capture.
            OperationKind.Charge or OperationKind.Capture => Charged(state, operation, success, report, context),
            OperationKind.Void => Released(state, operation, context),
            OperationKind.Refund => Refunded(
                state, state.Refunds[operation.Key.Number - 1], success, report, context),
        };

    private static Decision Decline(
        PaymentState state,
        ProviderOperation operation,
        ProviderOutcome.Declined declined,
        RecordOutcome report,
        DecisionContext context) => operation.Key.Kind switch
        {
            OperationKind.Charge =>
                ChargeDeclined(state, state.Attempts[operation.Key.Number - 1], declined, report, context),
            OperationKind.Capture => operation.IsOpen ? Fail(state, operation, declined.Failure, context) : NoChange,
            OperationKind.Void => operation.IsOpen
                ? new Decision.Accepted(
                    [OperationEvents.Failed(operation, declined.Failure, null, context.Now)], [Query(operation)])
                : NoChange,
            OperationKind.Refund => operation.IsOpen
                ? Fail(state, operation, declined.Failure, context)
                : Returned(state, state.Refunds[operation.Key.Number - 1], report, context),
        };

    private static Decision Acknowledge(
        PaymentState state, ProviderOperation operation, ProviderOutcome.Pending pending, DecisionContext context) =>
        operation.Key.Kind switch
        {
            OperationKind.Charge =>
                ChargeAccepted(state, state.Attempts[operation.Key.Number - 1], pending, context),
            // The charge tells when it is done.
            OperationKind.Capture or OperationKind.Void => NoChange,
            OperationKind.Refund => operation.Phase == OperationPhase.Accepted
                ? NoChange
                : Accept(new RefundAccepted
                {
                    At = context.Now,
                    Refund = operation.Key.Number,
                    ProviderReference = pending.ProviderReference,
                }),
        };

    private static Decision NotSent(
        PaymentState state, ProviderOperation operation, ProviderOutcome.NotSent notSent, DecisionContext context)
    {
        if (operation.Key.Kind == OperationKind.Charge
            && MayMoveOn(state, state.Attempts[operation.Key.Number - 1], context))
        {
            return FailOrMoveOn(state, state.Attempts[operation.Key.Number - 1], Unreachable, null, context);
        }

        return WhyNotAgain(state, operation, hasLeft: false, context) is { } failure
            ? Fail(state, operation, failure, context)
            : Accept(OperationEvents.NotSent(
                operation,
                notSent.Reason,
                context.Now + PaymentSchedule.RetryDelay(operation, context.Now),
                context.Now));
    }

    // What the engine gives back is owed whatever the provider says: it is requested again.
    private static Decision.Accepted Fail(
        PaymentState state, ProviderOperation operation, Failure failure, DecisionContext context)
    {
        var failed = OperationEvents.Failed(operation, failure, null, context.Now);
        return operation.Key.Kind == OperationKind.Refund
            && state.Refunds[operation.Key.Number - 1] is { Automatic: true } refund
                ? Accept([failed, .. AfterFailure(state, refund, failure, context)])
                : Accept(failed);
    }

    // A refund's and a capture's deadline needs no report: Resume looks after it.
    private static Decision StillUnknown(
        PaymentState state, ProviderOperation operation, ProviderOutcome.Unknown unknown, DecisionContext context) =>
        operation.Key.Kind == OperationKind.Charge && IsOverdue(state, operation, context)
            ? Accept(OperationEvents.ReviewRequired(
                operation,
                "The outcome stayed unknown to the payment's deadline: " + unknown.Reason,
                context.Now))
            : NoChange;

    // The provider does not know it. That counts once the latest send cannot arrive any more. Then it is sent again,
    // unless it is not needed any more or the provider would not recognise a repetition.
    private static Decision NotFound(
        PaymentState state, ProviderOperation operation, DateTimeOffset? queriedAt, DecisionContext context)
    {
        if (operation.Phase == OperationPhase.NotSent
            || state.IsHeld(operation)
            || !IsFinal(queriedAt, operation.Send, context))
        {
            return NoChange;
        }

        if (operation.Phase == OperationPhase.Accepted)
        {
            return operation.Key.Kind == OperationKind.Charge && IsOverdue(state, operation, context)
                ? Accept(new PaymentExpired { At = context.Now })
                : NoChange;
        }

        return WhyNotAgain(state, operation, hasLeft: true, context) is { } failure
            ? Fail(state, operation, failure, context)
            : SendAgain(operation, resend: true, context);
    }

    // Whether a "not found" is the last word on a send: nothing of it could arrive any more when the query was sent.
    private static bool IsFinal(DateTimeOffset? queriedAt, SendTerms send, DecisionContext context) =>
        (queriedAt ?? context.Now) >= send.NotFoundFinalAt;

    // Why what provably did not arrive is not sent again, but fails; null if it is sent again.
    private static Failure? WhyNotAgain(
        PaymentState state, ProviderOperation operation, bool hasLeft, DecisionContext context)
    {
        var (traits, attempt) = (operation.Traits, state.AttemptOf(operation.Key)!);
        if (state.IsGivenUp(operation))
        {
            return hasLeft ? NotExecuted : Unreachable;
        }

        if (traits.NeedsSecret(attempt))
        {
            return hasLeft ? Interrupted : Unreachable;
        }

        if (traits.WaitsForCustomer && context.Now >= state.ExpiresAt)
        {
            return hasLeft ? NotExecuted : Unreachable;
        }

        if (!state.IsOwed(operation) && context.Now >= operation.StartedAt + traits.Deadline)
        {
            return hasLeft ? NotExecuted : Unreachable;
        }

        // Past its window the provider would take the same name for a new charge; should the first one have arrived
        // after all, there would be two.
        return hasLeft && context.Now >= operation.StartedAt + traits.IdempotencyWindow(attempt) ? NotExecuted : null;
    }

    private static Decision.Accepted SendAgain(ProviderOperation operation, bool resend, DecisionContext context) =>
        new(
            [OperationEvents.SentAgain(operation, context.SendAgain(operation.Send), context.Now)],
            [new PaymentEffect.SendOperation(operation.Key, resend)]);

    private static PaymentEffect Query(ProviderOperation operation) => new PaymentEffect.QueryOperation(
        new OperationKey { Kind = operation.Traits.QueriedAs, Number = operation.Key.Number });

    private static bool IsOverdue(PaymentState state, ProviderOperation charge, DecisionContext context) =>
        context.Now >= state.ExpiresAt && !state.IsGivenUp(charge);

    private static Failure OurFailure(string code, string message, FailureParty party) =>
        new() { Code = code, Message = message, Party = party };
}
