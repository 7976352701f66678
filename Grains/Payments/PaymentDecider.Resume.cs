using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments;

/// <summary>Do what is due: the sweeper's command, after a crash as on any other day.</summary>
public sealed record ResumePayment;

/// <summary>Ask about an attempt and its refunds now: the customer's browser came back from the provider, or the
/// provider said that something happened.</summary>
/// <param name="Attempt">The attempt.</param>
public sealed record AskAboutAttempt(int Attempt);

// What time brings. Whatever was interrupted looks, to the next process, like something whose answer never came: it is
// asked.
public static partial class PaymentDecider
{
    /// <summary>Resend what was not sent, ask for what is open, expire what nobody pays.</summary>
    public static Decision Decide(PaymentState state, ResumePayment command, Terms terms)
    {
        _ = command;
        return state.Status switch
        {
            PaymentStatus.Pending when state.Attempts.IsEmpty => terms.Now >= state.ExpiresAt
                ? Accept(new PaymentExpired { At = terms.Now })
                : Nothing,
            PaymentStatus.Pending when state.Attempts[^1] is { Phase: AttemptPhase.NotSent } waiting =>
                Retry(state, waiting, terms),
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview
                or PaymentStatus.Authorized or PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.Cancelled
                or PaymentStatus.Expired =>
                Continue(state, terms),
        };
    }

    /// <summary>Ask, if there is something to learn. What made us ask says nothing that could be trusted.</summary>
    public static Decision Decide(PaymentState state, AskAboutAttempt command, Terms terms)
    {
        _ = terms;
        var refunds = state.Refunds
            .Where(refund => refund.Attempt == command.Attempt && PaymentSchedule.IsAskedFor(refund))
            .Select(refund => (PaymentEffect)new PaymentEffect.AskRefund(refund.Number));
        var hasCharge = state.Status switch
        {
            PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview or PaymentStatus.Failed
                or PaymentStatus.Expired or PaymentStatus.Authorized or PaymentStatus.Cancelled => true,
            PaymentStatus.Success => command.Attempt != state.PaidAttempt,
        };
        return new Decision.Accepted(
            [],
            [
                .. hasCharge ? [new PaymentEffect.AskCharge(command.Attempt)] : Enumerable.Empty<PaymentEffect>(),
                .. refunds,
            ]);
    }

    private static Decision Retry(PaymentState state, AttemptState attempt, Terms terms)
    {
        if (terms.Now >= state.ExpiresAt)
        {
            return FailByUs(
                attempt,
                FailureCodes.ProviderUnreachable,
                "The provider could not be reached in time; nothing was sent.",
                terms);
        }

        return terms.Now >= attempt.RetryAt
            ? SendAgain(attempt, resend: attempt.Sends > 1, terms)
            : Continue(state, terms);
    }

    // Questions for all that is open, and the first refund that is due to be sent again. One at a time: each is a
    // commit of its own, and the next one is due at once.
    private static Decision Continue(PaymentState state, Terms terms)
    {
        // It waits for its retry, and the order was paid otherwise or given up in the meantime.
        if (state.Attempts.FirstOrDefault(attempt =>
            attempt.Phase == AttemptPhase.NotSent
            && (state.Status != PaymentStatus.Pending || attempt.Number < state.Attempts.Length)) is { } unsent)
        {
            return FailUnsent(unsent, terms);
        }

        var questions = state.Attempts.Where(attempt => PaymentSchedule.IsWatched(state, attempt, terms.Now))
            .Select(attempt => (PaymentEffect)new PaymentEffect.AskCharge(attempt.Number))
            .Concat(state.Refunds.Where(PaymentSchedule.IsAskedFor)
                .Select(refund => new PaymentEffect.AskRefund(refund.Number)))
            .ToImmutableArray();
        var due = state.Refunds.FirstOrDefault(
            refund => refund.Phase == RefundPhase.NotSent && terms.Now >= refund.RetryAt);
        if (due is not null)
        {
            var again = SendAgain(due, terms);
            return again with { Effects = [.. again.Effects, .. questions] };
        }

        if (RetryAuthorization(state, questions, terms) is { } retried)
        {
            return retried;
        }

        var hopeless = state.Refunds.FirstOrDefault(refund =>
            refund is { Status: RefundStatus.Pending, Phase: RefundPhase.Sending or RefundPhase.Unknown }
            && terms.Now >= refund.CreatedAt + PaymentSchedule.RefundDeadline);
        return hopeless is not null
            ? new Decision.Accepted(
                [
                    new RefundReviewRequired
                    {
                        At = terms.Now,
                        Refund = hopeless.Number,
                        Reason = "The refund's outcome stayed unknown to its deadline.",
                    },
                ],
                questions)
            : new Decision.Accepted([], questions);
    }
}
