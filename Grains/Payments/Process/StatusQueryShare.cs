namespace PaymentCluster.Grains.Payments.Process;

/// <summary>
/// This silo's share of a merchant's status-query budget at a provider, and the queries that wait for it. Queries
/// return evenly, and the few that were saved go at once: in any minute at most the share is sent.
/// </summary>
/// <remarks>What is saved up to a quarter is for unknown outcomes alone, and up to a half not for confirmations, so
/// that a burst of unknown outcomes finds something left.</remarks>
internal sealed class StatusQueryShare
{
    /// <summary>How many may wait. A query that finds more is left to its payment's schedule.</summary>
    public const int MaxWaiting = 4_096;

    // Saved at most: what five seconds bring.
    private const double SavedMinutes = 5.0 / 60;

    private readonly Lock _lock = new();
    private readonly PriorityQueue<Waiter, (QueryPriority Priority, long Order)> _queue = new();
    private readonly int _perMinute;
    private double _saved;
    private DateTimeOffset _savedAt;
    private int _silos;
    private int _waiting;
    private long _order;
    private bool _isStopped;

    public StatusQueryShare(int perMinute, int silos, DateTimeOffset now)
    {
        (_perMinute, _silos, _savedAt) = (perMinute, silos, now);
        _saved = Most;
    }

    /// <summary>How many were left to their schedules since this was last reset.</summary>
    public int Refused { get; private set; }

    private double Share => (double)_perMinute / _silos;

    private double Most => Math.Max(1, Share * SavedMinutes);

    // With what is saved, a minute sends the share; of a share below two a minute, one at least may be saved.
    private double PerSecond => Math.Max(Share - Most, Share / 2) / 60;

    /// <summary>Takes one query, or waits for it.</summary>
    public ValueTask<bool> AcquireAsync(QueryPriority priority, DateTimeOffset now, CancellationToken needless)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (_isStopped)
            {
                return ValueTask.FromResult(false);
            }

            Save(now);
            if (IsNext(priority) && TryTake(priority))
            {
                return ValueTask.FromResult(true);
            }

            // A confirmation can wait for hours, and its payment does that best.
            if (priority == QueryPriority.Confirmation || _waiting >= MaxWaiting)
            {
                Refused++;
                return ValueTask.FromResult(false);
            }

            waiter = new Waiter(priority, now);
            _queue.Enqueue(waiter, (priority, _order++));
            _waiting++;
        }

        var ending = needless.UnsafeRegister(static state => ((Waiter)state!).End(false), waiter);
        return new ValueTask<bool>(WaitAsync(waiter, ending));
    }

    /// <summary>Gives what has returned to those that wait, and says how many of them go.</summary>
    public int Grant(DateTimeOffset now)
    {
        var granted = 0;
        while (NextToGrant(now) is { } waiter)
        {
            waiter.End(true);
            granted++;
        }

        return granted;
    }

    /// <summary>Deals the budget out again.</summary>
    /// <param name="silos">Among how many silos.</param>
    /// <param name="now">When it is.</param>
    public void Deal(int silos, DateTimeOffset now)
    {
        lock (_lock)
        {
            Save(now);
            _silos = silos;
            _saved = Math.Min(_saved, Most);
        }
    }

    /// <summary>Ends all waits: the silo stops, and the payments' schedules bring the queries back elsewhere.</summary>
    public void Stop()
    {
        List<Waiter> waiters;
        lock (_lock)
        {
            _isStopped = true;
            waiters = [.. _queue.UnorderedItems.Select(item => item.Element)];
            _queue.Clear();
        }

        waiters.ForEach(static waiter => waiter.End(false));
    }

    /// <summary>How many wait, and for how long the one that waits longest.</summary>
    public (int Waiting, TimeSpan Lag) Standing(DateTimeOffset now)
    {
        lock (_lock)
        {
            var since = now;
            foreach (var (waiter, _) in _queue.UnorderedItems)
            {
                since = !waiter.IsOver && waiter.Since < since ? waiter.Since : since;
            }

            return (_waiting, now - since);
        }
    }

    /// <summary>Restarts the count of queries that were left to their schedules.</summary>
    public int TakeRefused()
    {
        lock (_lock)
        {
            var refused = Refused;
            Refused = 0;
            return refused;
        }
    }

    private async Task<bool> WaitAsync(Waiter waiter, CancellationTokenRegistration ending)
    {
        try
        {
            return await waiter.Task;
        }
        finally
        {
            await ending.DisposeAsync();
            lock (_lock)
            {
                _waiting--;
            }
        }
    }

    private Waiter? NextToGrant(DateTimeOffset now)
    {
        lock (_lock)
        {
            Save(now);
            while (_queue.TryPeek(out var waiter, out _))
            {
                if (waiter.IsOver)
                {
                    _queue.Dequeue();
                }
                else if (TryTake(waiter.Priority))
                {
                    return _queue.Dequeue();
                }
                else
                {
                    return null;
                }
            }

            return null;
        }
    }

    private bool IsNext(QueryPriority priority)
    {
        while (_queue.TryPeek(out var waiter, out var first))
        {
            if (!waiter.IsOver)
            {
                return priority < first.Priority;
            }

            _queue.Dequeue();
        }

        return true;
    }

    private bool TryTake(QueryPriority priority)
    {
        var kept = priority switch
        {
            QueryPriority.Unknown => 0,
            QueryPriority.Accepted => Math.Floor(Most / 4),
            QueryPriority.Confirmation => Math.Floor(Most / 2),
        };
        if (_saved < kept + 1)
        {
            return false;
        }

        _saved--;
        return true;
    }

    private void Save(DateTimeOffset now)
    {
        if (now > _savedAt)
        {
            _saved = Math.Min(Most, _saved + ((now - _savedAt).TotalSeconds * PerSecond));
            _savedAt = now;
        }
    }

    private sealed class Waiter(QueryPriority priority, DateTimeOffset since)
    {
        private readonly TaskCompletionSource<bool> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public QueryPriority Priority { get; } = priority;

        public DateTimeOffset Since { get; } = since;

        public bool IsOver => _end.Task.IsCompleted;

        public Task<bool> Task => _end.Task;

        public void End(bool isGranted) => _end.TrySetResult(isGranted);
    }
}
