using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Http;

/// <summary>Watches the calls to one provider: what the circuit breaker does, and how long calls take.</summary>
internal sealed class CallWatch(TimeSpan breakerBreak, TimeProvider time) : ICallHealth
{
    // Two generations, of which the older one is whole: figures are of the last five to ten minutes.
    private static readonly TimeSpan Generation = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private LatencyBuckets _current = new();
    private LatencyBuckets _before = new();
    private long _currentSince = time.GetTimestamp();
    private long _openedAt;
    private bool _isOpen;

    /// <inheritdoc/>
    public BreakerState Breaker =>
        !Volatile.Read(ref _isOpen) ? BreakerState.Closed
        : time.GetElapsedTime(Volatile.Read(ref _openedAt)) < breakerBreak ? BreakerState.Open
        : BreakerState.Trying;

    /// <summary>The breaker opened or closed.</summary>
    public void BreakerMoved(bool opened)
    {
        Volatile.Write(ref _openedAt, time.GetTimestamp());
        Volatile.Write(ref _isOpen, opened);
    }

    /// <summary>A call ended.</summary>
    public void Took(TimeSpan elapsed)
    {
        lock (_lock)
        {
            Turn();
            _current.Add(elapsed);
        }
    }

    /// <inheritdoc/>
    public LatencyFigures Latency()
    {
        lock (_lock)
        {
            Turn();
            var all = _current.With(_before);
            return new LatencyFigures
            {
                Calls = all.Count, P50 = all.Percentile(0.5), P95 = all.Percentile(0.95), P99 = all.Percentile(0.99),
            };
        }
    }

    private void Turn()
    {
        var age = time.GetElapsedTime(_currentSince);
        if (age >= Generation)
        {
            _before = age < Generation * 2 ? _current : new LatencyBuckets();
            _current = new LatencyBuckets();
            _currentSince = time.GetTimestamp();
        }
    }
}
