using PaymentCluster.Connectors.Contract;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>
/// This silo's share of a merchant's status-query budget at a provider, and the queries that wait for it. Queries
/// return evenly, and the few that were saved go at once: in any minute at most the share is sent.
/// </summary>
/// <remarks>What is saved up to a quarter is for outcomes that are likely or unknown alone, and up to a half not for
/// confirmations, so that a burst of unknown outcomes finds something left. The same holds for the places to wait
/// in.</remarks>
internal sealed class StatusQueryShare
{
    /// <summary>How many may wait. A query that finds more is left to its payment's schedule.</summary>
    public const int MaxWaiting = 4_096;

    // Saved at most: what five seconds bring.
    private const double SavedMinutes = 5.0 / 60;

    // Hints have a tenth, and what ten seconds of it bring may be saved.
    private const double HintsPart = 0.1;
    private const double SavedHintMinutes = 10.0 / 60;

    private static readonly TimeSpan LongestConfirmation = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan IdleBeforeRetired = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly PriorityQueue<WaitingQuery, (QueryPriority Priority, DateTimeOffset Began, long Order)> _queue =
        new();
    private readonly PaymentListPlan? _list;
    private readonly int _perMinute;
    private double _saved;
    private double _savedHints;
    private DateTimeOffset _savedAt;
    private DateTimeOffset _usedAt;
    private int _silos;
    private int _waiting;
    private long _order;
    private bool _isStopped;
    private bool _isRetired;

    /// <summary>A share with all that may be saved.</summary>
    /// <param name="perMinute">The merchant's budget at the provider.</param>
    /// <param name="silos">Among how many silos it is dealt.</param>
    /// <param name="now">When it is.</param>
    /// <param name="listPageSize">How many payments a page of the provider's list has; null if there is no
    /// list.</param>
    public StatusQueryShare(int perMinute, int silos, DateTimeOffset now, int? listPageSize = null)
    {
        (_perMinute, _silos, _savedAt, _usedAt) = (perMinute, silos, now, now);
        _list = listPageSize is { } size ? new PaymentListPlan(size) : null;
        _saved = Most;
        _savedHints = MostHints;
    }

    /// <summary>How many were left to their schedules since this was last reset.</summary>
    public int Refused { get; private set; }

    private double Share => (double)_perMinute / _silos;

    private double Most => Math.Max(1, Share * SavedMinutes);

    private double MostHints => Math.Max(1, Share * HintsPart * SavedHintMinutes);

    // With what is saved, a minute sends the share; of a share below two a minute, one at least may be saved.
    private double PerSecond => Math.Max(Share - Most, Share / 2) / 60;

    /// <summary>Takes one query, or waits for it.</summary>
    /// <param name="query">The query.</param>
    /// <param name="now">When it is.</param>
    /// <param name="needless">Ends the wait.</param>
    /// <param name="permit">What comes of it.</param>
    /// <returns>False if the share is retired: there is another.</returns>
    public bool TryAcquire(
        StatusQuery query, DateTimeOffset now, CancellationToken needless, out ValueTask<QueryPermit> permit)
    {
        permit = ValueTask.FromResult(QueryPermit.Left);
        WaitingQuery waiting;
        lock (_lock)
        {
            if (_isRetired || _isStopped)
            {
                return _isStopped;
            }

            _usedAt = now;
            Save(now);
            if (query.IsHint && !TryTakeHint())
            {
                return true;
            }

            if (IsNext(query) && TryTake(query.Priority))
            {
                permit = ValueTask.FromResult(QueryPermit.Granted);
                return true;
            }

            // A confirmation can wait for hours, and its payment does that best; but a list confirms many at once.
            var isConfirmation = query.Priority == QueryPriority.Confirmation;
            var isListable = _list is not null && query.Charge is not null;
            if ((isConfirmation && !isListable) || _waiting >= PlacesOf(query.Priority))
            {
                Refused++;
                return true;
            }

            waiting = new WaitingQuery(query, now);
            _waiting++;
            if (isListable)
            {
                _list!.Add(waiting);
            }

            if (!isConfirmation)
            {
                _queue.Enqueue(waiting, (query.Priority, query.Began, _order++));
            }
        }

        permit = new ValueTask<QueryPermit>(WaitAsync(waiting, query, needless));
        return true;
    }

    /// <summary>Gives what has returned to those that wait, and says how many of them go.</summary>
    public int Grant(DateTimeOffset now)
    {
        var granted = 0;
        while (NextToGrant(now) is { } waiting)
        {
            waiting.End(QueryPermit.Granted);
            granted++;
        }

        return granted;
    }

    /// <summary>Takes one query from the budget for a page of the provider's list, if one is worth it.</summary>
    /// <returns>The page, which has to be ended whatever becomes of it; null: none now.</returns>
    public ListRequest? BeginList(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_list is null || _isStopped)
            {
                return null;
            }

