using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

/// <summary>Do what is due: the sweeper's command, after a crash as on any other day.</summary>
public sealed record ResumePayment;

/// <summary>Query an attempt and its refunds now: the customer's browser returned from the provider, or the provider
/// said that something happened.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="IsLikely">Whether it is the first time, so that it is queried before others. Anybody can repeat
/// it.</param>
public sealed record QueryAttempt(int Attempt, bool IsLikely = false);

/// <summary>Query what is open of an attempt and its refunds: it was said that something happened, and it is not proven
/// by whom.</summary>
/// <param name="Attempt">The attempt.</param>
public sealed record HintAttempt(int Attempt);

// What time brings. To the next process, an interrupted operation looks like one without a response: it is queried.
public static partial class PaymentDecider
{
    /// <summary>Resend what was not sent, query what is open, expire what stays unpaid.</summary>
    public static Decision Decide(PaymentState state, ResumePayment command, DecisionContext context)
    {
        _ = command;
        return state.Status switch
        {
            PaymentStatus.Pending when state.Attempts.IsEmpty => context.Now >= state.ExpiresAt
                ? Accept(new PaymentExpired { At = context.Now })
                : NoChange,
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview
                or PaymentStatus.Authorized or PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.Cancelled
                or PaymentStatus.Expired =>
                Continue(state, context),
        };
    }

    /// <summary>Query, if there is something to learn. The reason for the query is not trusted.</summary>
    public static Decision Decide(PaymentState state, QueryAttempt command, DecisionContext context)
    {
        var refunds = state.Refunds
            .Where(refund => refund.Attempt == command.Attempt
                && PaymentSchedule.IsQueried(state, refund.Operation, context.Now))
            .Select(refund => Query(refund.Operation));
        var hasCharge = state.Status switch
        {
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview or PaymentStatus.Failed
                or PaymentStatus.Expired or PaymentStatus.Authorized or PaymentStatus.Cancelled => true,
            PaymentStatus.Success => command.Attempt != state.PaidAttempt,
        };
        return new Decision.Accepted(
            [],
            [
                .. hasCharge
                    ? [new PaymentEffect.QueryOperation(OperationKey.Charge(command.Attempt), command.IsLikely)]
                    : Enumerable.Empty<PaymentEffect>(),
                .. refunds,
            ]);
    }

    /// <summary>Query what the provider has and is not final. Anybody can say this, any number of times.</summary>
    public static Decision Decide(PaymentState state, HintAttempt command, DecisionContext context) =>
        new Decision.Accepted(
            [],
            [
                .. state.Operations
                    .Where(operation => operation.IsOpen
                        && operation.Phase != OperationPhase.NotSent
                        && state.AttemptOf(operation.Key)!.Number == command.Attempt)
                    .Select(Query)
                    .OfType<PaymentEffect.QueryOperation>()
                    .Distinct()
                    .Select(query => query with { IsHint = true }),
            ]);

    // The first operation that is past its deadline, or due to be sent again, and status queries of all that is open.
    // One at a time: each is a commit of its own, and the next one is due at once.
    private static Decision Continue(PaymentState state, DecisionContext context)
    {
        if (state.Operations.FirstOrDefault(operation => IsPastDeadline(state, operation, context)) is { } hopeless)
        {
            return new Decision.Accepted([AtDeadline(hopeless, context)], [.. Queries(state, context)]);
        }

        foreach (var unsent in state.Operations.Where(operation => operation.Phase == OperationPhase.NotSent))
        {
            if (WhyNotAgain(state, unsent, hasLeft: false, context) is { } failure)
            {
                return Fail(state, unsent, failure, context);
            }

            if (context.Now >= unsent.RetryAt && !state.IsHeld(unsent))
            {
                var again = SendAgain(unsent, resend: unsent.Sends > 1, context);
                // There is nothing to learn of what was not sent, and what failed is queried at times of its own.
                var others = Queries(state, context, isLate: false).Where(query => query != Query(unsent));
                return again with { Effects = [.. again.Effects, .. others] };
            }
        }

        return new Decision.Accepted([], [.. Queries(state, context)]);
    }

    private static bool IsPastDeadline(PaymentState state, ProviderOperation operation, DecisionContext context) =>
        !state.IsInReview(operation) && operation.Phase switch
        {
            OperationPhase.Sending or OperationPhase.Unknown =>
                context.Now >= operation.StartedAt + operation.Traits.Deadline,
            OperationPhase.Accepted => context.Now >= operation.StartedAt + operation.Traits.AcceptedDeadline,
            // No authorisation lasts so long, and the order waits for its capture.
            OperationPhase.Done => state.Status == PaymentStatus.Authorized
                && operation.Key == OperationKey.Charge(state.PaidAttempt)
                && context.Now >= operation.ChangedAt + PaymentSchedule.AuthorizationEnd,
            // Anything else that could not be sent fails.
            OperationPhase.NotSent => state.IsOwed(operation)
                && context.Now >= operation.StartedAt + operation.Traits.Deadline,
            OperationPhase.Failed => false,
        };

    // Whether an authorisation was released moves no money: it runs out, and is watched until then.
    private static PaymentEvent AtDeadline(ProviderOperation operation, DecisionContext context)
    {
        var name = operation.Key.Kind.ToString().ToLowerInvariant();
        return operation.Key.Kind == OperationKind.Void
            ? OperationEvents.Failed(operation, NotKnownReleased, null, context.Now)
            : OperationEvents.ReviewRequired(
                operation,
                operation.Phase switch
                {
                    OperationPhase.NotSent => $"The {name} could not be sent until its deadline; it is still tried.",
                    OperationPhase.Done => "No authorisation lasts so long, and this one was neither captured nor "
                        + "reported as over.",
                    _ => $"The {name}'s outcome stayed unknown to its deadline.",
                },
                context.Now);
    }

    private static IEnumerable<PaymentEffect> Queries(
        PaymentState state, DecisionContext context, bool isLate = true) =>
        state.Operations
            .Where(operation => (isLate || operation.Phase != OperationPhase.Failed)
                && operation.Traits.QueriedAs == operation.Key.Kind
                && PaymentSchedule.IsQueried(state, operation, context.Now))
            .Select(Query);
}
