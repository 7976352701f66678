using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Retention;

namespace PaymentCluster.Journal.Tests;

public sealed class RetentionTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task Delivered_events_leave_the_outbox_after_their_time_and_others_stay()
    {
        await using var store = fixture.Open();
        var payments = Enumerable.Range(0, 7).Select(_ => Commits.Accepted()).ToList();
        foreach (var payment in payments)
        {
            await store.Payments.AppendAsync(payment);
            await store.Payments.AppendAsync(Commits.Captured(payment));
        }

        var (old, recent) = (payments[1].Key.Payment.Value, payments[4].Key.Payment.Value);
        await fixture.Database.ExecuteAsync(
            $"""
            update outbox set sent_at = now() - interval '8 days'
            where payment_id in ('{old}', '{payments[6].Key.Payment.Value}');
            update outbox set sent_at = now() - interval '6 days' where payment_id = '{recent}'
            """);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var upkeep = new StoreUpkeep(
            store.Database,
            // Pages of three, so that there is more than one.
            Options.Create(new RetentionOptions { Batch = 3, Pause = TimeSpan.FromMilliseconds(1) }),
            new RetentionMetrics(services.GetRequiredService<IMeterFactory>(), TimeProvider.System),
            TimeProvider.System,
            NullLogger<StoreUpkeep>.Instance);

        Assert.Equal(2, await upkeep.DeleteDeliveredAsync(CancellationToken.None));
        Assert.Equal(0, await upkeep.DeleteDeliveredAsync(CancellationToken.None));
        Assert.Equal(5L, await fixture.Database.ScalarAsync<long>("select count(*) from outbox"));
        await upkeep.WatchPartitionsAsync(CancellationToken.None);
        // Its events are there as before.
        Assert.Equal(2, (await store.Payments.LoadAsync(payments[1].Key)).Events().Length);
    }
}