            Save(now);
            _list.EndConfirmations(now - LongestConfirmation);
            if (_saved < 1 || _list.Wants(now) is not { } priority || !TryTake(priority))
            {
                return null;
            }

            _usedAt = now;
            return _list.Begin(now);
        }
    }

    /// <summary>Takes a page of the provider's list in, and ends the waits of the queries that it tells
    /// about.</summary>
    /// <param name="request">The page.</param>
    /// <param name="page">What was read.</param>
    /// <param name="queriedAt">When it was requested, by the clock that payments are decided by.</param>
    /// <param name="now">When it is.</param>
    /// <returns>How many waits it ended.</returns>
    public int EndList(ListRequest request, ListedPage page, DateTimeOffset queriedAt, DateTimeOffset now)
    {
        lock (_lock)
        {
            return _list!.End(request, page, queriedAt, now);
        }
    }

    /// <summary>Retires the share if it was not used for a while and has all that may be saved: a new one is the same,
    /// so that the merchants of a day are not kept for ever.</summary>
    public bool TryRetire(DateTimeOffset now)
    {
        lock (_lock)
        {
            Save(now);
            _isRetired = _isRetired || (_waiting == 0
                && _list is not { IsIdle: false }
                && _saved >= Most
                && _savedHints >= MostHints
                && now - _usedAt >= IdleBeforeRetired);
            return _isRetired;
        }
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
        lock (_lock)
        {
            _isStopped = true;
            foreach (var (waiting, _) in _queue.UnorderedItems)
            {
                waiting.End(QueryPermit.Left);
            }

            _queue.Clear();
            _list?.EndConfirmations(DateTimeOffset.MaxValue);
        }
    }

    /// <summary>How many wait, and for how long the one that waits longest.</summary>
    public (int Waiting, TimeSpan Lag) Standing(DateTimeOffset now)
    {
        lock (_lock)
        {
            var since = now;
            foreach (var (waiting, _) in _queue.UnorderedItems)
            {
                since = !waiting.IsOver && waiting.Since < since ? waiting.Since : since;
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

    private async Task<QueryPermit> WaitAsync(WaitingQuery waiting, StatusQuery query, CancellationToken needless)
    {
        var ending = needless.UnsafeRegister(
            static state => ((WaitingQuery)state!).End(QueryPermit.Left), waiting);
        var likely = query.Likely.UnsafeRegister(_ => Promote(waiting, query), null);
        try
        {
            return await waiting.Task;
        }
        finally
        {
            await ending.DisposeAsync();
            await likely.DisposeAsync();
            lock (_lock)
            {
                _waiting--;
                if (waiting.Charge is not null)
                {
                    _list?.Remove(waiting);
                }
            }
        }
    }

    // It stays where it was in the queue as well, and is over by the time that place is reached.
    private void Promote(WaitingQuery waiting, StatusQuery query)
    {
        lock (_lock)
        {
            if (waiting is { IsOver: false, Priority: QueryPriority.Unknown or QueryPriority.Accepted } && !_isStopped)
            {
                waiting.Promote();
                _queue.Enqueue(waiting, (QueryPriority.Likely, query.Began, _order++));
            }
        }
    }

    private WaitingQuery? NextToGrant(DateTimeOffset now)
    {
        lock (_lock)
        {
            Save(now);
            while (_queue.TryPeek(out var waiting, out _))
            {
                if (waiting.IsOver)
                {
                    _queue.Dequeue();
                }
                else if (TryTake(waiting.Priority))
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

    private bool IsNext(StatusQuery query)
    {
        while (_queue.TryPeek(out var waiting, out var first))
        {
            if (!waiting.IsOver)
            {
                return (query.Priority, query.Began).CompareTo((first.Priority, first.Began)) < 0;
            }

            _queue.Dequeue();
        }

        return true;
    }

    private bool TryTake(QueryPriority priority)
    {
        var kept = priority switch
        {
            QueryPriority.Likely or QueryPriority.Unknown => 0,
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

    private bool TryTakeHint()
    {
        if (_savedHints < 1)
        {
            return false;
        }

        _savedHints--;
        return true;
    }

    private static int PlacesOf(QueryPriority priority) => priority switch
    {
        QueryPriority.Likely => MaxWaiting,
        QueryPriority.Unknown => MaxWaiting * 7 / 8,
        QueryPriority.Accepted => MaxWaiting * 3 / 4,
        QueryPriority.Confirmation => MaxWaiting / 2,
    };

    private void Save(DateTimeOffset now)
    {
        if (now > _savedAt)
        {
            var seconds = (now - _savedAt).TotalSeconds;
            _saved = Math.Min(Most, _saved + (seconds * PerSecond));
            _savedHints = Math.Min(MostHints, _savedHints + (seconds * Share * HintsPart / 60));
            _savedAt = now;
        }
    }
}
