using System.Text;
using PaymentCluster.Grains.Abstractions.Webhooks;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Testing;

namespace PaymentCluster.Journal.Tests;

public sealed class InboxTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task An_event_is_taken_in_once_however_often_and_wherever_it_arrives()
    {
        await using var first = fixture.Open();
        await using var second = fixture.Open();

        var taken = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(index =>
                (index % 2 == 0 ? first : second).Inbox.RecordAsync(Entry($"event_{index % 10}"))));

        Assert.Equal(10, taken.Count(each => each));
        Assert.True(await first.Inbox.ExistsAsync(Commits.Merchant, "razorpay", "event_3"));
    }

    [Fact]
    public async Task Merchants_and_providers_have_events_of_their_own()
    {
        await using var store = fixture.Open();
        var entry = Entry("shared");
        Assert.True(await store.Inbox.RecordAsync(entry));
        Assert.True(await store.Inbox.RecordAsync(entry with { Merchant = "other" }));
        Assert.True(await store.Inbox.RecordAsync(entry with { Provider = "payu" }));
        Assert.False(await store.Inbox.RecordAsync(entry));
        Assert.False(await store.Inbox.ExistsAsync("other", "payu", "shared"));
    }

    [Fact]
    public async Task A_parked_event_keeps_its_body()
    {
        await using var store = fixture.Open();
        var entry = Entry("parked") with
        {
            Fate = WebhookFate.Parked,
            Detail = "no such payment",
            Body = Encoding.UTF8.GetBytes("{\"a\":1}"),
        };
        Assert.True(await store.Inbox.RecordAsync(entry));
        Assert.Equal(
            "4 no such payment {\"a\":1}",
            await fixture.Database.ScalarAsync<string>(
                "select fate || ' ' || detail || ' ' || convert_from(body, 'UTF8') from webhook_inbox "
                    + "where event_id = 'parked'"));
    }

    [Fact]
    public async Task An_event_that_the_store_cannot_take_fails_alone()
    {
        await using var store = fixture.Open(new JournalOptions { Writers = 1 });
        var good = Enumerable.Range(0, 20).Select(index => store.Inbox.RecordAsync(Entry($"good_{index}"))).ToList();
        var bad = store.Inbox.RecordAsync(Entry("bad\0"));
        good.AddRange(Enumerable.Range(20, 20).Select(index => store.Inbox.RecordAsync(Entry($"good_{index}"))));
        Assert.All(await Task.WhenAll(good), Assert.True);
        await Assert.ThrowsAnyAsync<Exception>(() => bad);
    }

    [Fact]
    public async Task A_record_whose_response_is_lost_is_there()
    {
        await using var proxy = FaultProxy.ToPostgres(fixture.Database.AppConnectionString);
        await using var store = new Store(
            proxy.Through(fixture.Database.AppConnectionString), new JournalOptions { Writers = 1 });
        await store.Inbox.RecordAsync(Entry("before"));

        proxy.Next(new ProxyAct(ProxyFault.CutReply));
        await store.Inbox.RecordAsync(Entry("lost"));

        Assert.Equal(1, proxy.Cuts);
        Assert.True(await store.Inbox.ExistsAsync(Commits.Merchant, "razorpay", "lost"));
    }

    private static InboxEntry Entry(string id) => new()
    {
        Merchant = Commits.Merchant,
        Provider = "razorpay",
        EventId = id,
        ReceivedAt = TimeProvider.System.GetUtcNow(),
        Fate = WebhookFate.Applied,
    };
}
