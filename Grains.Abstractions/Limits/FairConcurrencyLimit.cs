namespace PaymentCluster.Grains.Abstractions.Limits;

/// <summary>
/// A concurrency limit that merchants share fairly. A permit that is free goes to the merchant that holds the fewest,
/// and among equals in turn, whatever each of them has waiting; urgent work goes before the rest. A merchant may hold
/// or have waiting at most seven times what is left free, so that one alone leaves an eighth of the permits and of the
/// queue to others. Past that, and after <see cref="FairConcurrencyLimitOptions.QueueTimeout"/>, there is no permit
/// and nothing is done.
/// </summary>
/// <remarks>It is this process's own: a process that dies takes its permits and its queue along. A holder that never
/// releases holds its permit for ever, so that what runs under one needs a timeout of its own.</remarks>
/// <param name="options">Its size.</param>
/// <param name="time">Measures how long callers wait.</param>
public sealed class FairConcurrencyLimit(FairConcurrencyLimitOptions options, TimeProvider time)
{
    private const int TimesFree = 7;

    // While both wait, one permit in eight is for what is not urgent: it is delayed, and never starved.
    private const int MostUrgentInARow = 7;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);
    private readonly WaitingMerchants _urgent = new();
    private readonly WaitingMerchants _routine = new();
    private int _heldByAll;
    private int _urgentInARow;

    /// <summary>How many permits are held.</summary>
    public int Held
    {
        get
        {
            lock (_lock)
            {
                return _heldByAll;
            }
        }
    }

    /// <summary>How many callers wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return WaitingOfAll;
            }
        }
    }

    private int WaitingOfAll => _urgent.Count + _routine.Count;

    /// <summary>Waits for a permit; null if the merchant's share of the queue is full, or if the time was up.</summary>
    /// <param name="merchant">Whose share is used.</param>
    /// <param name="isUrgent">Whether it goes before what is not.</param>
    /// <returns>The permit, to be disposed of once the work is done.</returns>
    public async ValueTask<IDisposable?> AcquireAsync(string merchant, bool isUrgent)
    {
        var waiter = new Waiter(this, merchant, isUrgent);
        if (!TryEnter(waiter))
        {
            return null;
        }

        try
        {
            await waiter.Granted.WaitAsync(options.QueueTimeout, time);
            return waiter;
        }
        catch (TimeoutException)
        {
            return TryLeave(waiter) ? null : waiter;
        }
    }

    private bool TryEnter(Waiter waiter)
    {
        lock (_lock)
        {
            var lane = LaneOf(waiter);
            lane.Add(waiter);
            Grant();
            if (waiter.IsGranted || MayWait(waiter.Merchant))
            {
                return true;
            }

            lane.Remove(waiter);
            return false;
        }
    }

    // False if it was granted a permit in the meantime.
    private bool TryLeave(Waiter waiter)
    {
        lock (_lock)
        {
            if (waiter.IsGranted)
            {
                return false;
            }

            LaneOf(waiter).Remove(waiter);
            return true;
        }
    }

    private void Release(string merchant)
    {
        lock (_lock)
        {
            _heldByAll--;
            if (--_held[merchant] == 0)
            {
                _held.Remove(merchant);
            }

            Grant();
        }
    }

    private void Grant()
    {
        while (_heldByAll < options.Permits && TakeNext() is { } waiter)
        {
            _heldByAll++;
            _held[waiter.Merchant] = HeldBy(waiter.Merchant) + 1;
            waiter.Grant();
        }
    }

    private Waiter? TakeNext()
    {
        var isRoutineDue = _urgentInARow >= MostUrgentInARow;
        var (first, second) = isRoutineDue ? (_routine, _urgent) : (_urgent, _routine);
        var waiter = first.TakeNext(HeldBy, MayHoldMore) ?? second.TakeNext(HeldBy, MayHoldMore);
        if (waiter is not null)
        {
            _urgentInARow = waiter.IsUrgent && _routine.Count > 0 ? _urgentInARow + 1 : 0;
        }

        return waiter;
    }

    private int HeldBy(string merchant) => _held.GetValueOrDefault(merchant);

    private bool MayHoldMore(int held) =>
        held < options.PermitsPerMerchant && held < TimesFree * (options.Permits - _heldByAll);

    // It is already counted among those that wait.
    private bool MayWait(string merchant)
    {
        var own = _urgent.CountOf(merchant) + _routine.CountOf(merchant) - 1;
        return own < TimesFree * (options.MaxQueued - WaitingOfAll + 1);
    }

    private WaitingMerchants LaneOf(Waiter waiter) => waiter.IsUrgent ? _urgent : _routine;

    /// <summary>A caller that waits, and the permit that it gets.</summary>
    internal sealed class Waiter(FairConcurrencyLimit limit, string merchant, bool isUrgent) : IDisposable
    {
        private readonly TaskCompletionSource _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _isReleased;

        public string Merchant => merchant;

        public bool IsUrgent => isUrgent;

        public Task Granted => _granted.Task;

        public bool IsGranted => _granted.Task.IsCompleted;

        public LinkedListNode<Waiter>? Place { get; set; }

        public void Grant() => _granted.SetResult();

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isReleased, 1) == 0)
            {
                limit.Release(merchant);
            }
        }
    }
}
