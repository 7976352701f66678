using Microsoft.Extensions.Options;

namespace PaymentCluster.Grains.Payments;

/// <summary>
/// How many payments are in this silo's memory. A settled payment stays for a while, for those who read it, but only as
/// long as there is room: memory holds what is under way and a bounded rest, however many payments pass.
/// </summary>
/// <param name="options">Says how many there may be.</param>
public sealed class PaymentPopulation(IOptions<PaymentOptions> options)
{
    private int _count;

    /// <summary>How many there are now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether those leave that have nothing to do.</summary>
    public bool IsCrowded => Count > options.Value.InMemory;

    /// <summary>One more.</summary>
    public void Enter() => Interlocked.Increment(ref _count);

    /// <summary>One less.</summary>
    public void Leave() => Interlocked.Decrement(ref _count);
}
