using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Simulation.Tests.Providers;

namespace PaymentCluster.Simulation.Tests.Checks;

// What is checked where the engine and the provider meet.
internal sealed partial class Checker
{
    // Between two silos; the true time is in the middle.
    private static readonly TimeSpan ClockError = TimeSpan.FromSeconds(10);

    // Four questions in the first minute after each change; the rest is for silos that die, and for clients that ask.
    private const int MaxQuestionsInAMinute = 60;

    private readonly HashSet<string> _takenIn = new(StringComparer.Ordinal);

    /// <summary>A request is about to leave.</summary>
    /// <param name="now">By the clock of the machine that it leaves.</param>
    /// <param name="terms">What the intent promised.</param>
    public static void BytesLeave(DateTimeOffset now, SendTerms terms) =>
        Require(now <= terms.Before, "I4", "no request leaves after its intent says it would");

    /// <summary>A request for a charge arrives at the provider.</summary>
    /// <param name="name">The charge's name.</param>
    /// <param name="isLate">Whether it was frozen on the wire past its window, so that nobody could know of it.</param>
    public void ChargeArrives(string name, bool isLate)
    {
        var isAttempt = AttemptId.TryParse(name, out var id);
        var attempt = isAttempt && _trails.TryGetValue(id.Payment, out var trail) ? trail.Last.Attempt(id.Number) : null;
        Require(attempt is not null, "I4", "the provider is asked only for charges whose intent is durable, under the attempt's name");
        Require(
            isLate || attempt!.Failure?.Code is not (FailureCodes.NotExecuted or FailureCodes.InterruptedBeforeSend),
            "I4",
            "no request arrives that was believed never to");
    }

    /// <summary>A request for a refund arrives at the provider.</summary>
    public void RefundArrives(string name) => Require(
        RefundId.TryParse(name, out var id) && _trails.TryGetValue(id.Payment, out var trail) && id.Number <= trail.Last.Refunds.Length,
        "I4",
        "the provider is asked only for refunds whose intent is durable, under the refund's name");

    /// <summary>The provider captures.</summary>
    public static void Captures(SimulatedCharge charge)
    {
        Require(charge.CapturedMinor <= charge.AmountMinor, "I5", "no more is captured than was authorised");
        Require(AttemptId.TryParse(charge.Name, out _), "I4", "every charge is an attempt's");
    }

    /// <summary>The provider settles a refund.</summary>
    public static void Refunds(SimulatedCharge charge) =>
        Require(RefundedOf(charge) <= charge.CapturedMinor, "I5", "no more is refunded than was captured");

    /// <summary>The engine asks the provider about a payment.</summary>
    public void Asks(PaymentId payment) => Require(
        _trails[payment].QuestionsInAMinute(world.Now) <= MaxQuestionsInAMinute, "I18", "the provider is not asked over and over");

    /// <summary>The sweeper wakes a payment.</summary>
    public void Wakes(PaymentKey key)
    {
        var trail = _trails[key.Payment];
        trail.Wakes++;
        var hours = (world.Now - Schedule.World.Start) / TimeSpan.FromHours(1);
        Require(trail.Wakes <= 200 + (20 * trail.States.Count) + (3 * hours), "I18", "a payment is not woken over and over");
    }

    /// <summary>An event of the provider's is about to reach its payment.</summary>
    public void TakesIn(SimulatedWebhook webhook, bool isKnown)
    {
        _ = webhook;
        Require(!isKnown, "I13", "an event of the provider's that was taken in has no effect again");
        _takenIn.Add(webhook.EventId);
    }

    /// <summary>The provider is told that its event arrived.</summary>
    public void Acknowledged(SimulatedWebhook webhook) =>
        Require(world.Store.IsInInbox(webhook.EventId), "I13", "an event of the provider's is acknowledged when its effect is durable");

    private static long RefundedOf(SimulatedCharge charge)
    {
        var sum = 0L;
        foreach (var refund in charge.Refunds)
        {
            sum += refund.Step == Step.Done ? refund.AmountMinor : 0;
        }

        return sum;
    }
}
