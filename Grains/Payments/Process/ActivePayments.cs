using Microsoft.Extensions.Options;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>
/// How many payments are in this silo's memory. A final payment stays for a while, for those who read it, but only as
/// long as there is room: memory holds what is under way and a bounded rest, however many payments pass.
/// </summary>
/// <param name="options">Says how many there may be.</param>
public sealed class ActivePayments(IOptions<PaymentOptions> options)
{
    private int _count;

    /// <summary>How many there are now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether payments leave that have nothing to do.</summary>
    public bool IsOverCapacity => Count > options.Value.InMemory;

    /// <summary>One more.</summary>
    public void Increment() => Interlocked.Increment(ref _count);

    /// <summary>One less.</summary>
    public void Decrement() => Interlocked.Decrement(ref _count);
}
