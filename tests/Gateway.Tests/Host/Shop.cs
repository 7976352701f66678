using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>A merchant of a test's own, with an account at <see cref="GatewaySilo.Provider"/>.</summary>
internal sealed class Shop
{
    private const string WebhookSecret = "the-webhook-secret";

    private static int s_shops;
    private static int s_events;

    private readonly IMerchantGrain _merchant;

    private Shop(string id, IMerchantGrain merchant) => (Id, _merchant) = (id, merchant);

    public string Id { get; }

    public required string SecretKey { get; init; }

    public required string PublishableKey { get; init; }

    /// <summary>Its account at the provider.</summary>
    public ProviderAccount Account => GatewaySilo.Provider.Account(Id);

    /// <summary>Its account at the provider whose tests count how it has been doing.</summary>
    public ProviderAccount CountedAccount => GatewaySilo.CountedProvider.Account(Id);

    /// <summary>A new merchant.</summary>
    /// <param name="grains">The silo's grains.</param>
    /// <param name="change">What it has that others have not.</param>
    public static async Task<Shop> OpenAsync(IGrainFactory grains, Func<PutMerchant, PutMerchant>? change = null)
    {
        var id = $"shop{Interlocked.Increment(ref s_shops)}";
        var merchant = grains.GetGrain<IMerchantGrain>(id);
        var put = new PutMerchant { Name = "Shop", UpiCollectAllowed = false };
        Assert.Null((await merchant.Put(change is null ? put : change(put))).Refusal);
        var shop = new Shop(id, merchant)
        {
            SecretKey = (await merchant.CreateKey(ApiKeyScope.Secret)).Value!.Key!.Reveal(),
            PublishableKey = (await merchant.CreateKey(ApiKeyScope.Publishable)).Value!.Key!.Reveal(),
        };
        await shop.ConnectAsync(GatewaySilo.Provider.Provider);
        return shop;
    }

    /// <summary>Gives the merchant an account at a provider.</summary>
    public async Task ConnectAsync(string provider) =>
        Assert.Null((await _merchant.PutCredentials(provider, Credentials())).Refusal);

    /// <summary>The customer pays at the provider, which says so to the gateway.</summary>
    public Task PayAsync(HttpClient client, JsonElement payment, string secret = WebhookSecret) =>
        DecideAsync(client, payment, ChargeStage.Captured, secret);

    /// <summary>The customer's bank reserves the money, and the provider says so to the gateway.</summary>
    public Task AuthorizeAsync(HttpClient client, JsonElement payment) =>
        DecideAsync(client, payment, ChargeStage.Authorized, WebhookSecret);

    /// <summary>Revokes its API keys.</summary>
    public async Task RevokeKeysAsync()
    {
        foreach (var key in (await _merchant.Get())!.Keys)
        {
            Assert.Null((await _merchant.RevokeKey(key.Id)).Refusal);
        }
    }

    /// <summary>A provider sends a webhook.</summary>
    public Task<HttpResponseMessage> SendWebhookAsync(HttpClient client, byte[] body, string secret = WebhookSecret)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        content.Headers.Add(TestConnector.SignatureHeader, TestConnector.Sign(body, secret));
        return client.PostAsync($"/webhooks/{Id}/{GatewaySilo.Provider.Provider}?anything=1", content);
    }

    /// <summary>The customer's bank declines, and the provider says so to the gateway.</summary>
    public Task DeclineAsync(HttpClient client, JsonElement payment)
    {
        var attempt = AttemptOf(payment);
        Account.Decline(attempt);
        return ReportAsync(client, attempt, WebhookSecret);
    }

    private Task DecideAsync(HttpClient client, JsonElement payment, ChargeStage stage, string secret)
    {
        var attempt = AttemptOf(payment);
        Account.Decide(attempt, Account.Charges.Single(charge => charge.Attempt == attempt).Amount, stage);
        return ReportAsync(client, attempt, secret);
    }

    private static AttemptId AttemptOf(JsonElement payment)
    {
        Assert.True(AttemptId.TryParse(payment.GetProperty("attempt").GetString(), out var attempt));
        return attempt;
    }

    private async Task ReportAsync(HttpClient client, AttemptId attempt, string secret)
    {
        var body = $$"""{"id":"event_{{Interlocked.Increment(ref s_events)}}","about":"{{attempt}}"}""";
        using var response = await SendWebhookAsync(client, Encoding.UTF8.GetBytes(body), secret);
        Assert.Equal("applied", (await response.JsonAsync()).GetProperty("fate").GetString());
    }

    private static ImmutableDictionary<string, Secret> Credentials() => TestSilo.Credentials(WebhookSecret);
}
