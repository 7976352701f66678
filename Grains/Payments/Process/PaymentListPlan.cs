using PaymentCluster.Connectors.Contract;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>A page of a provider's list that is to be read.</summary>
/// <param name="Query">The page.</param>
/// <param name="RequestedAt">When it is requested: what began to wait later is not ended by it.</param>
internal sealed record ListRequest(PaymentListQuery Query, DateTimeOffset RequestedAt);

/// <summary>
/// What of a provider's list to read for the queries that wait, and what the pages tell of them. One page at a time, of
/// the window of time in which a page tells most; where a list tells little, queries have the budget for a while.
/// </summary>
/// <remarks>A list is read by the time at which the provider made a payment: between our send and its response, give or
/// take what its clock is off. What is not found is queried. Used under its share's lock.</remarks>
internal sealed class PaymentListPlan(int pageSize)
{
    /// <summary>How far a provider's clock may be off. What it makes further off is not found, and queried.</summary>
    public static readonly TimeSpan ClockError = TimeSpan.FromSeconds(2);

    // No provider says how far a list can be skipped. From there on the list is read by a later end.
    private const int MaxSkip = 1_000;

    // A page has to tell more than the query that it is read instead of.
    private const int LeastPerPage = 2;
    private const int LeastWaiting = 3;
    private const int PagesOfTrial = 3;

    private static readonly TimeSpan LongestUnknown = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan RateLasts = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, WaitingQuery> _waiting = new(StringComparer.Ordinal);
    private Window? _window;
    private bool _isReading;
    private double _perSecond;
    private DateTimeOffset _rateAt;
    private DateTimeOffset _pausedUntil;
    private int _poor;

    /// <summary>Whether nothing waits and nothing is read.</summary>
    public bool IsIdle => _waiting.Count == 0 && !_isReading;

    /// <summary>Adds a query that waits.</summary>
    public void Add(WaitingQuery query) => _waiting[query.Charge!.ProviderOrder] = query;

    /// <summary>Removes a query whose wait is over.</summary>
    public void Remove(WaitingQuery query)
    {
        if (_waiting.TryGetValue(query.Charge!.ProviderOrder, out var known) && known == query)
        {
            _waiting.Remove(query.Charge.ProviderOrder);
        }
    }

    /// <summary>Ends the waits of confirmations that have lasted long: their payments wait better.</summary>
    public void EndConfirmations(DateTimeOffset before)
    {
        foreach (var query in _waiting.Values)
        {
            if (query.Priority == QueryPriority.Confirmation && query.Since < before)
            {
                query.End(QueryPermit.Left);
            }
        }
    }

    /// <summary>Whether a page is worth reading, and for the queries of which priority.</summary>
    public QueryPriority? Wants(DateTimeOffset now)
    {
        if (_isReading || now < _pausedUntil)
        {
            return null;
        }

        // What has begun is read to its end.
        if (_window?.BegunAt is null)
        {
            _window = Choose(now);
        }

        return _window?.Priority;
    }

    /// <summary>Begins to read the page that is wanted. It has to be ended, whatever becomes of it.</summary>
    public ListRequest Begin(DateTimeOffset now)
    {
        _isReading = true;
        var window = _window!;
        window.BegunAt ??= now;
        return new ListRequest(
            new PaymentListQuery { From = window.From, To = window.To, Skip = window.Skip }, now);
    }

    /// <summary>Takes a page in, and ends the waits of the queries that it tells about.</summary>
    /// <param name="request">The page.</param>
    /// <param name="page">What was read.</param>
    /// <param name="queriedAt">When it was requested, by the clock that payments are decided by.</param>
    /// <param name="now">When it is.</param>
    /// <returns>How many queries need not be sent.</returns>
    public int End(ListRequest request, ListedPage page, DateTimeOffset queriedAt, DateTimeOffset now)
    {
        _isReading = false;
        var window = _window!;
        if (page is not ListedPage.Read read)
        {
            _window = null;
            ClearFound();
            Pause(now);
            return 0;
        }

        window.Pages++;
        window.Seen += read.Count;
        window.Oldest = read.Oldest ?? window.Oldest;
        window.QueriedAt ??= queriedAt;
        var ended = Find(read, request, window, queriedAt);
        var isLast = read.Count < pageSize;
        if (isLast || (window.Pages >= PagesOfTrial && window.Found < window.Pages) || !window.Advance(read))
        {
            ended += Finish(window, isLast, now);
        }

        return ended;
    }

    private int Find(ListedPage.Read page, ListRequest request, Window window, DateTimeOffset queriedAt)
    {
        var ended = 0;
        foreach (var payment in page.Payments)
        {
            if (!_waiting.TryGetValue(payment.ProviderOrder, out var query)
                || query.IsOver || query.Since > request.RequestedAt)
            {
                continue;
            }

            window.Found += query.Found is null ? 1 : 0;
            query.Find(payment.Outcome);
            if (query.IsDecided && query.TellsEnough)
            {
                query.End(new QueryPermit(IsGranted: false, new ListedOutcome(query.Found!, queriedAt)));
                ended++;
            }
        }

        return ended;
    }

