using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>
/// This silo's shares of all status-query budgets. Providers count an account's requests, not the machines that they
/// come from: each budget is dealt out in equal parts among the silos that are alive, so that no call leaves its silo.
/// </summary>
/// <remarks>Shares shrink as soon as another silo is seen, and grow a minute after one was seen no more, because it may
/// not know yet that it is taken for dead. What is spent too much is one share for the seconds until all have seen a
/// new silo.</remarks>
public sealed partial class StatusQueryShares : IStatusQueryBudget
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "PaymentCluster.StatusQueries";

    private static readonly TimeSpan Growth = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Notable = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<ProviderAccount, StatusQueryShare> _shares = new();
    private readonly ConnectorCatalogue _connectors;
    private readonly PaymentOptions _options;
    private readonly TimeProvider _time;
    private readonly PaymentListReader _lists;
    private readonly ILogger<StatusQueryShares> _logger;
    private readonly Counter<long> _queries;
    private readonly Counter<long> _pages;
    private int _silos = 1;
    private DateTimeOffset? _fewerSince;
    private DateTimeOffset _loggedAt;
    private volatile bool _isStopped;

    /// <summary>Makes them.</summary>
    /// <param name="connectors">The providers' budgets.</param>
    /// <param name="options">A budget that replaces theirs.</param>
    /// <param name="lists">Reads providers' lists for the queries that wait.</param>
    /// <param name="time">The clock that queries return by.</param>
    /// <param name="meters">Makes the figures.</param>
    /// <param name="logger">Says which budgets are short.</param>
    public StatusQueryShares(
        ConnectorCatalogue connectors,
        IOptions<PaymentOptions> options,
        PaymentListReader lists,
        TimeProvider time,
        IMeterFactory meters,
        ILogger<StatusQueryShares> logger)
    {
        (_connectors, _options, _lists, _time, _logger) = (connectors, options.Value, lists, time, logger);
        _loggedAt = time.GetUtcNow();
        var meter = meters.Create(MeterName);
        _queries = meter.CreateCounter<long>(
            "paymentcluster.status_queries",
            "{query}",
            "Status queries: sent, listed, or left to their payments' schedules");
        _pages = meter.CreateCounter<long>(
            "paymentcluster.payment_lists", "{page}", "Pages of providers' lists of payments, read instead of queries");
        meter.CreateObservableGauge(
            "paymentcluster.status_queries.lag",
            () => Standings().Select(standing => new Measurement<double>(
                standing.Lag.TotalSeconds, new KeyValuePair<string, object?>("provider", standing.Provider))),
            "s",
            "For how long the status query waits that waits longest, by provider");
        meter.CreateObservableGauge(
            "paymentcluster.status_queries.waiting",
            () => Standings().Select(standing => new Measurement<int>(
                standing.Waiting, new KeyValuePair<string, object?>("provider", standing.Provider))),
            "{query}",
            "Status queries that wait for a budget, by provider");
    }

    /// <inheritdoc/>
    public async ValueTask<QueryPermit> AcquireAsync(StatusQuery query, CancellationToken needless)
    {
        var result = await EnterAsync(query, needless);
        _queries.Add(
            1,
            new("provider", query.Account.Provider),
            new("result", result.IsGranted ? "sent" : result.Listed is null ? "left" : "listed"));
        return result;
    }

    /// <summary>For how long the merchant's query waits that waits longest on this silo; zero if none does.</summary>
    public TimeSpan LagOf(string merchant, string provider) =>
        _shares
            .Where(pair => pair.Key.Merchant == merchant && pair.Key.Provider == provider)
            .Select(pair => pair.Value.Standing(_time.GetUtcNow()).Lag)
            .DefaultIfEmpty()
            .Max();

    /// <summary>Gives what has returned to the queries that wait, and deals the budgets out again where the number of
    /// silos changed. To be called several times a second.</summary>
    /// <param name="liveSilos">How many silos are alive, this one among them.</param>
    public void Tick(int liveSilos)
    {
        var now = _time.GetUtcNow();
        if (SilosAt(Math.Max(1, liveSilos), now) is { } silos)
        {
            _silos = silos;
            foreach (var share in _shares.Values)
            {
                share.Deal(silos, now);
            }
        }

        foreach (var (key, share) in _shares)
        {
            // First: a page tells of many.
            ContinueList(key, share);
            share.Grant(now);
            if (share.TryRetire(now))
            {
                _shares.TryRemove(new KeyValuePair<ProviderAccount, StatusQueryShare>(key, share));
            }
        }

        if (now - _loggedAt >= TimeSpan.FromMinutes(1))
        {
            _loggedAt = now;
            LogShort(now);
        }
    }

    /// <summary>Ends all waits and takes no more.</summary>
    public void Stop()
    {
        _isStopped = true;
        foreach (var share in _shares.Values)
        {
            share.Stop();
        }
    }

    // Null: as before.
    private int? SilosAt(int live, DateTimeOffset now)
    {
        if (live >= _silos)
        {
            _fewerSince = null;
            return live > _silos ? live : null;
        }

        _fewerSince ??= now;
        if (now - _fewerSince < Growth)
        {
            return null;
        }

        _fewerSince = null;
        return live;
    }

    private ValueTask<QueryPermit> EnterAsync(StatusQuery query, CancellationToken needless)
    {
        while (Share(query) is { } share)
        {
            if (share.TryAcquire(query, _time.GetUtcNow(), needless, out var permit))
            {
                return permit;
            }

            // It is retired, and about to be removed.
            _shares.TryRemove(new KeyValuePair<ProviderAccount, StatusQueryShare>(query.Account, share));
        }

        return ValueTask.FromResult(QueryPermit.Left);
    }

    private StatusQueryShare? Share(StatusQuery query) =>
        _isStopped || !_connectors.TryGet(query.Account.Provider, out var connector)
            ? null
            : _shares.GetOrAdd(
                query.Account,
                static (_, parts) => new StatusQueryShare(parts.PerMinute, parts.Silos, parts.Now, parts.ListPageSize),
                (
                    PerMinute: _options.StatusQueriesPerMinute ?? connector.Capabilities.StatusQueriesPerMinute,
                    Silos: _silos,
                    Now: _time.GetUtcNow(),
                    ListPageSize: (connector as IListsPayments)?.PageSize));

    private void ContinueList(ProviderAccount account, StatusQueryShare share) =>
        _lists.Continue(account, share, count => _pages.Add(
            1, new("provider", account.Provider), new("result", count.IsRead ? "read" : "failed")));

    private IEnumerable<(string Provider, int Waiting, TimeSpan Lag)> Standings()
    {
        var now = _time.GetUtcNow();
        return _shares
            .Select(pair => (pair.Key.Provider, Standing: pair.Value.Standing(now)))
            .GroupBy(share => share.Provider, share => share.Standing, StringComparer.Ordinal)
            .Select(group => (group.Key, group.Sum(one => one.Waiting), group.Max(one => one.Lag)));
    }

    private void LogShort(DateTimeOffset now)
    {
        foreach (var ((merchant, provider, _), share) in _shares)
        {
            var (waiting, lag) = share.Standing(now);
            var refused = share.TakeRefused();
            if (refused > 0 || lag > Notable)
            {
                LogDelayed(merchant, provider, waiting, lag.TotalSeconds, refused);
            }
        }
    }

    [LoggerMessage(
        LogEvents.StatusQueryDelayed,
        LogLevel.Warning,
        "Status queries for {Merchant} at {Provider} are behind: {Waiting} wait, for {Lag} s at most; {Left} put off")]
    private partial void LogDelayed(string merchant, string provider, int waiting, double lag, int left);
}
