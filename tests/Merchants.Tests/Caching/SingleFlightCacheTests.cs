using PaymentCluster.Grains.Abstractions.Caching;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Caching;

public sealed class SingleFlightCacheTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3);

    private readonly ManualTime _time = new();
    private int _loads;
    private Func<string, Task<string?>> _load = key => Task.FromResult<string?>(key.ToUpperInvariant());

    [Fact]
    public async Task A_value_is_loaded_once_within_its_lifetime()
    {
        var cache = Cache();
        Assert.Equal("A", await cache.GetAsync("a"));
        _time.Advance(Lifetime - TimeSpan.FromTicks(1));
        Assert.Equal("A", await cache.GetAsync("a"));
        Assert.Equal(1, _loads);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("A", await cache.GetAsync("a"));
        Assert.Equal(2, _loads);
    }

    [Fact]
    public async Task Callers_that_miss_together_share_one_load_however_long_it_takes()
    {
        var loaded = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _load = _ => loaded.Task;
        var cache = Cache();
        var first = cache.GetAsync("a").AsTask();
        _time.Advance(10 * Lifetime);
        var others = Enumerable.Range(0, 50).Select(_ => cache.GetAsync("a").AsTask()).ToArray();
        loaded.SetResult("A");
        Assert.All(await Task.WhenAll([first, .. others]), value => Assert.Equal("A", value));
        Assert.Equal(1, _loads);
    }

    [Fact]
    public async Task A_failure_reaches_all_who_wait_and_is_not_cached()
    {
        var loaded = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _load = _ => loaded.Task;
        var cache = Cache();
        Task<string?>[] waiting = [cache.GetAsync("a").AsTask(), cache.GetAsync("a").AsTask()];
        loaded.SetException(new TimeoutException());
        foreach (var waiter in waiting)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => waiter);
        }

        _load = _ => Task.FromResult<string?>("A");
        Assert.Equal("A", await cache.GetAsync("a"));
        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public async Task An_expired_value_can_be_peeked_at_while_and_after_a_renewal_fails()
    {
        var cache = Cache();
        Assert.False(cache.TryPeek("a", out _));
        await cache.GetAsync("a");
        _time.Advance(Lifetime);
        var renewal = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _load = _ => renewal.Task;
        var waiter = cache.GetAsync("a").AsTask();
        Assert.True(cache.TryPeek("a", out var seen) && seen == "A");
        renewal.SetException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => waiter);
        Assert.True(cache.TryPeek("a", out seen) && seen == "A");
        _load = _ => Task.FromResult<string?>("renewed");
        Assert.Equal("renewed", await cache.GetAsync("a"));
        Assert.True(cache.TryPeek("a", out seen) && seen == "renewed");
    }

    [Fact]
    public async Task An_invalidated_value_is_loaded_again_also_while_a_load_is_in_progress()
    {
        var loaded = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _load = _ =>
        {
            started.SetResult();
            return loaded.Task;
        };
        var cache = Cache();
        var old = cache.GetAsync("a").AsTask();
        await started.Task;
        cache.Invalidate("a");
        _load = _ => Task.FromResult<string?>("new");
        Assert.Equal("new", await cache.GetAsync("a"));
        loaded.SetResult("old");
        Assert.Equal("old", await old);
        Assert.Equal("new", await cache.GetAsync("a"));
    }

    [Fact]
    public async Task What_is_not_to_be_kept_is_loaded_each_time()
    {
        _load = _ => Task.FromResult<string?>(null);
        var cache = Cache();
        Assert.Null(await cache.GetAsync("a"));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public async Task The_capacity_holds_and_expired_and_expendable_entries_go_first()
    {
        _load = key => Task.FromResult<string?>(key.StartsWith("guess", StringComparison.Ordinal) ? "" : key);
        var cache = Cache();
        await cache.GetAsync("old");
        _time.Advance(Lifetime);
        await cache.GetAsync("good");
        for (var i = 0; i < 200; i++)
        {
            await cache.GetAsync($"guess{i}");
            Assert.InRange(cache.Count, 1, 16);
        }

        Assert.True(cache.TryPeek("good", out _));
        Assert.False(cache.TryPeek("old", out _));
        for (var i = 0; i < 200; i++)
        {
            await cache.GetAsync($"other{i}");
            Assert.InRange(cache.Count, 1, 16);
        }
    }

    [Fact]
    public async Task An_expired_value_is_returned_when_its_renewal_fails()
    {
        var cache = Cache(stale: 10 * Lifetime);
        await cache.GetAsync("a");
        _time.Advance(Lifetime);
        _load = _ => Task.FromException<string?>(new TimeoutException());
        Assert.Equal("A", await cache.GetAsync("a"));
        _time.Advance(Lifetime);
        Assert.Equal("A", await cache.GetAsync("a"));
        _time.Advance(8 * Lifetime);
        await Assert.ThrowsAsync<TimeoutException>(() => cache.GetAsync("a").AsTask());
        _load = _ => Task.FromResult<string?>("renewed");
        Assert.Equal("renewed", await cache.GetAsync("a"));
    }

    [Fact]
    public async Task An_expired_value_is_returned_while_its_renewal_takes_long()
    {
        var cache = Cache(stale: 10 * Lifetime);
        await cache.GetAsync("a");
        _time.Advance(Lifetime);
        var renewal = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _load = _ => renewal.Task;
        var waiter = cache.GetAsync("a").AsTask();
        Assert.False(waiter.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Equal("A", await waiter);
        // Those that come later wait no more.
        Assert.Equal("A", await cache.GetAsync("a"));
        Assert.Equal(2, _loads);
        renewal.SetResult("renewed");
        await Eventually.HoldsAsync(
            async () => await cache.GetAsync("a") == "renewed", "the renewed value is returned");
        Assert.Equal(2, _loads);
    }

    [Fact]
    public async Task An_invalidated_value_is_never_returned_again()
    {
        var cache = Cache(stale: 10 * Lifetime);
        await cache.GetAsync("a");
        cache.Invalidate("a");
        _load = _ => Task.FromException<string?>(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => cache.GetAsync("a").AsTask());
    }

    private SingleFlightCache<string, string?> Cache(TimeSpan stale = default) => new(
        key =>
        {
            Interlocked.Increment(ref _loads);
            return _load(key);
        },
        new SingleFlightCacheOptions<string?>
        {
            Lifetime = Lifetime,
            StaleLifetime = stale,
            Capacity = 16,
            IsKept = value => value is not null,
            IsExpendable = value => value is "",
        },
        _time);
}
