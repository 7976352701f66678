using System.Net;
using System.Text.Json;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

/// <summary>A merchant changes its account at Paytm while a payment is open at the one before, which alone knows of
/// it.</summary>
public sealed class AccountChangeTests : IAsyncLifetime
{
    private const string Before = "BEFOREMID00000000001";
    private const string After = "AFTERMID000000000001";

    private static int s_orders;

    private RunningSystem _system = null!;
    private ApiClient _shop = null!;
    private ApiClient _simulators = null!;

    public async Task InitializeAsync()
    {
        _system = await RunningSystem.StartAsync();
        (_shop, _simulators) = (_system.Shop(), _system.Simulators());
        await ConnectAsync(Before);
        await ProviderAccounts.OrderAsync(_system, "paytm");
        await _simulators.PutAsync("/_customer", new { automatic = false });
    }

    public async Task DisposeAsync()
    {
        _shop.Dispose();
        _simulators.Dispose();
        await _system.DisposeAsync();
    }

    [Fact]
    public async Task An_open_payment_stays_with_the_account_that_took_it()
    {
        JsonElement open = default;
        // New rules are known everywhere within seconds.
        await Eventually.HoldsAsync(
            async () => (open = await WaitingAsync()).GetProperty("provider").GetString() == "paytm",
            () => $"Paytm is called; the last one was {open}");
        var changed = (await ConnectAsync(After)).GetProperty("data").EnumerateArray()
            .Single(provider => provider.GetProperty("provider").GetString() == "paytm");
        Assert.Single(changed.GetProperty("earlier_accounts").EnumerateArray());

        await ApproveAsync(open);
        var paid = await UntilAsync(open, "SUCCESS");
        Assert.Equal(Before, AccountOf(await JournalAsync(), paid));

        var refund = await _shop.PostAsync($"{PathOf(paid)}/refunds", new { amount = 2_000 });
        await Eventually.HoldsAsync(
            async () => (await _shop.GetAsync($"/api/v1/refunds/{refund.GetProperty("id").GetString()}"))
                .GetProperty("status").GetString() == "SUCCESS",
            () => "the refund is paid out by the account before");

        // The other account may take as long to be known as any setting.
        JsonElement next = default;
        await Eventually.HoldsAsync(
            async () =>
            {
                next = await WaitingAsync();
                await ApproveAsync(next);
                return AccountOf(await JournalAsync(), await UntilAsync(next, "SUCCESS")) == After;
            },
            () => $"a new payment is taken by the new account; the last one was {next}");
    }

    [Fact]
    public async Task Of_another_key_of_Razorpays_the_merchant_says_whose_it_is()
    {
        const string path = "/api/v1/providers/razorpay/credentials";
        var keys = new { key_id = "rzp_test_replaced", key_secret = "another-secret", webhook_secret = "w" };
        await _simulators.PutAsync($"/_accounts/razorpay/{keys.key_id}", new { keys.key_secret });

        var silent = await _shop.SendAsync(HttpMethod.Put, path, keys);
        Assert.Equal(HttpStatusCode.BadRequest, silent!.Status);
        Assert.True(silent.Json.BlamesField("same_account"), silent.Text);
        Assert.Empty(await EarlierAsync($"{path}?same_account=true", keys));
        var others = keys with { key_id = RunningSystem.RazorpayKeyId, key_secret = RunningSystem.RazorpaySecret };
        Assert.Empty(await EarlierAsync($"{path}?same_account=false", others));
        Assert.Single(await EarlierAsync($"{path}?same_account=false", keys));
    }

    private async Task<JsonElement[]> EarlierAsync(string path, object keys) =>
    [
        .. (await _shop.PutAsync(path, keys)).GetProperty("data").EnumerateArray()
            .Single(provider => provider.GetProperty("provider").GetString() == "razorpay")
            .GetProperty("earlier_accounts").EnumerateArray(),
    ];

    private static string PathOf(JsonElement payment) => $"/api/v1/payments/{payment.GetProperty("id").GetString()}";

    private static string? AccountOf(JsonElement[] journal, JsonElement payment) => journal
        .Single(line => line.GetProperty("kind").GetString() == "charge"
            && line.GetProperty("provider_id").GetString() == payment.GetProperty("provider_reference").GetString())
        .GetProperty("account").GetString();

    private async Task<JsonElement> ConnectAsync(string mid)
    {
        var account = new { merchant_key = $"{mid[..6]}0123456789", webhook_url = _system.WebhookUrl("paytm") };
        await _simulators.PutAsync($"/_accounts/paytm/{mid}", account);
        return await _shop.PutAsync(
            "/api/v1/providers/paytm/credentials", new { mid, account.merchant_key, website = "WEBSTAGING" });
    }

    private async Task<JsonElement> WaitingAsync()
    {
        var started = await _shop.PostAsync(
            "/api/v1/payments",
            new
            {
                order_id = $"order_{Interlocked.Increment(ref s_orders)}",
                amount = 12_500,
                currency = "INR",
                method = "upi",
            });
        return await UntilAsync(started, "REQUIRES_ACTION");
    }

    private async Task ApproveAsync(JsonElement payment) => await _simulators.PostAsync(
        $"/_customer/{payment.GetProperty("provider").GetString()}/{payment.GetProperty("provider_reference").GetString()}",
        new { action = "approve" });

    private async Task<JsonElement> UntilAsync(JsonElement payment, string status)
    {
        JsonElement last = default;
        await Eventually.HoldsAsync(
            async () => (last = await _shop.GetAsync(PathOf(payment))).GetProperty("status").GetString() == status,
            () => $"the payment is {status}; it stands at {last}");
        return last;
    }

    private async Task<JsonElement[]> JournalAsync()
    {
        using var simulators = _system.SimulatorsHttp();
        var lines = (await simulators.GetStringAsync("/_journal")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