    // What waited before the first page has been compared with all of them.
    private int Finish(Window window, bool isWhole, DateTimeOffset now)
    {
        _window = null;
        var ended = 0;
        foreach (var query in _waiting.Values)
        {
            if (!query.IsOver && query.Since <= window.BegunAt && window.Covers(query.Charge!))
            {
                if (isWhole && query.TellsEnough)
                {
                    query.End(new QueryPermit(
                        IsGranted: false, new ListedOutcome(query.Found!, window.QueriedAt!.Value)));
                    ended++;
                    continue;
                }

                query.IsMissed = true;
                if (query.Priority == QueryPriority.Confirmation)
                {
                    query.End(QueryPermit.Left);
                }
            }

            query.Found = null;
        }

        (_perSecond, _rateAt) = (window.Seen / window.SecondsRead(isWhole), now);
        if (window.Found >= window.Pages)
        {
            _poor = 0;
        }
        else
        {
            Pause(now);
        }

        return ended;
    }

    private void ClearFound()
    {
        foreach (var query in _waiting.Values)
        {
            query.Found = null;
        }
    }

    private void Pause(DateTimeOffset now)
    {
        var pause = ShortestPause * (1 << Math.Min(_poor++, 8));
        _pausedUntil = now + (pause < LongestPause ? pause : LongestPause);
    }

    // The window of time in which a page tells of most queries. Queries that stand alone have the budget meanwhile,
    // the oldest first.
    private Window? Choose(DateTimeOffset now)
    {
        if (_waiting.Count < LeastWaiting)
        {
            return null;
        }

        var perSecond = now - _rateAt < RateLasts ? _perSecond : 0;
        var longest = perSecond > 0 ? TimeSpan.FromSeconds(MaxSkip / perSecond) : LongestUnknown;
        Window? best = null;
        Window? current = null;
        foreach (var query in _waiting.Values
            .Where(query => !query.IsOver && !query.IsMissed)
            .OrderBy(query => query.Charge!.From))
        {
            if (current is null || !current.TryJoin(query, longest))
            {
                best = Better(best, current);
                current = new Window(query);
            }
        }

        best = Better(best, current);
        return best is { Waiting: >= LeastWaiting } && best.PerPage(perSecond, pageSize) >= LeastPerPage ? best : null;

        Window? Better(Window? one, Window? other) =>
            one is null || (other is not null
                && other.PerPage(perSecond, pageSize) > one.PerPage(perSecond, pageSize)) ? other : one;
    }

    // A window of the provider's time, and how far it is read.
    private sealed class Window(WaitingQuery first)
    {
        public DateTimeOffset From { get; } = first.Charge!.From - ClockError;

        public DateTimeOffset To { get; private set; } = first.Charge.To + ClockError;

        public QueryPriority Priority { get; private set; } = first.Priority;

        public int Waiting { get; private set; } = 1;

        public int Skip { get; private set; }

        public int Pages { get; set; }

        public int Seen { get; set; }

        public int Found { get; set; }

        public DateTimeOffset? Oldest { get; set; }

        public DateTimeOffset? BegunAt { get; set; }

        public DateTimeOffset? QueriedAt { get; set; }

        private DateTimeOffset End { get; set; } = first.Charge.To + ClockError;

        public bool TryJoin(WaitingQuery query, TimeSpan longest)
        {
            var (from, to) = (query.Charge!.From - ClockError, query.Charge.To + ClockError);
            var end = to > End ? to : End;
            if (from > End || end - From > longest)
            {
                return false;
            }

            (To, End) = (end, end);
            Priority = query.Priority < Priority ? query.Priority : Priority;
            Waiting++;
            return true;
        }

        public bool Covers(ListableCharge charge) =>
            charge.From - ClockError >= From && charge.To + ClockError <= End;

        public double PerPage(double perSecond, int pageSize) =>
            Waiting / Math.Max(1, Math.Ceiling((End - From).TotalSeconds * perSecond / pageSize));

        public double SecondsRead(bool isWhole) =>
            Math.Max(1, (End - (isWhole ? From : Oldest ?? From)).TotalSeconds);

        // The newest come first, so that what is left is older than what was read, or as old. False: it cannot be told
        // what is left.
        public bool Advance(ListedPage.Read page)
        {
            Skip += page.Count;
            if (Skip < MaxSkip)
            {
                return true;
            }

            if (page.Oldest is not { } oldest)
            {
                return false;
            }

            if (oldest < To)
            {
                (To, Skip) = (oldest, 0);
            }

            return true;
        }
    }
}
