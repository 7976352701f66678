using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments;

/// <summary>
/// When a payment wants to be woken. A function of the state and the time alone: no counter is stored, and the next
/// time is the first point of the schedule that is still to come, so that a late sweeper queries once and not for
/// each point that it missed.
/// </summary>
public static class PaymentSchedule
{
    /// <summary>How long a provider that captures automatically has for it, before the engine captures.</summary>
    public static readonly TimeSpan OwnCapture = TimeSpan.FromSeconds(2);

    /// <summary>By when every authorisation has run out: the longest of a provider lasts 30 days (Amazon
    /// Pay).</summary>
    public static readonly TimeSpan AuthorizationEnd = TimeSpan.FromDays(45);

    // 2 s, 5 s, 15 s, 1 min, 5 min, 15 min, 1 h, then hourly. Webhooks usually win the race.
    private static readonly TimeSpan[] StatusQueries =
    [
        TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1),
    ];

    // After an attempt was given up: a webhook that got lost must not hide money for ever.
    private static readonly TimeSpan[] LateQueries =
        [TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromDays(1)];

    // Between the tries to give a surplus back that the provider refuses. PayU refuses a second refund of the same
    // amount for five minutes; an account without money is filled within days.
    private static readonly TimeSpan[] AutomaticRefunds =
    [
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(6),
        TimeSpan.FromDays(1),
    ];

    // When the provider's word cannot change any more. More than once, because nothing remembers whether a status
    // query that changed nothing had a result.
    private static readonly TimeSpan[] LastQueries =
        [TimeSpan.FromMinutes(10), TimeSpan.FromHours(6), TimeSpan.FromDays(1)];

    // Of a capture or refund that a webhook reported, until a status query confirms it. At leisure: who waits for an
    // outcome goes first, and where a provider's budget is short for days, the webhook's word stands.
    private static readonly TimeSpan[] Confirmations =
    [
        TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(6),
        TimeSpan.FromHours(12), TimeSpan.FromDays(1), TimeSpan.FromDays(2), TimeSpan.FromDays(3), TimeSpan.FromDays(7),
    ];

    private static readonly TimeSpan ConfirmationsEnd = TimeSpan.FromDays(8);

    // With the last of them, and a sweeper that comes late to it.
    private static readonly TimeSpan LastQueriesEnd = TimeSpan.FromDays(2);

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    // A held authorisation changes at the provider without us when it runs out.
    private static readonly TimeSpan AuthorizationStep = TimeSpan.FromHours(6);

    // What a customer paid and no merchant was told of is given back by the banks within five days (T+5; Reserve Bank
    // of India, turn-around time for failed transactions, 2019). Until then it may still appear.
    private static readonly TimeSpan Reversal = TimeSpan.FromDays(5);

    /// <summary>When the payment wants to be woken next, after <paramref name="now"/>; null: never.</summary>
    public static DateTimeOffset? NextActionAt(PaymentState state, DateTimeOffset now) => Next(state, now)?.At;

    /// <summary>When the payment wants to be woken next, after <paramref name="now"/>, and how urgent that is; null:
    /// never. What may have moved money without our knowing, or has yet to be sent, is recovery, whichever of the
    /// payment's times comes first: a wake-up is for all of them.</summary>
    public static DueTime? Next(PaymentState state, DateTimeOffset now)
    {
        DateTimeOffset? next = null;
        var lane = DueLane.Routine;
        // Where no provider can be queried, the expiry alone ends it: also if it passed between the decision and this
        // commit.
        if (state.Status is PaymentStatus.Pending or PaymentStatus.RequiresAction
            && (state.ExpiresAt > now || state.Attempts.IsEmpty))
        {
            next = Later(state.ExpiresAt, now);
        }

        foreach (var attempt in state.Attempts)
        {
            Add(attempt.Charge);
            Add(attempt.UnderWay);
        }

        foreach (var refund in state.Refunds)
        {
            Add(refund.Operation);
        }

        return next is { } at ? new DueTime(at, lane) : null;

        void Add(ProviderOperation? operation)
        {
            if (operation is not null && NextOf(state, operation, now) is { } time)
            {
                next = Earlier(next, time);
                lane = operation.MayHaveArrived || operation.Phase == OperationPhase.NotSent
                    ? DueLane.Recovery
                    : lane;
            }
        }
    }

    /// <summary>How long to wait before sending an operation again that could not be sent: 1 s, doubling with each send
    /// to the longest that its kind has, and a day past its deadline, where only what is owed is still sent.</summary>
    public static TimeSpan RetryDelay(ProviderOperation operation, DateTimeOffset now)
    {
        if (now >= operation.StartedAt + operation.Traits.Deadline)
        {
            return TimeSpan.FromDays(1);
        }

        var delay = TimeSpan.FromSeconds(1 << Math.Min(operation.Sends - 1, 12));
        var longest = operation.Traits.LongestRetry;
        return delay < longest ? delay : longest;
    }

    /// <summary>How long to wait before a surplus is given back again after a refusal; null: an operator
    /// decides.</summary>
    /// <param name="tries">How often it was tried.</param>
    public static TimeSpan? AutomaticRefundDelay(int tries) =>
        tries <= AutomaticRefunds.Length ? AutomaticRefunds[tries - 1] : null;

    /// <summary>Whether there is something to learn of the operation by a status query of its kind.</summary>
    public static bool IsQueried(PaymentState state, ProviderOperation operation, DateTimeOffset now) =>
        operation.Phase switch
        {
            OperationPhase.Sending or OperationPhase.Unknown => true,
            OperationPhase.Accepted => IsAwaited(state, operation) || now < LastQueryBefore(state, operation),
            OperationPhase.Done => IsAuthorized(state, operation)
                || (ConfirmableAt(state, operation) is { } confirmableAt
                    && now >= confirmableAt
                    && now < confirmableAt + ConfirmationsEnd),
            OperationPhase.Failed => MayStillSucceed(state, operation) && now < LastQueryBefore(state, operation),
            OperationPhase.NotSent => false,
        };

    private static DateTimeOffset? NextOf(PaymentState state, ProviderOperation operation, DateTimeOffset now) =>
        operation.Phase switch
        {
            OperationPhase.NotSent => state.IsHeld(operation) ? null : Later(operation.RetryAt!.Value, now),
            // Also as soon as a "not found" is final, so that what got lost is sent again then.
            OperationPhase.Sending or OperationPhase.Unknown => EarlierOf(
                After(operation.ChangedAt, now, StatusQueries, Hour),
                operation.Send.NotFoundFinalAt > now ? operation.Send.NotFoundFinalAt : null),
            OperationPhase.Accepted => IsAwaited(state, operation)
                ? After(operation.ChangedAt, now, StatusQueries, operation.Traits.AcceptedStep)
                : NextLate(state, operation, now),
            OperationPhase.Done => IsAuthorized(state, operation) ? NextOfAuthorized(state, operation, now)
                : ConfirmableAt(state, operation) is { } confirmableAt ? AfterAll(confirmableAt, now, Confirmations)
                : null,
            OperationPhase.Failed => MayStillSucceed(state, operation) ? NextLate(state, operation, now) : null,
        };

    // A capture or a release that is under way has times of its own.
    private static DateTimeOffset? NextOfAuthorized(PaymentState state, ProviderOperation charge, DateTimeOffset now)
    {
        var attempt = state.Attempts[charge.Key.Number - 1];
        if (now >= charge.ChangedAt + AuthorizationEnd && state.Status != PaymentStatus.Authorized)
        {
            return null;
        }

        return attempt.UnderWay is { } operation && !state.IsHeld(operation)
            ? null
            : attempt is { UnderWay: null, ProviderCaptures: true, Failure: null }
                ? After(charge.ChangedAt, now, StatusQueries, Hour)
                : After(charge.ChangedAt, now, [], AuthorizationStep);
    }

    // Of a payment that was given up an outcome is not awaited any more; it only must not stay hidden for ever.
    private static bool IsAwaited(PaymentState state, ProviderOperation operation) =>
        !operation.Traits.WaitsForCustomer
            || state.Status is PaymentStatus.Pending or PaymentStatus.RequiresAction or PaymentStatus.NeedsReview;

    // What is authorised changes at the provider without us.
    private static bool IsAuthorized(PaymentState state, ProviderOperation operation) =>
        operation.Key.Kind == OperationKind.Charge
            && state.Attempts[operation.Key.Number - 1].Phase == AttemptPhase.Authorized;

    // Null: there is nothing to confirm.
    private static DateTimeOffset? ConfirmableAt(PaymentState state, ProviderOperation operation) =>
        operation.Key.Kind switch
        {
            OperationKind.Charge => state.Attempts[operation.Key.Number - 1] is { IsUnconfirmed: true } attempt
                ? attempt.ConfirmableAt
                : null,
            OperationKind.Refund => state.Refunds[operation.Key.Number - 1] is { IsUnconfirmed: true } refund
                ? refund.ConfirmableAt
                : null,
            OperationKind.Capture or OperationKind.Void => null,
        };

    // What the provider knows may turn into a success after it failed, and what it did not find may appear late.
    private static bool MayStillSucceed(PaymentState state, ProviderOperation operation) =>
        operation.Key.Kind == OperationKind.Charge
            && state.Attempts[operation.Key.Number - 1] is var attempt
            && (attempt.ProviderReference is not null || WasNotFound(attempt));

    private static bool WasNotFound(AttemptState attempt) =>
        attempt.Failure?.Code is FailureCodes.NotExecuted or FailureCodes.InterruptedBeforeSend;

    // From when on the provider's word cannot change. A customer may pay what the provider accepted until the payment
    // expires, whatever we gave up before.
    private static DateTimeOffset FinalAt(PaymentState state, ProviderOperation charge)
    {
        var givenUpAt = charge.Phase == OperationPhase.Accepted && state.ExpiresAt > charge.ChangedAt
            ? state.ExpiresAt
            : charge.ChangedAt;
        var attempt = state.Attempts[charge.Key.Number - 1];
        return givenUpAt
            + (WasNotFound(attempt) && attempt.LateSuccess < Reversal ? Reversal : attempt.LateSuccess);
    }

    private static DateTimeOffset LastQueryBefore(PaymentState state, ProviderOperation charge) =>
        FinalAt(state, charge) + LastQueriesEnd;

    private static DateTimeOffset? NextLate(PaymentState state, ProviderOperation charge, DateTimeOffset now)
    {
        var finalAt = FinalAt(state, charge);
        return AfterAll(charge.ChangedAt, now, LateQueries) is { } next && next < finalAt
            ? next
            : AfterAll(finalAt, now, LastQueries);
    }

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
