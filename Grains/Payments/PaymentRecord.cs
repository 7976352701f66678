using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments;

/// <summary>Between a payment's state and what the journal keeps of it.</summary>
public static class PaymentRecord
{
    /// <summary>The state that a stored payment's events make, compared with the figures stored beside them.</summary>
    /// <exception cref="InvalidOperationException">The two disagree: nothing may be built on this payment.</exception>
    public static PaymentState Fold(StoredPayment stored)
    {
        PaymentState? state = null;
        foreach (var happened in stored.Events)
        {
            state = PaymentState.Evolve(state, PaymentEventJson.Read(happened));
        }

        if (state is null || state.Version != stored.Version || RowOf(state) != stored.Row)
        {
            throw new InvalidOperationException("A payment's events and its row disagree.");
        }

        return state.CheckInvariants();
    }

    /// <summary>The figures of a state that are stored beside its events.</summary>
    public static PaymentRow RowOf(PaymentState state) => new()
    {
        OrderId = state.OrderId,
        CustomerId = state.Customer.Id,
        Status = state.Status,
        Amount = state.Amount,
        Method = state.Current?.Method.Kind,
        AuthorizedMinor = state.AuthorizedMinor,
        CapturedMinor = state.CapturedMinor,
        RefundedMinor = state.RefundedMinor,
        CreatedAt = state.CreatedAt,
        UpdatedAt = state.UpdatedAt,
    };

    /// <summary>What one decision makes durable.</summary>
    /// <param name="key">The payment.</param>
    /// <param name="before">The state that was decided on; null for a new payment.</param>
    /// <param name="after">The state after the events.</param>
    /// <param name="events">The events; none to move the schedule alone.</param>
    /// <param name="request">The client's name for the request.</param>
    /// <param name="now">Now.</param>
    public static PaymentCommit CommitOf(
        PaymentKey key,
        PaymentState? before,
        PaymentState after,
        ImmutableArray<PaymentEvent> events,
        RequestKey? request,
        DateTimeOffset now)
    {
        var version = before?.Version ?? 0;
        var next = PaymentSchedule.Next(after, now);
        var alarms = PaymentAlarms.Of(after);
        return new PaymentCommit
        {
            Key = key,
            ExpectedVersion = version,
            Row = RowOf(after),
            Events = [.. events.Select((happened, index) => PaymentEventJson.Write(happened, version + index + 1))],
            Transfers = LedgerPostings.Of(key.Payment, after, events),
            Request = request,
            NextActionAt = next?.At,
            Lane = next?.Lane ?? DueLane.Routine,
            Raised = PaymentAlarms.RaisedBy(alarms, events),
            Cleared = PaymentAlarms.ClearedSince(before, alarms),
            Change = PaymentChanges.Of(events),
        };
    }
}
