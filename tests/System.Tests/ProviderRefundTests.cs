using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

/// <summary>Money that moves at Razorpay without the engine, which learns of it by webhook alone: a refund that the
/// merchant makes in the dashboard, and a second payment of an order.</summary>
public sealed class ProviderRefundTests : IAsyncLifetime
{
    private RunningSystem _system = null!;
    private ApiClient _shop = null!;
    private HttpClient _dashboard = null!;

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

    [Fact]
    public async Task A_refund_made_in_the_dashboard_is_one_of_the_payments_refunds()
    {
        var (path, reference) = await PaidAsync();
        var response = await _dashboard.PostAsJsonAsync($"/v1/payments/{reference}/refund", new { amount = 20_000 });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());

        var refunded = await UntilAsync(
            path, seen => seen.GetProperty("refunded_amount").GetInt64() == 20_000, "the dashboard's refund is known");
        var refund = Assert.Single(refunded.GetProperty("refunds").EnumerateArray().ToArray());
        Assert.Equal("made at the provider", refund.GetProperty("reason").GetString());
        Assert.Equal("SUCCESS", refund.GetProperty("status").GetString());

        var rest = await _shop.PostAsync($"{path}/refunds", new { });
        Assert.Equal(30_000, rest.GetProperty("amount").GetInt64());
        await UntilAsync(
            path, seen => seen.GetProperty("refund_status").GetString() == "full", "the rest is refunded, too");
        Assert.Empty(await AlarmsAsync());
        Assert.True((await _shop.GetAsync("/api/v1/ledger/trial-balance")).GetProperty("balanced").GetBoolean());
    }

    [Fact]
    public async Task A_second_payment_of_an_order_is_an_alarm_until_an_operator_clears_it()
    {
        var (path, reference) = await PaidAsync();
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

    private async Task<(string Path, string Reference)> PaidAsync()
    {
        var started = await _shop.PostAsync(
            "/api/v1/payments", new { order_id = "order_1", amount = 50_000, currency = "INR", method = "upi" });
        var path = $"/api/v1/payments/{started.GetProperty("id").GetString()}";
        var paid = await UntilAsync(
            path, seen => seen.GetProperty("status").GetString() == "SUCCESS", "the payment succeeds");
        return (path, paid.GetProperty("provider_reference").GetString()!);
    }

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
