using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests;

/// <summary>Watching a payment through its grain.</summary>
public sealed class WatchTests(PaymentSilo shared) : IClassFixture<PaymentSilo>
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly MemoryJournal _journal = shared.Journal;
    private readonly PaymentKey _key = PaymentKey.Of("shop", PaymentId.New(TimeProvider.System));
    private readonly TestSilo _silo = shared.Silo;

    private IPaymentGrain Payment => _silo.Grains.GetGrain<IPaymentGrain>(_key.ToString());

    [Fact]
    public async Task A_watch_returns_the_history_and_then_each_commit()
    {
        await Payment.Start(Given.StartCommand() with { Instrument = null });
        await using var entries = Payment.Watch(0).GetAsyncEnumerator();
        Assert.Equal((1, "payment_created"), await NextAsync(entries));
        var next = entries.MoveNextAsync().AsTask();
        // The command is not held up by the watch that waits on the same activation.
        await Payment.Cancel(new CancelPayment()).WaitAsync(Timeout);
        Assert.True(await next.WaitAsync(Timeout));
        Assert.Equal((2, PaymentStatus.Cancelled), (entries.Current.Version, entries.Current.Status));
        // What is pushed is what is stored.
        Assert.Equal((await Payment.Timeline(1))!.Value.Single(), entries.Current);
    }

    [Fact]
    public async Task A_watch_from_the_current_version_reads_no_journal()
    {
        var started = await Payment.Start(Given.StartCommand() with { Instrument = null });
        await Payment.Get();
        var loads = _journal.Loads;
        await using var entries = Payment.Watch(started.Payment!.Version).GetAsyncEnumerator();
        var next = entries.MoveNextAsync().AsTask();
        await Payment.Cancel(new CancelPayment()).WaitAsync(Timeout);
        Assert.True(await next.WaitAsync(Timeout));
        Assert.Equal(2, entries.Current.Version);
        Assert.Equal(loads, _journal.Loads);
    }

    [Fact]
    public async Task An_invalidated_activation_ends_its_watches_and_the_next_one_resumes_them()
    {
        var started = await Payment.Start(Given.StartCommand() with { Instrument = null });
        await using var entries = Payment.Watch(1).GetAsyncEnumerator();
        var next = entries.MoveNextAsync().AsTask();
        await WatchedAsync(next);
        var request = new RequestKey { Key = "k", Fingerprint = "f" };
        await _journal.HappensElsewhereAsync(
            _key, new RequestRepeated { At = started.Payment!.UpdatedAt, Request = request });
        await Payment.Resume().WaitAsync(Timeout);
        Assert.False(await next.WaitAsync(Timeout), "The watch of an invalidated activation goes on.");

        await using var resumed = Payment.Watch(1).GetAsyncEnumerator();
        Assert.Equal((2, "request_repeated"), await NextAsync(resumed));
    }

    [Fact]
    public async Task There_is_nothing_to_watch_of_a_payment_that_does_not_exist()
    {
        await using var entries = Payment.Watch(0).GetAsyncEnumerator();
        Assert.False(await entries.MoveNextAsync().AsTask().WaitAsync(Timeout));
    }

    [Fact]
    public async Task A_caller_that_stops_watching_leaves_nothing_behind()
    {
        await Payment.Start(Given.StartCommand() with { Instrument = null });
        using var leaving = new CancellationTokenSource();
        await using (var entries = Payment.Watch(1, leaving.Token).GetAsyncEnumerator(leaving.Token))
        {
            var next = entries.MoveNextAsync().AsTask();
            await WatchedAsync(next);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(Timeout));
        }

        Assert.Equal(
            PaymentStatus.Cancelled, (await Payment.Cancel(new CancelPayment()).WaitAsync(Timeout)).Value!.Status);
    }

    // A call that comes after the enumeration's first one is served after it has begun.
    private async Task WatchedAsync(Task<bool> next)
    {
        await Payment.Get().WaitAsync(Timeout);
        Assert.False(next.IsCompleted);
    }

    private static async Task<(int Version, string Type)> NextAsync(IAsyncEnumerator<TimelineEntry> entries)
    {
        Assert.True(await entries.MoveNextAsync().AsTask().WaitAsync(Timeout), "The watch ended.");
        return (entries.Current.Version, entries.Current.Type);
    }
}
