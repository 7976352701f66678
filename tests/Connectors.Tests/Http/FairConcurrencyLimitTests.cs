using Microsoft.Extensions.Time.Testing;
using PaymentCluster.Grains.Abstractions.Limits;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Http;

public sealed class FairConcurrencyLimitTests
{
    private static readonly TimeSpan QueueTimeout = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_caller_that_waited_too_long_gets_nothing_and_leaves_its_place()
    {
        var limit = Create(permits: 1);
        var held = await limit.AcquireAsync("a", isUrgent: true);
        var waiting = limit.AcquireAsync("b", isUrgent: true).AsTask();
        Assert.Equal((1, 1), (limit.Held, limit.Waiting));
        _time.Advance(QueueTimeout);
        Assert.Null(await waiting);
        Assert.Equal((1, 0), (limit.Held, limit.Waiting));
        held!.Dispose();
        Assert.Equal(0, limit.Held);
    }

    [Fact]
    public async Task A_permit_is_released_once()
    {
        var limit = Create(permits: 2);
        var first = await limit.AcquireAsync("a", isUrgent: true);
        using var second = await limit.AcquireAsync("b", isUrgent: true);
        first!.Dispose();
        first.Dispose();
        Assert.Equal(1, limit.Held);
    }

    [Fact]
    public async Task A_merchant_holds_no_more_than_its_own_limit()
    {
        var limit = Create(permits: 8, perMerchant: 2);
        using var one = await limit.AcquireAsync("a", isUrgent: true);
        using var two = await limit.AcquireAsync("a", isUrgent: true);
        var third = limit.AcquireAsync("a", isUrgent: true).AsTask();
        Assert.Equal((2, 1), (limit.Held, limit.Waiting));
        using var other = await limit.AcquireAsync("b", isUrgent: true);
        Assert.Equal((3, 1), (limit.Held, limit.Waiting));
        one!.Dispose();
        using var granted = await third;
        Assert.NotNull(granted);
    }

    [Fact]
    public async Task Merchants_take_turns_however_many_each_has_waiting()
    {
        var limit = Create(permits: 1);
        var order = new List<string>();
        var held = await limit.AcquireAsync("first", isUrgent: true);
        var waiting = "aaaaabbc".Select(merchant => RunAsync(limit, merchant.ToString(), true, order)).ToArray();
        held!.Dispose();
        await Task.WhenAll(waiting);
        Assert.Equal("abcabaaa", string.Concat(order));
    }

    [Fact]
    public async Task What_is_not_urgent_is_delayed_and_not_starved()
    {
        var limit = Create(permits: 1);
        var order = new List<string>();
        var held = await limit.AcquireAsync("first", isUrgent: true);
        Task[] waiting =
        [
            .. Enumerable.Range(0, 2).Select(_ => RunAsync(limit, "q", false, order)),
            .. Enumerable.Range(0, 16).Select(_ => RunAsync(limit, "U", true, order)),
        ];
        held!.Dispose();
        await Task.WhenAll(waiting);
        Assert.Equal("UUUUUUUqUUUUUUUqUU", string.Concat(order));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_callers_do_nothing_is_lost_and_no_limit_is_exceeded(int seed)
    {
        const int Permits = 9;
        const int Enough = 500;
        var random = new Random(seed);
        var limit = Create(Permits, perMerchant: 4, queued: 24);
        var pending = new List<Task<IDisposable?>>();
        var held = new List<IDisposable>();
        var granted = 0;
        // Permits are handed over on other threads, which a busy machine may leave waiting.
        for (var step = 0; step < 5_000 || (granted <= Enough && step < 1_000_000); step++)
        {
            await Task.Yield();
            switch (random.Next(8))
            {
                case < 4:
                    pending.Add(limit.AcquireAsync($"m{random.Next(6)}", random.Next(2) == 0).AsTask());
                    break;
                case < 7 when held.Count > 0:
                    var at = random.Next(held.Count);
                    held[at].Dispose();
                    held.RemoveAt(at);
                    break;
                default:
                    _time.Advance(QueueTimeout / 4);
                    break;
            }

            Assert.InRange(limit.Held, 0, Permits);
            Assert.InRange(limit.Waiting, 0, 24);
            foreach (var done in pending.Where(one => one.IsCompleted).ToArray())
            {
                pending.Remove(done);
                if (await done is { } permit)
                {
                    held.Add(permit);
                    granted++;
                }
            }
        }

        Assert.True(granted > Enough, $"Only {granted} permits were granted.");
        held.ForEach(permit => permit.Dispose());
        while (pending.Count > 0)
        {
            var next = await Task.WhenAny(pending);
            pending.Remove(next);
            (await next)?.Dispose();
        }

        Assert.Equal((0, 0), (limit.Held, limit.Waiting));
    }

    private static async Task RunAsync(FairConcurrencyLimit limit, string merchant, bool isUrgent, List<string> order)
    {
        using var permit = await limit.AcquireAsync(merchant, isUrgent);
        Assert.NotNull(permit);
        // One permit: no two add at once.
        order.Add(merchant);
    }

    private FairConcurrencyLimit Create(int permits, int perMerchant = int.MaxValue, int queued = 64) => new(
        new FairConcurrencyLimitOptions
        {
            Permits = permits,
            PermitsPerMerchant = perMerchant,
            MaxQueued = queued,
            QueueTimeout = QueueTimeout,
        },
        _time);
}
