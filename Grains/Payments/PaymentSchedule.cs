using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

/// <summary>
/// When a payment wants to be woken. A function of the state and the time alone: no counter is stored, and the next
/// time is the first point of the schedule that is still to come, so that a late sweeper asks once and not for each
/// point that it missed.
/// </summary>
public static class PaymentSchedule
{
    /// <summary>How long a refund may stay unknown before an operator is asked.</summary>
    public static readonly TimeSpan RefundDeadline = TimeSpan.FromDays(7);

    /// <summary>How long a provider that captures by itself has for it, before it is told to.</summary>
    public static readonly TimeSpan OwnCapture = TimeSpan.FromSeconds(2);

    // RELIABILITY: inquiry at 2 s, 5 s, 15 s, 1 min, 5 min, 15 min, 1 h, then hourly. Webhooks usually win the race.
    private static readonly TimeSpan[] Inquiries =
    [
        TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1),
    ];

    // After an attempt was given up: a webhook that got lost must not hide money for ever.
    private static readonly TimeSpan[] LateInquiries =
        [TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromDays(1)];

    // When the provider's word cannot change any more. More than once, because nobody remembers whether a question that
    // changed nothing was answered.
    private static readonly TimeSpan[] LastInquiries =
        [TimeSpan.FromMinutes(10), TimeSpan.FromHours(6), TimeSpan.FromDays(1)];

    // With the last of them, and a sweeper that comes late to it.
    private static readonly TimeSpan LastInquiriesEnd = TimeSpan.FromDays(2);

    private static readonly TimeSpan FirstRefundRetry = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    // A refund that a bank takes days for is not asked for every hour of them.
    private static readonly TimeSpan SlowRefundStep = TimeSpan.FromHours(6);

    // A held authorisation changes at the provider without us when it runs out.
    private static readonly TimeSpan AuthorizationStep = TimeSpan.FromHours(6);

    /// <summary>When the payment wants to be woken next, after <paramref name="now"/>; null: never.</summary>
    public static DateTimeOffset? NextActionAt(PaymentState state, DateTimeOffset now)
    {
        DateTimeOffset? next = null;
        // Where nobody can be asked, the expiry alone ends it: also if it passed between the decision and this commit.
        if (state.Status is PaymentStatus.Pending or PaymentStatus.RequiresAction
            && (state.ExpiresAt > now || state.Attempts.IsEmpty))
        {
            next = Later(state.ExpiresAt, now);
        }

        foreach (var attempt in state.Attempts)
        {
            next = Earlier(next, NextOf(state, attempt, now));
        }

        foreach (var refund in state.Refunds)
        {
            next = Earlier(next, NextOf(refund, now));
        }

        return next;
    }

    /// <summary>How long to wait before sending again what could not be sent this often: 1 s, doubling to a
    /// minute.</summary>
    public static TimeSpan RetryDelay(int sends) => TimeSpan.FromSeconds(Math.Min(60, 1 << Math.Min(sends - 1, 6)));

    /// <summary>How long to wait before sending a capture or a release again that could not be sent this often: 1 s,
    /// doubling to an hour. An authorisation lasts for days, and each try is an event.</summary>
    public static TimeSpan AuthorizationRetryDelay(int sends) =>
        TimeSpan.FromSeconds(Math.Min(3600, 1 << Math.Min(sends - 1, 12)));

    /// <summary>How long to wait before sending a refund again that could not be sent:
    /// as long as it is old, between 4 s and an hour. A refund does not expire, and each try is an event.</summary>
    public static TimeSpan RefundRetryDelay(TimeSpan age) =>
        age < FirstRefundRetry ? FirstRefundRetry : age > Hour ? Hour : age;

    /// <summary>Whether there is something to learn of the attempt by asking.</summary>
    public static bool IsWatched(PaymentState state, AttemptState attempt, DateTimeOffset now) => attempt.Phase switch
    {
        AttemptPhase.Sending or AttemptPhase.Unknown or AttemptPhase.Authorized => true,
        AttemptPhase.Accepted => IsAwaited(state) || now < FinalAt(state, attempt) + LastInquiriesEnd,
        AttemptPhase.Failed =>
            attempt.ProviderReference is not null && now < FinalAt(state, attempt) + LastInquiriesEnd,
        AttemptPhase.NotSent or AttemptPhase.Captured => false,
    };

    /// <summary>Whether there is something to learn of the refund by asking.</summary>
    public static bool IsAskedFor(RefundState refund) =>
        refund.Status is RefundStatus.Pending or RefundStatus.NeedsReview
            && refund.Phase is not RefundPhase.NotSent and not RefundPhase.Done;

    // Somebody waits for the outcome of an undecided payment; of one that was given up it only must not stay hidden for
    // ever.
    private static bool IsAwaited(PaymentState state) =>
        state.Status is PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview;

    // From when on the provider's word cannot change. A customer may pay what the provider accepted until the payment
    // expires, whatever we gave up before.
    private static DateTimeOffset FinalAt(PaymentState state, AttemptState attempt)
    {
        var givenUpAt = attempt.Phase == AttemptPhase.Accepted && state.ExpiresAt > attempt.ChangedAt
            ? state.ExpiresAt
            : attempt.ChangedAt;
        return givenUpAt + attempt.LateSuccess;
    }

    private static DateTimeOffset? NextLate(PaymentState state, AttemptState attempt, DateTimeOffset now)
    {
        var finalAt = FinalAt(state, attempt);
        return AfterAll(attempt.ChangedAt, now, LateInquiries) is { } next && next < finalAt
            ? next
            : AfterAll(finalAt, now, LastInquiries);
    }

    private static DateTimeOffset? NextOf(PaymentState state, AttemptState attempt, DateTimeOffset now) =>
        attempt.Phase switch
        {
            AttemptPhase.Sending or AttemptPhase.Unknown => After(attempt.ChangedAt, now, Inquiries, Hour),
            AttemptPhase.NotSent => Later(attempt.RetryAt!.Value, now),
            AttemptPhase.Accepted =>
                IsAwaited(state) ? After(attempt.ChangedAt, now, Inquiries, Hour) : NextLate(state, attempt, now),
            AttemptPhase.Authorized when attempt.CaptureIntent is { } intent => NextOf(attempt, intent, now),
            AttemptPhase.Authorized when attempt.VoidIntent is { } intent => NextOf(attempt, intent, now),
            AttemptPhase.Authorized when attempt.ProviderCaptures && attempt.Failure is null =>
                After(attempt.ChangedAt, now, Inquiries, Hour),
            AttemptPhase.Authorized => After(attempt.ChangedAt, now, [], AuthorizationStep),
            AttemptPhase.Failed when attempt.ProviderReference is not null => NextLate(state, attempt, now),
            AttemptPhase.Failed or AttemptPhase.Captured => null,
        };

    private static DateTimeOffset NextOf(AttemptState attempt, AuthorizationIntent intent, DateTimeOffset now) =>
        intent.RetryAt is { } retryAt
            ? Later(retryAt, now)
            : EarlierOf(
                After(attempt.ChangedAt, now, Inquiries, Hour), intent.AgainAt > now ? intent.AgainAt : null);

    private static DateTimeOffset? NextOf(RefundState refund, DateTimeOffset now) => refund.Phase switch
    {
        RefundPhase.Sending or RefundPhase.Unknown or RefundPhase.Accepted =>
            After(refund.UpdatedAt, now, Inquiries, SlowRefundStep),
        RefundPhase.NotSent => Later(refund.RetryAt!.Value, now),
        RefundPhase.Done => null,
    };

    // The first point after now; past the last one, every further step.
    private static DateTimeOffset After(DateTimeOffset since, DateTimeOffset now, TimeSpan[] points, TimeSpan step)
    {
        if (AfterAll(since, now, points) is { } point)
        {
            return point;
        }

        var steps = Math.Max(0, (now - since) / step);
        return since + (step * (Math.Floor(steps) + 1));
    }

    private static DateTimeOffset? AfterAll(DateTimeOffset since, DateTimeOffset now, TimeSpan[] points)
    {
        foreach (var point in points)
        {
            if (since + point > now)
            {
                return since + point;
            }
        }

        return null;
    }

    private static DateTimeOffset Later(DateTimeOffset at, DateTimeOffset now) =>
        at > now ? at : now + TimeSpan.FromSeconds(1);

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null ? other : other is null || one < other ? one : other;

    private static DateTimeOffset EarlierOf(DateTimeOffset one, DateTimeOffset? other) =>
        other < one ? other.Value : one;
}
