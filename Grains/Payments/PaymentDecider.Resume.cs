using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

/// <summary>Do what is due: the sweeper's command, after a crash as on any other day.</summary>
public sealed record ResumePayment;

/// <summary>Ask about an attempt and its refunds now: the customer's browser came back from the provider, or the
/// provider said that something happened.</summary>
/// <param name="Attempt">The attempt.</param>
public sealed record QueryAttempt(int Attempt);

// What time brings. Whatever was interrupted looks, to the next process, like something whose answer never came: it is
// asked.
public static partial class PaymentDecider
{
    /// <summary>Resend what was not sent, ask for what is open, expire what nobody pays.</summary>
    public static Decision Decide(PaymentState state, ResumePayment command, DecisionContext context)
    {
        _ = command;
        return state.Status switch
        {
            PaymentStatus.Pending when state.Attempts.IsEmpty => context.Now >= state.ExpiresAt
                ? Accept(new PaymentExpired { At = context.Now })
                : NoChange,
            PaymentStatus.Pending when state.Attempts[^1] is { Phase: AttemptPhase.NotSent } waiting =>
                Retry(state, waiting, context),
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview
                or PaymentStatus.Authorized or PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.Cancelled
                or PaymentStatus.Expired =>
                Continue(state, context),
        };
    }

    /// <summary>Ask, if there is something to learn. What made us ask says nothing that could be trusted.</summary>
    public static Decision Decide(PaymentState state, QueryAttempt command, DecisionContext context)
    {
        _ = context;
        var refunds = state.Refunds
            .Where(refund => refund.Attempt == command.Attempt && PaymentSchedule.IsAskedFor(refund))
            .Select(refund => (PaymentEffect)new PaymentEffect.QueryRefund(refund.Number));
        var hasCharge = state.Status switch
        {
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview or PaymentStatus.Failed
                or PaymentStatus.Expired or PaymentStatus.Authorized or PaymentStatus.Cancelled => true,
            PaymentStatus.Success => command.Attempt != state.PaidAttempt,
        };
        return new Decision.Accepted(
            [],
            [
                .. hasCharge ? [new PaymentEffect.QueryCharge(command.Attempt)] : Enumerable.Empty<PaymentEffect>(),
                .. refunds,
            ]);
    }

    private static Decision Retry(PaymentState state, AttemptState attempt, DecisionContext context)
    {
        if (context.Now >= state.ExpiresAt)
        {
            return FailByUs(
                attempt,
                FailureCodes.ProviderUnreachable,
                "The provider could not be reached in time; nothing was sent.",
                context);
        }

        return context.Now >= attempt.RetryAt
            ? SendAgain(attempt, resend: attempt.Sends > 1, context)
            : Continue(state, context);
    }

    // Questions for all that is open, and the first refund that is due to be sent again. One at a time: each is a
    // commit of its own, and the next one is due at once.
    private static Decision Continue(PaymentState state, DecisionContext context)
    {
        // It waits for its retry, and the order was paid otherwise or given up in the meantime.
        if (state.Attempts.FirstOrDefault(attempt =>
            attempt.Phase == AttemptPhase.NotSent
            && (state.Status != PaymentStatus.Pending || attempt.Number < state.Attempts.Length)) is { } unsent)
        {
            return FailUnsent(unsent, context);
        }

        var questions = state.Attempts.Where(attempt => PaymentSchedule.IsWatched(state, attempt, context.Now))
            .Select(attempt => (PaymentEffect)new PaymentEffect.QueryCharge(attempt.Number))
            .Concat(state.Refunds.Where(PaymentSchedule.IsAskedFor)
                .Select(refund => new PaymentEffect.QueryRefund(refund.Number)))
            .ToImmutableArray();
        var due = state.Refunds.FirstOrDefault(
            refund => refund.Phase == RefundPhase.NotSent && context.Now >= refund.RetryAt);
        if (due is not null)
        {
            var again = SendAgain(due, context);
            return again with { Effects = [.. again.Effects, .. questions] };
        }

        if (RetryAuthorization(state, questions, context) is { } retried)
        {
            return retried;
        }

        var hopeless = state.Refunds.FirstOrDefault(refund =>
            refund is { Status: RefundStatus.Pending, Phase: RefundPhase.Sending or RefundPhase.Unknown }
            && context.Now >= refund.CreatedAt + PaymentSchedule.RefundDeadline);
        return hopeless is not null
            ? new Decision.Accepted(
                [
                    new RefundReviewRequired
                    {
                        At = context.Now,
                        Refund = hopeless.Number,
                        Reason = "The refund's outcome stayed unknown to its deadline.",
                    },
                ],
                questions)
            : new Decision.Accepted([], questions);
    }
}
