using System.Collections.Concurrent;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Webhooks;

/// <summary>How many webhooks that prove nothing lead to a payment: each is a read of the store at most. A merchant's
/// at a provider, on this silo; the ones past that are ignored, and the payment's schedule finds out.</summary>
/// <param name="clock">Says when a second is over.</param>
public sealed class WebhookHints(IPaymentClock clock)
{
    /// <summary>How many a second.</summary>
    public const int PerSecond = 5;

    // One for each merchant with such a provider, and no guesses: they are taken of known merchants alone.
    private readonly ConcurrentDictionary<(string Merchant, string Provider), (long Second, int Taken)> _taken = new();

    /// <summary>Takes one; false if the second has none left.</summary>
    public bool TryTake(string merchant, string provider)
    {
        var second = clock.Now.ToUnixTimeSeconds();
        var (_, taken) = _taken.AddOrUpdate(
            (merchant, provider),
            static (_, now) => (now, 1),
            static (_, before, now) => before.Second == now ? (now, Math.Min(before.Taken, PerSecond) + 1) : (now, 1),
            second);
        return taken <= PerSecond;
    }
}
