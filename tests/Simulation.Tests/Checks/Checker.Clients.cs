using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Refunds;
using PaymentCluster.Simulation.Tests.Providers;

namespace PaymentCluster.Simulation.Tests.Checks;

// What is checked of the answers that clients get.
internal sealed partial class Checker
{
    private readonly Dictionary<string, PaymentId> _answersByKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PaymentId> _answersByOrder = new(StringComparer.Ordinal);

    /// <summary>Whether an attempt is paid by its provider's books; null where they may still change.</summary>
    public bool? BooksOf(AttemptId attempt) => ChargeOf(_trails[attempt.Payment], attempt.Number) switch
    {
        { Step: Step.Done, IsAsAsked: true } => true,
        { Step: Step.Failed } => false,
        _ => null,
    };

    /// <summary>A client is shown a payment.</summary>
    /// <param name="view">What it is shown.</param>
    /// <param name="order">The order that it asked for.</param>
    /// <param name="key">The idempotency key that it asked with, if it asked for something to be done.</param>
    public void Answered(PaymentView view, string order, string? key)
    {
        Require(_trails.TryGetValue(view.Id, out var trail), "I3", "a payment that was answered exists");
        Require(view.Version <= trail!.States.Count, "I3", "what was answered is durable");
        var state = trail.States[view.Version - 1];
        Require(
            view.OrderId == order
                && view.OrderId == state.OrderId
                && view.Amount == state.Amount
                && view.Status == state.Status
                && view.CapturedMinor == (state.Current?.CapturedMinor ?? 0)
                && view.Refunds.Length == state.Refunds.Length,
            "I3",
            "what was answered is true");
        Require(SameAsBefore(_answersByOrder, order, view.Id), "I10", "an order has one payment");
        Require(
            key is null || SameAsBefore(_answersByKey, key, view.Id), "I10", "the same key leads to the same payment");
    }

    /// <summary>A client is shown a refund that it asked for.</summary>
    public void Answered(RefundView view, string? key)
    {
        Require(
            _trails.TryGetValue(view.Id.Payment, out var trail),
            "I3",
            "the payment of a refund that was answered exists");
        Require(
            trail!.Last.Refund(view.Id.Number) is { Automatic: false } refund
                && refund.AmountMinor == view.Amount.AmountMinor,
            "I3",
            "a refund that was answered exists");
        Require(
            key is null || (trail.Last.Requests.TryGetValue(key, out var request) && request.Refund == view.Id.Number),
            "I10",
            "the same key leads to the same refund");
    }

    /// <summary>A client is shown a payment's history.</summary>
    public void Answered(PaymentId payment, IReadOnlyList<TimelineEntry> timeline, int after)
    {
        var states = _trails[payment].States;
        foreach (var entry in timeline)
        {
            Require(entry.Version == ++after, "I3", "a history has no gaps");
            Require(
                entry.Version <= states.Count && states[entry.Version - 1].Status == entry.Status,
                "I3",
                "a history that was answered is durable");
        }
    }

    private static bool SameAsBefore(Dictionary<string, PaymentId> answers, string name, PaymentId payment) =>
        answers.TryAdd(name, payment) || answers[name] == payment;
}
