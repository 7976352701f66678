using System.Text.Json;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

/// <summary>All five providers behind one merchant, each with its simulator, over real HTTP.</summary>
public sealed class ProvidersTests : IAsyncLifetime
{
    private static readonly object Customer =
        new { name = "A Customer", email = "a@shop.example", phone = "+919876543210" };
    private static readonly object Client = new { ip = "203.0.113.7", user_agent = "test" };

    private static int s_orders;

    private RunningSystem _system = null!;

    public async Task InitializeAsync()
    {
        _system = await RunningSystem.StartAsync();
        await ProviderAccounts.ConnectAsync(_system);
    }

    public async Task DisposeAsync() => await _system.DisposeAsync();

    [Fact]
    public async Task Each_provider_takes_payments_and_refunds_and_the_books_balance()
    {
        foreach (var provider in ProviderAccounts.Providers)
        {
            await ProviderAccounts.OrderAsync(_system, provider);
            var (method, currency) = provider == "amazonpay" ? (Wallet("amazonpay"), "EUR") : (Upi, "INR");
            // New rules are known everywhere within seconds.
            JsonElement paid = default;
            await Eventually.HoldsAsync(
                async () => (paid = await PayAsync(method, currency)).GetProperty("provider").GetString() == provider,
                () => $"{provider} is called; the last one was {paid}");
            await SucceedsAsync(paid);
            await RefundAsync(paid);
        }

        using var shop = _system.Shop();
        Assert.True((await shop.GetAsync("/api/v1/ledger/trial-balance")).GetProperty("balanced").GetBoolean());
    }

    [Fact]
    public async Task A_provider_that_cannot_be_reached_is_passed_over_by_what_was_sent_to_it()
    {
        await _system.StopServerAsync();
        _system.Settings["Connectors__Razorpay__BaseUrl"] = $"http://127.0.0.1:{Ports.Free()}/";
        await _system.StartServerAsync();
        foreach (var method in (Dictionary<string, object>[])[Upi, Card])
        {
            var payment = await SucceedsAsync(await PayAsync(method, "INR"));
            Assert.Equal("payu", payment.GetProperty("provider").GetString());
            Assert.EndsWith("_2", payment.GetProperty("attempt").GetString(), StringComparison.Ordinal);
            using var shop = _system.Shop();
            var timeline = await shop.GetAsync($"/api/v1/payments/{payment.GetProperty("id").GetString()}/timeline");
            Assert.Contains("the next provider is tried", timeline.GetRawText(), StringComparison.Ordinal);
        }
    }

    private static Dictionary<string, object> Upi => new() { ["method"] = "upi" };

    private static Dictionary<string, object> Card => new()
    {
        ["method"] = "card",
        ["card"] = new
        {
            number = "4111111111111111",
            expiry_month = 12,
            expiry_year = 2040,
            cvv = "123",
            name = "A Customer",
        },
    };

    private static Dictionary<string, object> Wallet(string name) =>
        new() { ["method"] = "wallet", ["wallet"] = new { provider = name } };

    private async Task<JsonElement> PayAsync(Dictionary<string, object> method, string currency)
    {
        using var shop = _system.Shop();
        return await shop.PostAsync("/api/v1/payments", new Dictionary<string, object>(method)
        {
            ["order_id"] = $"order_{Interlocked.Increment(ref s_orders)}",
            ["amount"] = 12_500,
            ["currency"] = currency,
            ["customer"] = Customer,
            ["client"] = Client,
            ["return_url"] = "https://shop.example/thanks",
        });
    }

    private async Task<JsonElement> SucceedsAsync(JsonElement payment)
    {
        using var shop = _system.Shop();
        JsonElement last = payment;
        await Eventually.HoldsAsync(
            async () =>
            {
                last = await shop.GetAsync($"/api/v1/payments/{payment.GetProperty("id").GetString()}?wait=2");
                return last.GetProperty("status").GetString() == "SUCCESS";
            },
            () => $"the payment succeeds; it stands at {last}");
        return last;
    }

    private async Task RefundAsync(JsonElement payment)
    {
        using var shop = _system.Shop();
        var refund = await shop.PostAsync(
            $"/api/v1/payments/{payment.GetProperty("id").GetString()}/refunds",
            new { amount = 2_500, reason = "returned" });
        JsonElement last = refund;
        await Eventually.HoldsAsync(
            async () => (last = await shop.GetAsync($"/api/v1/refunds/{refund.GetProperty("id").GetString()}"))
                .GetProperty("status").GetString() == "SUCCESS",
            () => $"the refund is paid out; it stands at {last}");
    }
}
