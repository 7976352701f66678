using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Refunds;
using PaymentCluster.Simulation.Tests.Providers;

namespace PaymentCluster.Simulation.Tests.Checks;

// The checks of clients' responses.
internal sealed partial class Checker
{
    private readonly Dictionary<string, PaymentId> _repliesByKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PaymentId> _repliesByOrder = new(StringComparer.Ordinal);

    /// <summary>Whether an attempt is paid by its provider's books; null where they may still change.</summary>
    public bool? BooksOf(AttemptId attempt) => ChargeOf(_trails[attempt.Payment], attempt.Number) switch
    {
        { Step: Step.Done, IsRequestedAmount: true } => true,
        { Step: Step.Failed } => false,
        _ => null,
    };

    /// <summary>A client is shown a payment.</summary>
    /// <param name="view">What it is shown.</param>
    /// <param name="order">The order of the request.</param>
    /// <param name="key">The request's idempotency key, if it was a command.</param>
    public void Received(PaymentView view, string order, string? key)
    {
        Require(_trails.TryGetValue(view.Id, out var trail), "I3", "a returned payment exists");
        Require(view.Version <= trail!.States.Count, "I3", "what was returned is durable");
        var state = trail.States[view.Version - 1];
        Require(
            view.OrderId == order
                && view.OrderId == state.OrderId
                && view.Amount == state.Amount
                && view.Status == state.Status
                && view.CapturedMinor == (state.Current?.CapturedMinor ?? 0)
                && view.Refunds.Length == state.Refunds.Length,
            "I3",
            "what was returned is true");
        Require(SameAsBefore(_repliesByOrder, order, view.Id), "I10", "an order has one payment");
        Require(
            key is null || SameAsBefore(_repliesByKey, key, view.Id), "I10", "the same key leads to the same payment");
    }

    /// <summary>A client gets a refund that it requested.</summary>
    public void Received(RefundView view, string? key)
    {
        Require(
            _trails.TryGetValue(view.Id.Payment, out var trail),
            "I3",
            "the payment of a returned refund exists");
        Require(
            trail!.Last.Refund(view.Id.Number) is { Automatic: false } refund
                && refund.AmountMinor == view.Amount.AmountMinor,
            "I3",
            "a returned refund exists");
        Require(
            key is null || (trail.Last.Requests.TryGetValue(key, out var request) && request.Refund == view.Id.Number),
            "I10",
            "the same key leads to the same refund");
    }

    /// <summary>A client is shown a payment's history.</summary>
    public void Received(PaymentId payment, IReadOnlyList<TimelineEntry> timeline, int after)
    {
        var states = _trails[payment].States;
        foreach (var entry in timeline)
        {
            Require(entry.Version == ++after, "I3", "a history has no gaps");
            Require(
                entry.Version <= states.Count && states[entry.Version - 1].Status == entry.Status,
                "I3",
                "a returned history is durable");
        }
    }

    private static bool SameAsBefore(Dictionary<string, PaymentId> replies, string name, PaymentId payment) =>
        replies.TryAdd(name, payment) || replies[name] == payment;
}
