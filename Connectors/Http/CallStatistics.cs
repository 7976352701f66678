using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Http;

/// <summary>Statistics of the calls to one provider: the circuit breaker's state, and how long calls take.</summary>
internal sealed class CallStatistics(TimeSpan breakerBreak, TimeProvider time) : ICallHealth
{
    // Two generations, of which the older one is complete: the figures cover the last five to ten minutes.
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
    public void OnCircuitChanged(bool opened)
    {
        Volatile.Write(ref _openedAt, time.GetTimestamp());
        Volatile.Write(ref _isOpen, opened);
    }

    /// <summary>A call ended.</summary>
    public void Record(TimeSpan elapsed)
    {
        lock (_lock)
        {
            Rotate();
            _current.Add(elapsed);
        }
    }

    /// <inheritdoc/>
    public LatencyFigures Latency()
    {
        lock (_lock)
        {
            Rotate();
            var all = _current.With(_before);
            return new LatencyFigures
            {
                Calls = all.Count, P50 = all.Percentile(0.5), P95 = all.Percentile(0.95), P99 = all.Percentile(0.99),
            };
        }
    }

    private void Rotate()
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
