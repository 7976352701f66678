using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

/// <summary>Money that moves at a provider without the engine, which learns of it by webhook: a refund that the
/// merchant makes in the dashboard, and a second payment of an order.</summary>
public sealed class ProviderRefundTests : IAsyncLifetime
{
    private static readonly string[] RefundCalls = ["refund"];

    private RunningSystem _system = null!;
    private ApiClient _shop = null!;
    private HttpClient _dashboard = null!;
    private int _orders;

    public async Task InitializeAsync()
    {
        _system = await RunningSystem.StartAsync();
        _shop = _system.Shop();
        _dashboard = _system.SimulatorsHttp();
        _dashboard.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.ASCII.GetBytes(
                $"{RunningSystem.RazorpayKeyId}:{RunningSystem.RazorpaySecret}")));
    }

    public async Task DisposeAsync()
    {
        _dashboard.Dispose();
        _shop.Dispose();
        await _system.DisposeAsync();
    }

    // Ours and the dashboard's have the same amount, and no one knows yet whether ours was made.
    [Fact]
    public async Task At_each_provider_a_refund_made_in_the_dashboard_is_booked_once_beside_ours()
    {
        await ProviderAccounts.ConnectAsync(_system);
        foreach (var provider in ProviderAccounts.Providers)
        {
            await ProviderAccounts.OrderAsync(_system, provider);
            var (path, reference) = await PaidAsync(provider);
            await DialAsync(provider, new { reset_after = 1.0, operations = RefundCalls });
            await _shop.PostAsync($"{path}/refunds", new { amount = 20_000 });
            await Eventually.HoldsAsync(
                async () => await RefundsAtAsync(provider) == 1, () => $"{provider} has made the refund");
            using var response = await _dashboard.PostAsJsonAsync(
                $"/_dashboard/{provider}/{reference}/refunds", new { amount = 20_000 });
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
            await DialAsync(provider, new { });

            var refunded = await UntilAsync(
                path,
                seen => seen.GetProperty("refunded_amount").GetInt64() == 40_000,
                $"both refunds are known, at {provider}");
            Assert.Equal(
                [("SUCCESS", 20_000), ("SUCCESS", 20_000)],
                refunded.GetProperty("refunds").EnumerateArray().Select(refund => (
                    refund.GetProperty("status").GetString()!, refund.GetProperty("amount").GetInt32())));
            Assert.Single(
                refunded.GetProperty("refunds").EnumerateArray(),
                refund => refund.TryGetProperty("reason", out var why) && why.GetString() == "made at the provider");

            var rest = await _shop.PostAsync($"{path}/refunds", new { });
            Assert.Equal(10_000, rest.GetProperty("amount").GetInt64());
            await UntilAsync(
                path,
                seen => seen.GetProperty("refund_status").GetString() == "full",
                $"the rest is refunded, too, at {provider}");
            Assert.Equal(3, await RefundsAtAsync(provider));
        }

        Assert.Empty(await AlarmsAsync());
        Assert.True((await _shop.GetAsync("/api/v1/ledger/trial-balance")).GetProperty("balanced").GetBoolean());
    }

    [Fact]
    public async Task A_second_payment_of_an_order_is_an_alarm_until_an_operator_clears_it()
    {
        var (path, reference) = await PaidAsync("razorpay");
        var payment = JsonNode.Parse(await _dashboard.GetStringAsync($"/v1/payments/{reference}"))!;
        payment["id"] = "pay_TheOtherPayment";
        await DeliverAsync(payment);

        await Eventually.HoldsAsync(async () => (await AlarmsAsync()).Length == 1, () => "there is an alarm");
        var alarm = (await AlarmsAsync())[0];
        Assert.Equal("unexpected_money", alarm.GetProperty("kind").GetString());
        Assert.Equal($"{path}/unexpected/1/clear", alarm.GetProperty("cleared_by").GetString());
        Assert.Equal(-50_000, await BalanceAsync("suspense"));
        // The same event again is no second alarm.
        await DeliverAsync(payment);
        Assert.Single(await AlarmsAsync());

        var word = new { note = "The customer paid twice, and was refunded in the dashboard." };
        var cleared = await _shop.PostAsync(alarm.GetProperty("cleared_by").GetString()!, word);
        Assert.True(cleared.GetProperty("unexpected")[0].GetProperty("cleared").GetBoolean());
        Assert.Empty(await AlarmsAsync());
        Assert.Equal(0, await BalanceAsync("suspense"));
    }

    private async Task<(string Path, string Reference)> PaidAsync(string provider)
    {
        // New rules are known everywhere within seconds.
        JsonElement started = default;
        await Eventually.HoldsAsync(
            async () => (started = await PayAsync(provider)).GetProperty("provider").GetString() == provider,
            () => $"{provider} is called; the last payment was {started}");
        var path = $"/api/v1/payments/{started.GetProperty("id").GetString()}";
        var paid = await UntilAsync(
            path,
            seen => seen.GetProperty("status").GetString() == "SUCCESS"
                && seen.GetProperty("provider_reference").ValueKind == JsonValueKind.String,
            "the payment succeeds");
        return (path, paid.GetProperty("provider_reference").GetString()!);
    }

    private Task<JsonElement> PayAsync(string provider)
    {
        var isWallet = provider == "amazonpay";
        return _shop.PostAsync("/api/v1/payments", new Dictionary<string, object>(
            isWallet
                ? [new("method", "wallet"), new("wallet", new { provider })]
                : [new("method", "upi")])
        {
            ["order_id"] = $"order_{Interlocked.Increment(ref _orders)}",
            ["amount"] = 50_000,
            ["currency"] = isWallet ? "EUR" : "INR",
            ["customer"] = new { name = "A Customer", email = "a@shop.example", phone = "+919876543210" },
            ["client"] = new { ip = "203.0.113.7", user_agent = "test" },
            ["return_url"] = "https://shop.example/thanks",
        });
    }

    private async Task DialAsync(string provider, object dials)
    {
        using var response = await _dashboard.PutAsJsonAsync($"/_dials/{provider}", dials);
        response.EnsureSuccessStatusCode();
    }

    private async Task<int> RefundsAtAsync(string provider) =>
        (await _dashboard.GetStringAsync("/_journal")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .Count(line => line.GetProperty("provider").GetString() == provider
                && line.GetProperty("kind").GetString() == "refund");

    private async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> holds, string what)
    {
        JsonElement last = default;
        await Eventually.HoldsAsync(
            async () => holds(last = await _shop.GetAsync(path)), () => $"{what}; it stands at {last}");
        return last;
    }

    private async Task DeliverAsync(JsonNode payment)
    {
        var body = new JsonObject
        {
            ["event"] = "payment.captured",
            ["payload"] = new JsonObject { ["payment"] = new JsonObject { ["entity"] = payment.DeepClone() } },
        }.ToJsonString();
        var signature = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(RunningSystem.WebhookSecret), Encoding.UTF8.GetBytes(body));
        using var request = new HttpRequestMessage(HttpMethod.Post, _system.WebhookUrl("razorpay"))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Razorpay-Signature", Convert.ToHexStringLower(signature));
        using var http = new HttpClient();
        using var response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private async Task<JsonElement[]> AlarmsAsync() =>
        [.. (await _shop.GetAsync("/api/v1/alarms")).GetProperty("data").EnumerateArray()];

    private async Task<long> BalanceAsync(string account) =>
        (await _shop.GetAsync("/api/v1/ledger/accounts")).GetProperty("data").EnumerateArray()
            .Where(line => line.GetProperty("account").GetString() == account)
            .Sum(line => line.GetProperty("balance").GetInt64());
}
