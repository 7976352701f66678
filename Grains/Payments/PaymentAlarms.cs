using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Alarms;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments;

/// <summary>What of a payment needs an operator: a function of its state, so that no alarm is raised or cleared
/// apart from it.</summary>
public static class PaymentAlarms
{
    /// <summary>The open alarms of a state.</summary>
    public static ImmutableHashSet<PaymentAlarm> Of(PaymentState? state)
    {
        if (state is null)
        {
            return [];
        }

        var open = ImmutableHashSet<PaymentAlarm>.Empty;
        if (state.Status == PaymentStatus.NeedsReview)
        {
            open = open.Add(new PaymentAlarm(AlarmKind.PaymentReview, state.ReviewAttempt));
        }

        foreach (var refund in state.Refunds)
        {
            open = refund.Status == RefundStatus.NeedsReview
                ? open.Add(new PaymentAlarm(AlarmKind.RefundReview, refund.Number))
                : open;
        }

        foreach (var money in state.Unexpected)
        {
            open = money.IsCleared ? open : open.Add(new PaymentAlarm(AlarmKind.UnexpectedMoney, money.Number));
        }

        return open;
    }

    /// <summary>What the events of a decision raise, as far as it is open after them.</summary>
    /// <param name="open">The open alarms after the events.</param>
    /// <param name="events">The events.</param>
    public static ImmutableArray<RaisedAlarm> RaisedBy(
        ImmutableHashSet<PaymentAlarm> open, ImmutableArray<PaymentEvent> events) => open.IsEmpty
            ? []
            : [.. events.Select(RaisedBy).OfType<RaisedAlarm>().Where(raised => open.Contains(raised.Alarm))];

    /// <summary>What was open before a decision and is not any more.</summary>
    /// <param name="before">The state before it; null for a new payment.</param>
    /// <param name="open">The open alarms after it.</param>
    public static ImmutableArray<PaymentAlarm> ClearedSince(
        PaymentState? before, ImmutableHashSet<PaymentAlarm> open)
    {
        var past = Of(before);
        return past.IsEmpty ? [] : [.. past.Except(open)];
    }

    private static RaisedAlarm? RaisedBy(PaymentEvent happened) => happened switch
    {
        ReviewRequired e => new(new(AlarmKind.PaymentReview, e.Attempt), e.At, e.Reason),
        RefundReviewRequired e => new(new(AlarmKind.RefundReview, e.Refund), e.At, e.Reason),
        UnexpectedMoneyReported e => new(new(AlarmKind.UnexpectedMoney, e.Number), e.At, e.Reason),
        _ => null,
    };
}
