using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PaymentCluster.Connectors;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Hosting;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests;

/// <summary>A silo's shares of the budgets of status queries.</summary>
public sealed class StatusQueryBudgetTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new(Given.Start);

    [Fact]
    public void In_any_minute_at_most_the_budget_is_sent_and_evenly()
    {
        var share = Share(perMinute: 600);
        var sent = new List<int>();
        for (var second = 0; second < 180; second++)
        {
            sent.Add(TakeAll(share, QueryPriority.Unknown));
            _time.Advance(Second);
        }

        for (var start = 0; start + 60 <= sent.Count; start++)
        {
            Assert.InRange(sent.Skip(start).Take(60).Sum(), 540, 600);
        }

        Assert.All(sent.Skip(1), count => Assert.InRange(count, 9, 10));
    }

    [Fact]
    public void The_parts_of_all_silos_are_the_budget()
    {
        const int Silos = 3;
        var shares = Enumerable.Range(0, Silos)
            .Select(_ => new StatusQueryShare(60, Silos, _time.GetUtcNow())).ToArray();
        var sent = 0;
        for (var second = 0; second < 60; second++)
        {
            sent += shares.Sum(share => TakeAll(share, QueryPriority.Unknown));
            _time.Advance(Second);
        }

        Assert.InRange(sent, 50, 60);
    }

    [Fact]
    public void Something_is_kept_for_unknown_outcomes()
    {
        var share = Share(perMinute: 600);
        Assert.Equal(25, TakeAll(share, QueryPriority.Confirmation));
        Assert.Equal(13, TakeAll(share, QueryPriority.Accepted));
        Assert.Equal(12, TakeAll(share, QueryPriority.Unknown));
    }

    [Fact]
    public async Task What_is_unknown_goes_before_what_is_accepted_and_the_oldest_first()
    {
        var share = Share(perMinute: 60);
        TakeAll(share, QueryPriority.Unknown);
        Task<QueryPermit>[] waits =
        [
            WaitAsync(QueryPriority.Accepted), WaitAsync(QueryPriority.Accepted),
            WaitAsync(QueryPriority.Unknown), WaitAsync(QueryPriority.Unknown),
        ];

        foreach (var next in (int[])[2, 3, 0, 1])
        {
            do
            {
                _time.Advance(Second);
            }
            while (share.Grant(_time.GetUtcNow()) == 0);

            Assert.True((await waits[next].WaitAsync(TimeSpan.FromSeconds(30))).IsGranted);
        }

        Task<QueryPermit> WaitAsync(QueryPriority priority) => AcquireAsync(share, priority).AsTask();
    }

    [Fact]
    public async Task What_is_likely_paid_goes_first_and_of_each_kind_the_oldest_payment()
    {
        var share = Share(perMinute: 60);
        TakeAll(share, QueryPriority.Unknown);
        (QueryPriority Priority, int Age)[] queries =
        [
            (QueryPriority.Accepted, 10), (QueryPriority.Accepted, 90), (QueryPriority.Unknown, 5),
            (QueryPriority.Likely, 1), (QueryPriority.Unknown, 70), (QueryPriority.Likely, 20),
        ];
        var waits = queries.Select(query => Wait(share, query.Priority, query.Age)).ToArray();

        foreach (var next in (int[])[5, 3, 4, 2, 1, 0])
        {
            await GrantOneAsync(share, waits[next]);
        }
    }

    [Fact]
    public async Task A_query_that_waits_goes_first_as_soon_as_it_is_likely()
    {
        var share = Share(perMinute: 60);
        TakeAll(share, QueryPriority.Unknown);
        using var likely = new CancellationTokenSource();
        var older = Wait(share, QueryPriority.Accepted, age: 50);
        var returned = Wait(share, QueryPriority.Accepted, age: 2, likely.Token);
        var unknown = Wait(share, QueryPriority.Unknown, age: 60);

        await likely.CancelAsync();

        await GrantOneAsync(share, returned);
        Assert.Equal(2, share.Standing(_time.GetUtcNow()).Waiting);
        await GrantOneAsync(share, unknown);
        await GrantOneAsync(share, older);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, share.Grant(_time.GetUtcNow()));
    }

    [Fact]
    public async Task Who_is_needless_takes_nothing()
    {
        var share = Share(perMinute: 60);
        TakeAll(share, QueryPriority.Unknown);
        using var needless = new CancellationTokenSource();
        var first = AcquireAsync(share, QueryPriority.Unknown, needless.Token);
        var second = AcquireAsync(share, QueryPriority.Unknown);

        await needless.CancelAsync();
        Assert.False((await first).IsGranted);
        _time.Advance(TimeSpan.FromSeconds(2));
        share.Grant(_time.GetUtcNow());
        Assert.True((await second).IsGranted);
    }

    [Fact]
    public async Task What_cannot_wait_is_left_to_its_schedule()
    {
        var share = Share(perMinute: 60);
        TakeAll(share, QueryPriority.Unknown);
        Assert.False((await AcquireAsync(share, QueryPriority.Confirmation)).IsGranted);
        var waits = new List<Task<QueryPermit>>();
        foreach (var priority in (QueryPriority[])[QueryPriority.Accepted, QueryPriority.Unknown, QueryPriority.Likely])
        {
            // What is more urgent finds places that the others leave.
            var before = waits.Count;
            for (var wait = AcquireAsync(share, priority).AsTask(); !wait.IsCompleted;
                wait = AcquireAsync(share, priority).AsTask())
            {
                waits.Add(wait);
            }

            Assert.InRange(waits.Count - before, StatusQueryShare.MaxWaiting / 8, StatusQueryShare.MaxWaiting);
        }

        Assert.Equal(4, share.TakeRefused());

        _time.Advance(Second);
        Assert.Equal((StatusQueryShare.MaxWaiting, Second), share.Standing(_time.GetUtcNow()));
        share.Stop();
        Assert.All(await Task.WhenAll(waits), permit => Assert.False(permit.IsGranted));
        Assert.False((await AcquireAsync(share, QueryPriority.Unknown)).IsGranted);
    }

    [Fact]
    public async Task Hints_have_a_tenth_and_none_of_them_waits()
    {
        var share = Share(perMinute: 300);
        var sent = 0;
        for (var second = 0; second < 60; second++)
        {
            for (var hint = 0; hint < 20; hint++)
            {
                sent += await HintAsync(share) ? 1 : 0;
            }

            _time.Advance(Second);
        }

        Assert.InRange(sent, 25, 35);
        Assert.Equal((0, TimeSpan.Zero), share.Standing(_time.GetUtcNow()));
        // The others have all that is left.
        Assert.InRange(TakeAll(share, QueryPriority.Unknown), 20, 25);
    }

    [Fact]
    public async Task Shares_shrink_at_once_and_grow_after_a_minute()
    {
        var shares = Shares(perMinute: 1_200);
        Assert.Equal(100, await TakeAllAsync(shares, "shop"));
        shares.Tick(liveSilos: 2);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(50, await TakeAllAsync(shares, "shop"));

        shares.Tick(liveSilos: 1);
        _time.Advance(TimeSpan.FromSeconds(30));
        shares.Tick(liveSilos: 1);
        Assert.Equal(50, await TakeAllAsync(shares, "shop"));
        _time.Advance(TimeSpan.FromSeconds(31));
        shares.Tick(liveSilos: 1);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(100, await TakeAllAsync(shares, "shop"));
    }

    [Fact]
    public async Task Each_merchant_has_a_budget_of_its_own_at_each_provider()
    {
        var shares = Shares(perMinute: 120);
        Assert.Equal(10, await TakeAllAsync(shares, "shop"));
        Assert.Equal(10, await TakeAllAsync(shares, "other"));
        Assert.False((await shares.AcquireAsync(
            new StatusQuery(new("shop", "nopay", null), QueryPriority.Unknown), CancellationToken.None)).IsGranted);
    }

    [Fact]
    public async Task The_budget_is_the_providers_own_unless_the_installation_says_otherwise() =>
        Assert.Equal(50, await TakeAllAsync(Shares(perMinute: null), "shop"));

    private Task<QueryPermit> Wait(
        StatusQueryShare share, QueryPriority priority, int age, CancellationToken likely = default)
    {
        var now = _time.GetUtcNow();
        var query = new StatusQuery(new("shop", "testpay", null), priority)
        {
            Began = now - TimeSpan.FromSeconds(age), Likely = likely,
        };
        Assert.True(share.TryAcquire(query, now, CancellationToken.None, out var permit));
        return permit.AsTask();
    }

    // The next one that the budget lets go is this one.
    private async Task GrantOneAsync(StatusQueryShare share, Task<QueryPermit> wait)
    {
        do
        {
            _time.Advance(Second);
        }
        while (share.Grant(_time.GetUtcNow()) == 0);

        Assert.True((await wait.WaitAsync(TimeSpan.FromSeconds(30))).IsGranted);
    }

    private static StatusQueryShare Share(int perMinute) => new(perMinute, silos: 1, Given.Start);

    private ValueTask<QueryPermit> AcquireAsync(
        StatusQueryShare share, QueryPriority priority, CancellationToken needless = default)
    {
        var query = new StatusQuery(new("shop", "testpay", null), priority);
        Assert.True(share.TryAcquire(query, _time.GetUtcNow(), needless, out var permit));
        return permit;
    }

    private async Task<bool> HintAsync(StatusQueryShare share)
    {
        var query = new StatusQuery(new("shop", "testpay", null), QueryPriority.Unknown) { IsHint = true };
        Assert.True(share.TryAcquire(query, _time.GetUtcNow(), CancellationToken.None, out var permit));
        Assert.True(permit.IsCompleted);
        return (await permit).IsGranted;
    }

    private int TakeAll(StatusQueryShare share, QueryPriority priority)
    {
        var taken = 0;
        while (AcquireAsync(share, priority, new CancellationToken(canceled: true)).AsTask()
            is { IsCompletedSuccessfully: true, Result.IsGranted: true })
        {
            taken++;
        }

        return taken;
    }

    private static async Task<int> TakeAllAsync(StatusQueryShares shares, string merchant)
    {
        var taken = 0;
        while ((await shares.AcquireAsync(
            new StatusQuery(new(merchant, "testpay", null), QueryPriority.Unknown),
            new CancellationToken(true))).IsGranted)
        {
            taken++;
        }

        return taken;
    }

    private StatusQueryShares Shares(int? perMinute)
    {
        var connectors = new ConnectorCatalogue([new TestConnector("testpay")]);
        var services = new ServiceCollection().AddMetrics().AddLogging().BuildServiceProvider();
        return new StatusQueryShares(
            connectors,
            Options.Create(new PaymentOptions { StatusQueriesPerMinute = perMinute }),
            new PaymentListReader(
                new PaymentProviders(
                    connectors, new NoMerchants(), services.GetRequiredService<ILogger<PaymentProviders>>()),
                new PaymentClock(_time),
                new ThreadPoolHost(TimeProvider.System),
                _time,
                services.GetRequiredService<ILogger<PaymentListReader>>()),
            _time,
            services.GetRequiredService<IMeterFactory>(),
            services.GetRequiredService<ILogger<StatusQueryShares>>());
    }

    private sealed class NoMerchants : IMerchantProfiles
    {
        public ValueTask<MerchantProfile?> GetAsync(string merchant) => ValueTask.FromResult<MerchantProfile?>(null);
    }
}
