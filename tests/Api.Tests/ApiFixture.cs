using System.Text.Json;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Systems;

namespace PaymentCluster.Api.Tests;

/// <summary>One running system for all tests of the API; each test has orders of its own.</summary>
[CollectionDefinition(Name)]
public sealed class ApiCollection : ICollectionFixture<ApiFixture>
{
    public const string Name = "api";
}

/// <summary>The running system with its merchant <c>shop</c> and a second one, <c>other</c>, both at the simulated
/// Razorpay.</summary>
public sealed class ApiFixture : IAsyncLifetime
{
    public const string Payments = "/api/v1/payments";

    private static int _orders;

    private RunningSystem? _system;
    private HttpClient? _shop;
    private HttpClient? _other;
    private HttpClient? _browser;

    public HttpClient Shop => _shop!;

    public HttpClient Other => _other!;

    /// <summary>The shop's publishable key.</summary>
    public HttpClient Browser => _browser!;

    public RunningSystem Running => _system!;

    /// <summary>An order id that no other test has.</summary>
    public static string NewOrder() => $"order_{Interlocked.Increment(ref _orders)}";

    public static string Upi(string order, long amount = 50_000, string more = "") =>
        $"{{\"order_id\":\"{order}\",\"amount\":{amount},\"currency\":\"INR\",\"method\":\"upi\"{more}}}";

    public static string Card(
        string order, string number = "4111111111111111", string more = "", long amount = 50_000) =>
        $"{{\"order_id\":\"{order}\",\"amount\":{amount},\"currency\":\"INR\",\"method\":\"card\","
        + $"\"card\":{{\"number\":\"{number}\","
        + $"\"expiry_month\":12,\"expiry_year\":2040,\"cvv\":\"987\",\"name\":\"A Customer\"}}{more}}}";

    /// <summary>Creates a payment, and returns its path.</summary>
    public static async Task<string> StartAsync(HttpClient client, string body)
    {
        var response = await client.SendJsonAsync(Payments, body);
        Assert.True((int)response.StatusCode is 200 or 202, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!.AbsolutePath;
    }

    /// <summary>Creates a payment as the shop's page does, with an order that the shop's server signed. Returns its
    /// path and client secret.</summary>
    public async Task<(string Path, string Secret)> StartByPageAsync(string order, string instrument)
    {
        var signed = await (await Shop.SendJsonAsync(
            "/api/v1/order-tokens", $"{{\"order_id\":\"{order}\",\"amount\":900,\"currency\":\"INR\"}}")).JsonAsync();
        var response = await Browser.SendJsonAsync(
            Payments, $"{{\"order_token\":\"{signed.GetProperty("order_token").GetString()}\",{instrument}}}");
        Assert.True((int)response.StatusCode == 202, await response.Content.ReadAsStringAsync());
        return (
            response.Headers.Location!.AbsolutePath,
            (await response.JsonAsync()).GetProperty("client_secret").GetString()!);
    }

    /// <summary>Waits until the payment has the status, by long polls.</summary>
    public static async Task<JsonElement> UntilAsync(HttpClient client, string path, string status)
    {
        JsonElement last = default;
        await Eventually.HoldsAsync(
            async () =>
                (last = await (await client.GetAsync(path + "?wait=1")).JsonAsync()).GetProperty("status")
                    .GetString() == status,
            () => $"the payment became {status}; it stands at {last}");
        return last;
    }

    /// <summary>Waits until the payment has the status and nothing is under way.</summary>
    public static async Task<JsonElement> UntilFinalAsync(HttpClient client, string path, string status)
    {
        JsonElement last = default;
        await Eventually.HoldsAsync(
            async () =>
            {
                last = await (await client.GetAsync(path + "?wait=1")).JsonAsync();
                return last.GetProperty("status").GetString() == status && last.GetProperty("settled").GetBoolean();
            },
            () => $"the payment settled as {status}; it stands at {last}");
        return last;
    }

    /// <summary>Whether the simulated customer approves automatically; for payments taken from then on.</summary>
    public async Task SetAutomaticCustomerAsync(bool automatic)
    {
        using var simulators = Running.Simulators();
        await simulators.PutAsync("/_customer", new { automatic });
    }

    /// <summary>Approves a payment as its customer.</summary>
    public async Task ApproveAsync(string path)
    {
        var payment = await (await Shop.GetAsync(path)).JsonAsync();
        using var simulators = Running.Simulators();
        await simulators.PostAsync(
            $"/_customer/razorpay/{payment.GetProperty("provider_reference").GetString()}", new { action = "approve" });
    }

    /// <summary>The simulators' journal: every charge and refund.</summary>
    public async Task<List<JsonElement>> JournalAsync()
    {
        using var simulators = Running.Simulators();
        var journal = await simulators.SendAsync(HttpMethod.Get, "/_journal");
        return [.. journal!.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(
            line => JsonSerializer.Deserialize<JsonElement>(line))];
    }

    /// <summary>A client of the API.</summary>
    public HttpClient Client(string? key) => Running.Http(key);

    public async Task InitializeAsync()
    {
        _system = await RunningSystem.StartAsync();
        _shop = Client(Running.ShopKey);
        using var administrator = Running.Administrator();
        _browser = Client(await MakeKeyAsync(administrator, "shop", "publishable"));
        await administrator.PutAsync("/api/v1/merchants/other", new { name = "Other" });
        _other = Client(await MakeKeyAsync(administrator, "other", "secret"));
        await _other.SendJsonAsync(
            "/api/v1/providers/razorpay/credentials",
            """{"key_id":"rzp_test_shop","key_secret":"the-secret-of-the-shop","webhook_secret":"the-webhook-secret-of-other"}""",
            "PUT");
    }

    public async Task DisposeAsync()
    {
        _shop?.Dispose();
        _other?.Dispose();
        _browser?.Dispose();
        if (_system is not null)
        {
            await _system.DisposeAsync();
        }
    }

    private static async Task<string> MakeKeyAsync(ApiClient administrator, string merchant, string scope) =>
        (await administrator.PostAsync($"/api/v1/merchants/{merchant}/keys", new { scope })).GetProperty("key")
            .GetString()!;
}
