using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Webhooks;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Webhooks;

public sealed class WebhookInboxOnPostgreSqlTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private const string Secret = "secret-of-acme";

    private readonly ConcurrentDictionary<string, byte> _changes = new();

    [Fact]
    public async Task Fifty_copies_at_once_leave_one_row_and_one_effect()
    {
        await using var silo = await StartAsync();
        var attempt = new AttemptId { Payment = PaymentId.New(TimeProvider.System), Number = 1 };
        var replies = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => ReceiveAsync(silo, "evt_copies", attempt.ToString())));
        Assert.All(replies, reply => Assert.Null(reply.Refusal));
        Assert.Single(replies, reply => reply.Value!.Fate == WebhookFate.Applied);
        Assert.Single(_changes);
        Assert.Equal("1,1", await RowAsync("evt_copies", "count(*) || ',' || min(fate)"));
    }

    [Fact]
    public async Task An_event_is_known_after_a_restart()
    {
        await using (var silo = await StartAsync())
        {
            Assert.Equal(WebhookFate.Ignored, (await ReceiveAsync(silo, "evt_kept", "settlement")).Value?.Fate);
        }

        await using var next = await StartAsync();
        Assert.Equal(WebhookFate.Duplicate, (await ReceiveAsync(next, "evt_kept", "settlement")).Value?.Fate);
    }

    [Fact]
    public async Task A_parked_event_keeps_its_body_to_the_byte()
    {
        await using var silo = await StartAsync();
        Assert.Equal(WebhookFate.Parked, (await ReceiveAsync(silo, "evt_parked", "somebody's")).Value?.Fate);
        Assert.Equal(Text("evt_parked", "somebody's"), await RowAsync("evt_parked", "convert_from(body, 'UTF8')"));
    }

    [Fact]
    public async Task A_forged_event_leaves_no_row()
    {
        await using var silo = await StartAsync();
        var reply = await ReceiveAsync(silo, "evt_forged", "settlement", "another secret");
        Assert.Equal(ErrorCode.WebhookSignatureInvalid, reply.Refusal?.Code);
        Assert.Equal("0", await RowAsync("evt_forged", "count(*)::text"));
    }

    private static Task<Reply<WebhookReceipt>> ReceiveAsync(
        TestSilo silo, string id, string about, string secret = Secret)
    {
        var body = Encoding.UTF8.GetBytes(Text(id, about));
        var headers = ImmutableDictionary<string, string>.Empty.Add(
            TestConnector.SignatureHeader, TestConnector.Sign(body, secret));
        return silo.Grains.GetGrain<IProviderWebhookGrain>($"acme/{TestSilo.Provider}")
            .Receive(new ProviderWebhook { Headers = headers, Body = [.. body] });
    }

    private static string Text(string id, string about) => $$"""{"id":"{{id}}","about":"{{about}}"}""";

    private async Task<TestSilo> StartAsync()
    {
        var silo = await TestSilo.StartAsync(store.Database, builder => builder.Services.AddSingleton(
            Stub.Of<IPaymentCalls>((_, args) => RecordAsync($"{args[0]}"))));
        await silo.PutMerchantAsync("acme", Secret);
        return silo;
    }

    private Task<bool> RecordAsync(string payment)
    {
        _changes.TryAdd(payment, 0);
        return Task.FromResult(true);
    }

    private Task<string> RowAsync(string eventId, string what) => store.Database.ScalarAsync<string>(
        $"select {what} from webhook_inbox where merchant_id = 'acme' and provider = '{TestSilo.Provider}' "
            + $"and event_id = '{eventId}'");
}
