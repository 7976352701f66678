namespace PaymentCluster.Simulators.Timing;

/// <summary>Hands items to a callback when they are due, in the order in which they are due, with one timer for all of
/// them. The callback runs on one thread at a time and must not block. Items are cheap: a payment may leave its expiry
/// here and be long final when it comes up.</summary>
internal sealed class DueQueue<TItem> : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TItem, long> _items = new();
    private readonly TimeProvider _time;
    private readonly Action<TItem> _due;
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;
    private bool _draining;
    private bool _closed;

    public DueQueue(TimeProvider time, Action<TItem> due)
    {
        _time = time;
        _due = due;
        _timer = time.CreateTimer(static queue => ((DueQueue<TItem>)queue!).Drain(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Makes <paramref name="item"/> due at <paramref name="at"/>; at once, if that has passed.</summary>
    public void Add(TItem item, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _items.Enqueue(item, at.UtcTicks);
            if (!_draining)
            {
                Arm();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _items.Clear();
        }

        _timer.Dispose();
    }

    private void Arm()
    {
        if (!_items.TryPeek(out _, out var next) || next >= _armedFor)
        {
            return;
        }

        _armedFor = next;
        var wait = TimeSpan.FromTicks(Math.Max(0, next - _time.GetUtcNow().UtcTicks));
        // Timers count whole milliseconds and refuse waits of more than 49 days.
        _timer.Change(
            TimeSpan.FromMilliseconds(Math.Min(Math.Ceiling(wait.TotalMilliseconds), int.MaxValue)),
            Timeout.InfiniteTimeSpan);
    }

    private void Drain()
    {
        lock (_gate)
        {
            if (_draining)
            {
                return;
            }

            _draining = true;
        }

        while (true)
        {
            TItem item;
            lock (_gate)
            {
                if (_closed || !_items.TryPeek(out _, out var next) || next > _time.GetUtcNow().UtcTicks)
                {
                    _draining = false;
                    _armedFor = long.MaxValue;
                    if (!_closed)
                    {
                        Arm();
                    }

                    return;
                }

                item = _items.Dequeue();
            }

            _due(item);
        }
    }
}
