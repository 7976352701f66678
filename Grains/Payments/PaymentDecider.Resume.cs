using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

/// <summary>Do what is due: the sweeper's command, after a crash as on any other day.</summary>
public sealed record ResumePayment;

/// <summary>Query an attempt and its refunds now: the customer's browser returned from the provider, or the provider
/// said that something happened.</summary>
/// <param name="Attempt">The attempt.</param>
public sealed record QueryAttempt(int Attempt);

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
                .. hasCharge ? [Query(state.Attempts[command.Attempt - 1].Charge)] : Enumerable.Empty<PaymentEffect>(),
                .. refunds,
            ]);
    }

    // Status queries of all that is open, and the first operation that is due to be sent again. One at a time: each is
    // a commit of its own, and the next one is due at once.
    private static Decision Continue(PaymentState state, DecisionContext context)
    {
        foreach (var unsent in state.Operations.Where(operation => operation.Phase == OperationPhase.NotSent))
        {
            if (WhyNotAgain(state, unsent, hasLeft: false, context) is { } failure)
            {
                return Accept(OperationEvents.Failed(unsent, failure, null, context.Now));
            }

            if (context.Now >= unsent.RetryAt && !state.IsHeld(unsent))
            {
                var again = SendAgain(unsent, resend: unsent.Sends > 1, context);
                // There is nothing to learn of what was not sent, and what failed is queried at times of its own.
                var others = Queries(state, context, isLate: false).Where(query => query != Query(unsent));
                return again with { Effects = [.. again.Effects, .. others] };
            }
        }

        var queries = Queries(state, context).ToImmutableArray();
        return state.Operations.FirstOrDefault(operation => IsPastDeadline(state, operation, context)) is { } hopeless
            ? new Decision.Accepted(
                [
                    OperationEvents.ReviewRequired(
                        hopeless,
                        $"The {hopeless.Key.Kind.ToString().ToLowerInvariant()}'s outcome stayed unknown to its "
                            + "deadline.",
                        context.Now),
                ],
                queries)
            : new Decision.Accepted([], queries);
    }

    private static bool IsPastDeadline(PaymentState state, ProviderOperation operation, DecisionContext context) =>
        operation.MayHaveArrived
        && context.Now >= operation.StartedAt + operation.Traits.Deadline
        && !state.IsInReview(operation);

    private static IEnumerable<PaymentEffect> Queries(
        PaymentState state, DecisionContext context, bool isLate = true) =>
        state.Operations
            .Where(operation => (isLate || operation.Phase != OperationPhase.Failed)
                && operation.Traits.QueriedAs == operation.Key.Kind
                && PaymentSchedule.IsQueried(state, operation, context.Now))
            .Select(Query);
}
