using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Webhooks;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Grains.Webhooks;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Webhooks;

public sealed class ProviderWebhookGrainTests(ProviderWebhookGrainTests.Shared shared)
    : IClassFixture<ProviderWebhookGrainTests.Shared>, IAsyncLifetime
{
    private const string Secret = "secret-of-acme";

    private readonly PaymentId _payment = PaymentId.New(TimeProvider.System);
    private readonly string _acme = SharedSilo.NewMerchant("acme");
    private readonly string _other = SharedSilo.NewMerchant("other");
    private readonly DocumentStore _store = shared.Store;
    private readonly ManualTime _time = shared.Time;
    private readonly ConcurrentQueue<string> _reports = new();
    private readonly ConcurrentQueue<string> _queries = new();
    private readonly ConcurrentDictionary<string, object> _changes = new();
    private Func<Task> _beforeRecording = () => Task.CompletedTask;
    private readonly TestSilo _silo = shared.Silo;

    private string Attempt => new AttemptId { Payment = _payment, Number = 1 }.ToString();

    private string Refund => new RefundId { Payment = _payment, Number = 2 }.ToString();

    private IReadOnlyList<InboxEntry> Entries =>
        [.. shared.Inbox.Entries.Where(entry => entry.Merchant == _acme || entry.Merchant == _other)];

    public async Task InitializeAsync()
    {
        shared.Record = RecordAsync;
        shared.Query = QueryAsync;
        await _silo.PutMerchantAsync(_acme, Secret);
        await _silo.PutMerchantAsync(_other, "secret-of-other");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_signed_event_reaches_its_payment_and_the_inbox()
    {
        var reply = await ReceiveAsync(Event("evt_1", Attempt));
        Assert.Equal(WebhookFate.Applied, reply.Value?.Fate);
        var report = Assert.IsType<RecordOutcome>(_changes[$"{_acme}/{_payment}"]);
        Assert.Equal(
            (OperationKey.Charge(1), ReportSource.Webhook, TestSilo.Provider),
            (report.Operation, report.Source, report.Provider));
        var entry = Assert.Single(Entries);
        Assert.Equal((_acme, TestSilo.Provider, "evt_1"), (entry.Merchant, entry.Provider, entry.EventId));
        Assert.Equal((WebhookFate.Applied, Attempt, null), (entry.Fate, entry.Detail, entry.Body));
    }

    [Fact]
    public async Task The_secret_before_still_verifies_for_a_while_and_then_no_more()
    {
        var signed = Event("evt_1", Attempt);
        await _silo.Merchant(_acme).PutCredentials(TestSilo.Provider, TestSilo.Credentials("the-new-secret"));
        Assert.Equal(WebhookFate.Applied, (await ReceiveAsync(signed)).Value?.Fate);
        Assert.Null((await ReceiveAsync(Event("evt_2", Attempt, "the-new-secret"))).Refusal);
        AssertForged(await ReceiveAsync(Event("evt_3", Attempt, "neither")));
        _time.Advance(TimeSpan.FromHours(24));
        AssertForged(await ReceiveAsync(Event("evt_3", Attempt)));
        Assert.Null((await ReceiveAsync(Event("evt_4", Attempt, "the-new-secret"))).Refusal);
        Assert.DoesNotContain("\"previous\":{", _store.Text(_acme), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_about_a_refund_reaches_its_payment()
    {
        Assert.Equal(WebhookFate.Applied, (await ReceiveAsync(Event("evt_1", Refund))).Value?.Fate);
        var report = Assert.IsType<RecordOutcome>(_changes[$"{_acme}/{_payment}"]);
        Assert.Equal(
            (OperationKey.Refund(2), ReportSource.Webhook, TestSilo.Provider),
            (report.Operation, report.Source, report.Provider));
    }

    [Fact]
    public async Task Refunds_that_were_made_at_the_provider_reach_their_payment_and_what_is_open_is_queried()
    {
        var webhook = Event("evt_1", TestConnector.Dashboard + Attempt);
        Assert.Equal(WebhookFate.Applied, (await ReceiveAsync(webhook)).Value?.Fate);
        Assert.Equal(2, _reports.Count);
        var report = Assert.IsType<RecordProviderRefund>(_changes[$"{_acme}/{_payment}"]);
        Assert.Equal(
            (1, "rfnd_1", "pay_1", TestSilo.Provider),
            (report.Attempt, report.ProviderReference, report.ProviderPayment, report.Provider));
        Assert.Equal(["QueryAsync"], _queries);
        Assert.Equal(WebhookFate.Duplicate, (await ReceiveAsync(webhook)).Value?.Fate);

        // Another merchant's payment has none of them.
        var other = Event("evt_2", TestConnector.Dashboard + Attempt, "secret-of-other");
        Assert.Equal(WebhookFate.Parked, (await ReceiveAsync(other, _other)).Value?.Fate);
        Assert.Equal(["QueryAsync"], _queries);
    }

    [Fact]
    public async Task Refunds_that_a_connector_fetched_for_a_hint_are_reported_and_leave_no_row()
    {
        Assert.Equal(
            WebhookFate.Applied, (await ReceiveAsync(Hint(TestConnector.Dashboard + Attempt))).Value?.Fate);
        Assert.Equal(2, _reports.Count);
        Assert.Equal(["HintAsync"], _queries);
        Assert.Empty(Entries);
    }

    [Fact]
    public async Task Fifty_copies_at_once_have_one_effect_and_all_get_a_reply()
    {
        var webhook = Event("evt_1", Attempt);
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ReceiveAsync(webhook)));
        Assert.All(replies, reply => Assert.Null(reply.Refusal));
        Assert.Single(replies, reply => reply.Value!.Fate == WebhookFate.Applied);
        Assert.Equal(49, replies.Count(reply => reply.Value!.Fate == WebhookFate.Duplicate));
        Assert.Single(_changes);
        Assert.Single(Entries);
    }

    [Fact]
    public async Task A_known_event_does_not_reach_its_payment_again()
    {
        await ReceiveAsync(Event("evt_1", Attempt));
        Assert.Equal(WebhookFate.Duplicate, (await ReceiveAsync(Event("evt_1", Attempt))).Value?.Fate);
        Assert.Single(_reports);
    }

    [Fact]
    public async Task The_same_event_id_of_two_merchants_is_two_events()
    {
        await ReceiveAsync(Event("evt_1", Attempt));
        var reply = await ReceiveAsync(Event("evt_1", "settlement", "secret-of-other"), _other);
        Assert.Equal(WebhookFate.Ignored, reply.Value?.Fate);
        Assert.Equal(2, Entries.Count);
    }

    [Fact]
    public async Task The_row_follows_the_effect_and_a_failed_effect_leaves_no_row()
    {
        _beforeRecording = () =>
        {
            Assert.Empty(Entries);
            throw new TimeoutException("The payment did not reply.");
        };
        await Assert.ThrowsAsync<TimeoutException>(() => ReceiveAsync(Event("evt_1", Attempt)));
        Assert.Empty(Entries);

        _beforeRecording = () => Task.CompletedTask;
        Assert.Equal(WebhookFate.Applied, (await ReceiveAsync(Event("evt_1", Attempt))).Value?.Fate);
    }

    [Fact]
    public async Task A_forged_event_changes_nothing()
    {
        var forged = Event("evt_1", Attempt) with { Headers = Signed("0000") };
        AssertRefused(ErrorCode.WebhookSignatureInvalid, await ReceiveAsync(forged));
    }

    [Fact]
    public async Task Another_merchants_secret_signs_nothing_here() =>
        AssertRefused(
            ErrorCode.WebhookSignatureInvalid, await ReceiveAsync(Event("evt_1", Attempt, "secret-of-other")));

    [Fact]
    public async Task A_body_that_differs_by_one_blank_is_forged()
    {
        var webhook = Event("evt_1", Attempt);
        AssertRefused(
            ErrorCode.WebhookSignatureInvalid, await ReceiveAsync(webhook with { Body = webhook.Body.Add((byte)' ') }));
    }

    [Fact]
    public async Task Who_is_no_merchant_cannot_be_distinguished_from_a_wrong_signature()
    {
        var wrong = (await ReceiveAsync(Event("evt_1", Attempt, "wrong"))).Refusal;
        Assert.Equal(wrong, (await ReceiveAsync(Event("evt_1", Attempt), "nobody")).Refusal);
        Assert.Equal(wrong, (await ReceiveAsync(Event("evt_1", Attempt), "../up")).Refusal);
        Assert.Equal(wrong, (await ReceiveAsync(Event("evt_1", Attempt), _acme, "nopay")).Refusal);
        Assert.Equal(wrong, (await ReceiveAsync(Event("evt_1", Attempt), _acme, "otherpay")).Refusal);
        Assert.Equal(
            wrong,
            (await _silo.Grains.GetGrain<IProviderWebhookGrain>("noslash").Receive(Event("evt_1", Attempt))).Refusal);
        Assert.Empty(Entries);
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task A_signed_event_without_an_id_is_malformed()
    {
        AssertRefused(ErrorCode.WebhookMalformed, await ReceiveAsync(Message("""{"about":"settlement"}""", Secret)));
        AssertRefused(ErrorCode.WebhookMalformed, await ReceiveAsync(Event("", "settlement")));
        AssertRefused(ErrorCode.WebhookMalformed, await ReceiveAsync(Event(new string('x', 256), "settlement")));
    }

    [Fact]
    public async Task An_event_about_nothing_of_ours_is_ignored_once()
    {
        Assert.Equal(WebhookFate.Ignored, (await ReceiveAsync(Event("evt_1", "settlement"))).Value?.Fate);
        Assert.Equal(WebhookFate.Duplicate, (await ReceiveAsync(Event("evt_1", "settlement"))).Value?.Fate);
        Assert.Null(Assert.Single(Entries).Body);
    }

    [Fact]
    public async Task An_event_without_a_reference_of_ours_is_parked_with_its_body()
    {
        var webhook = Event("evt_1", "a payment of another merchant");
        Assert.Equal(WebhookFate.Parked, (await ReceiveAsync(webhook)).Value?.Fate);
        var entry = Assert.Single(Entries);
        Assert.Equal(WebhookFate.Parked, entry.Fate);
        Assert.Equal(webhook.Body, entry.Body!);
    }

    [Fact]
    public async Task An_event_about_another_merchants_payment_is_parked_with_its_body()
    {
        var webhook = Event("evt_1", Attempt, "secret-of-other");
        Assert.Equal(WebhookFate.Parked, (await ReceiveAsync(webhook, _other)).Value?.Fate);
        Assert.Empty(_changes);
        Assert.Equal(webhook.Body, Assert.Single(Entries).Body!);
    }

    [Fact]
    public async Task What_proves_nothing_is_a_hint_and_leaves_nothing_behind()
    {
        Assert.Equal(WebhookFate.Applied, (await ReceiveAsync(Hint(Attempt))).Value?.Fate);
        Assert.Equal(["HintAsync"], _queries);
        var another = new AttemptId { Payment = PaymentId.New(TimeProvider.System), Number = 1 }.ToString();
        Assert.Equal(WebhookFate.Ignored, (await ReceiveAsync(Hint(another))).Value?.Fate);
        Assert.Equal(WebhookFate.Ignored, (await ReceiveAsync(Hint(new string('x', 100_000)))).Value?.Fate);
        Assert.Empty(Entries);
    }

    [Fact]
    public async Task Few_hints_a_second_reach_a_payment()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ReceiveAsync(Hint(Attempt))));
        Assert.Equal(WebhookHints.PerSecond, replies.Count(reply => reply.Value!.Fate == WebhookFate.Applied));
        Assert.Equal(WebhookHints.PerSecond, _queries.Count);
        // Another merchant's are counted apart.
        Assert.Equal(WebhookFate.Ignored, (await ReceiveAsync(Hint(Attempt), _other)).Value?.Fate);
        Assert.Equal(WebhookHints.PerSecond + 1, _queries.Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(WebhookFate.Applied, (await ReceiveAsync(Hint(Attempt))).Value?.Fate);
    }

    [Fact]
    public async Task The_address_that_the_provider_was_given_proves_who_sent_it()
    {
        var token = _silo.Services.GetRequiredService<PaymentTokens>().WebhookToken(_acme, TestSilo.Provider);
        var webhook = Hint(Attempt) with { AddressToken = token, IsSecure = true };
        Assert.Equal(WebhookFate.Applied, (await ReceiveAsync(webhook)).Value?.Fate);
        Assert.Equal(WebhookFate.Duplicate, (await ReceiveAsync(webhook)).Value?.Fate);
        Assert.Equal(["QueryAsync"], _queries);
        Assert.Single(Entries);

        // Read by a third party on its way, of another merchant, or made up, it is the plain address.
        await ReceiveAsync(webhook with { IsSecure = false });
        await ReceiveAsync(webhook, _other);
        await ReceiveAsync(webhook with { AddressToken = new string('0', 32) });
        Assert.Equal(["QueryAsync", "HintAsync", "HintAsync", "HintAsync"], _queries);
        Assert.Single(Entries);
    }

    [Fact]
    public async Task Credentials_that_cannot_be_opened_are_a_failure_and_no_refusal()
    {
        // Another merchant's row was moved here.
        _store.Change(
            "merchant", _acme, text => text.Replace("\"sealed\":\"", "\"sealed\":\"AAAA", StringComparison.Ordinal));
        await using var next = await TestSilo.StartAsync(_store);
        var grain = next.Grains.GetGrain<IProviderWebhookGrain>($"{_acme}/{TestSilo.Provider}");
        await Assert.ThrowsAsync<CredentialsUnreadableException>(() => grain.Receive(Event("evt_1", Attempt)));
    }

    // A payment that exists under one key alone, and that a repeated report does not change.
    private async Task<bool> RecordAsync(string key, object report)
    {
        await _beforeRecording();
        await Task.Yield();
        _reports.Enqueue(key);
        if (key != $"{_acme}/{_payment}")
        {
            return false;
        }

        _changes.TryAdd(key, report);
        return true;
    }

    private Task<bool> QueryAsync(string method, string key)
    {
        _queries.Enqueue(method);
        return Task.FromResult(key == $"{_acme}/{_payment}");
    }

    private Task<Reply<WebhookReceipt>> ReceiveAsync(
        ProviderWebhook webhook, string? merchant = null, string provider = TestSilo.Provider) =>
        _silo.Grains.GetGrain<IProviderWebhookGrain>($"{merchant ?? _acme}/{provider}").Receive(webhook);

    private void AssertRefused(ErrorCode code, Reply<WebhookReceipt> reply)
    {
        Assert.Equal(code, reply.Refusal?.Code);
        Assert.Empty(Entries);
        Assert.Empty(_reports);
    }

    private static void AssertForged(Reply<WebhookReceipt> reply) =>
        Assert.Equal(ErrorCode.WebhookSignatureInvalid, reply.Refusal?.Code);

    private static ProviderWebhook Event(string id, string about, string secret = Secret) =>
        Message($$"""{"id":"{{id}}","about":"{{about}}"}""", secret);

    private static ProviderWebhook Hint(string about) => new()
    {
        Headers = ImmutableDictionary<string, string>.Empty.Add(TestConnector.HintHeader, "yes"),
        Body = [.. Encoding.UTF8.GetBytes(about)],
    };

    private static ProviderWebhook Message(string text, string secret)
    {
        var body = Encoding.UTF8.GetBytes(text);
        return new ProviderWebhook { Headers = Signed(TestConnector.Sign(body, secret)), Body = [.. body] };
    }

    private static ImmutableDictionary<string, string> Signed(string signature) =>
        ImmutableDictionary<string, string>.Empty.Add(TestConnector.SignatureHeader, signature);

    /// <summary>One silo for all of them, whose payments are the present test's.</summary>
    public sealed class Shared : SharedSilo
    {
        internal ManualTime Time { get; } = new();

        internal MemoryInbox Inbox { get; } = new();

        internal Func<string, object, Task<bool>> Record { get; set; } =
            (_, _) => throw new NotSupportedException();

        internal Func<string, string, Task<bool>> Query { get; set; } =
            (_, _) => throw new NotSupportedException();

        private protected override void Configure(HostApplicationBuilder builder)
        {
            builder.Services.AddSingleton<TimeProvider>(Time);
            builder.Services.AddSingleton<IWebhookInbox>(Inbox);
            builder.Services.AddSingleton(Stub.Of<IPaymentCalls>((method, args) =>
                method.Name == nameof(IPaymentCalls.RecordAsync)
                    ? Record($"{args[0]}", args[1]!)
                    : Query(method.Name, $"{args[0]}")));
        }
    }
}
