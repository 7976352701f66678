using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using PaymentCluster.Testing;

namespace PaymentCluster.System.Tests;

/// <summary>A shop at which the canaries are used in every way that cards are: typed in, saved in the vault and at a
/// provider, beside wallets; with what banks decline, providers break and readers refuse. All responses are
/// kept.</summary>
internal sealed class CanaryShop(RunningSystem system) : IDisposable
{
    /// <summary>The end of a payment that was paid.</summary>
    public const string Paid = "SUCCESS";

    /// <summary>The end of a payment that failed.</summary>
    public const string Failed = "FAILED";

    /// <summary>The end of one that was not accepted.</summary>
    public const string Refused = "refused";

    private const string Customer = "/api/v1/customers/canary";

    private const string Saved =
        $$"""{"number":"{{Canaries.Kept}}","expiry_month":12,"expiry_year":2040,"name":"A Customer","issued_in":"US","consent":{"agreed":true,"text_version":"t1"} }""";

    private static readonly string[] CardProviders = ["razorpay", "payu", "paytm", "juspay"];
    private static readonly string Code = Canaries.Code[..3];

    private readonly HttpClient _shop = system.Http(system.ShopKey);
    private readonly ApiClient _simulators = system.Simulators();
    private readonly ConcurrentQueue<string> _responses = new();
    private readonly ConcurrentQueue<string> _ends = new();
    private int _orders;

    /// <summary>All responses to the shop, with the headers.</summary>
    public string Responses => string.Join('\n', _responses);

    /// <summary>A payment that came to its end.</summary>
    public string LastPayment { get; private set; } = "";

    /// <summary>How the payments ended.</summary>
    public IReadOnlyCollection<string> Ends => _ends;

    /// <summary>What only the shop and its providers may read: keys, passwords and wallets' tokens, or a part of them
    /// that nothing else has.</summary>
    public IReadOnlyCollection<string> Secrets => [system.ShopKey!, "-of-the-shop", "0123456789abcdef", "sso-"];

    /// <summary>Has unknown outcomes cleared up within the test.</summary>
    public static void Hurry(RunningSystem system)
    {
        system.Settings["Payments__SendWindow"] = "00:00:02";
        system.Settings["Payments__ClockError"] = "00:00:00.500";
        system.Settings["Payments__SweepInterval"] = "00:00:00.200";
        system.Settings["Payments__Lease"] = "00:00:02";
        foreach (var provider in (string[])["Razorpay", "PayU", "Paytm", "Juspay"])
        {
            system.Settings[$"Connectors__{provider}__VisibilityWindow"] = "00:00:01";
            system.Settings[$"Connectors__{provider}__Timeout"] = "00:00:02";
        }
    }

    /// <summary>Does all of it.</summary>
    public async Task UseCardsAsync()
    {
        await OpenAsync();
        var token = await SaveInVaultAsync();
        foreach (var provider in CardProviders)
        {
            Assert.Equal(Paid, await PayAsync(provider, TypedCard));
            Assert.Equal(Paid, await PayAsync(provider, $$"""{"token":"{{token}}","cvv":"{{Code}}"}"""));
        }

        await SaveAtProviderAsync();
        await UseWalletsAsync();
        await FailAsync();
        await MisspellAsync(token);
    }

    public void Dispose()
    {
        _shop.Dispose();
        _simulators.Dispose();
    }

    private static string TypedCard =>
        $$"""{"number":"{{Canaries.Typed}}","expiry_month":12,"expiry_year":2040,"cvv":"{{Code}}","name":"A Customer"}""";

    private async Task OpenAsync()
    {
        await ProviderAccounts.ConnectAsync(system);
        using var administrator = system.Administrator();
        await administrator.PutAsync("/api/v1/merchants/shop", new { name = "Shop", card_vault = true });
        using var shop = system.Shop();
        await shop.PutAsync("/api/v1/routing", new
        {
            rules = CardProviders.Select(provider => new
            {
                name = provider,
                when = new { segments = (string[])[provider] },
                use = new { order = (string[])[provider] },
            }),
        });
        await SendAsync(
            HttpMethod.Put, Customer, """{"name":"A Customer","email":"a@shop.example","phone":"+919876543210"}""");
        await Eventually.HoldsAsync(
            async () => (await SendAsync(
                HttpMethod.Post,
                "/api/v1/routing/evaluate",
                """{"amount":100,"currency":"INR","method":"card","segment":"payu"}"""))
                .Contains("rule 'payu'", StringComparison.Ordinal),
            "the routing is known");
    }

    private async Task<string> SaveInVaultAsync()
    {
        var token = "";
        await Eventually.HoldsAsync(
            async () => (token = Text(await SendAsync(HttpMethod.Post, $"{Customer}/cards", Saved), "token")
                ?? "").Length > 0,
            "the card is saved");
        return token;
    }

    private async Task SaveAtProviderAsync()
    {
        Assert.Equal(
            Paid, await PayAsync("juspay", $$"""{{TypedCard[..^1]}},"save":{"agreed":true,"text_version":"t1"} }"""));
        JsonElement kept = default;
        await Eventually.HoldsAsync(
            async () => (kept = Json(await SendAsync(HttpMethod.Get, $"{Customer}/cards", null))
                .GetProperty("data")
                .EnumerateArray()
                .FirstOrDefault(card => card.TryGetProperty("provider", out var provider)
                    && provider.ValueKind == JsonValueKind.String))
                .ValueKind == JsonValueKind.Object,
            "the provider's card comes to light");
        var token = kept.GetProperty("token").GetString();
        Assert.Equal(Paid, await PayAsync("juspay", $$"""{"token":"{{token}}","cvv":"{{Code}}"}"""));
        await SendAsync(HttpMethod.Delete, $"{Customer}/cards/{token}", null);
    }

    private async Task UseWalletsAsync()
    {
        Assert.Equal(Paid, await PayAsync("razorpay", "wallet", """{"provider":"mobikwik"}"""));
        foreach (var (wallet, password) in ((string, string)[])[("paytm", "888888"), ("mobikwik", "123456")])
        {
            await SendAsync(HttpMethod.Post, $"{Customer}/wallets/{wallet}", null);
            await SendAsync(HttpMethod.Post, $"{Customer}/wallets/{wallet}", """{"otp":"000000"}""");
            var linked = await SendAsync(
                HttpMethod.Post, $"{Customer}/wallets/{wallet}", $$"""{"otp":"{{password}}"}""");
            Assert.Contains("\"linked\":true", linked, StringComparison.Ordinal);
            await SendAsync(HttpMethod.Get, $"{Customer}/wallets/{wallet}", null);
            Assert.Equal(Paid, await PayAsync("", "wallet", $$"""{"provider":"{{wallet}}"}"""));
            await SendAsync(HttpMethod.Delete, $"{Customer}/wallets/{wallet}", null);
        }
    }

    // What banks decline, and what providers break before and after they took it. Each provider takes its own time.
    private Task FailAsync() => Task.WhenAll(CardProviders.Select(async provider =>
    {
        foreach (var dial in (string[])["decline", "server_error", "garbage", "reset_after"])
        {
            await _simulators.PutAsync(
                $"/_dials/{provider}",
                new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    [dial] = 1, ["operations"] = (string[])["payment"],
                });
            await PayAsync(provider, TypedCard);
        }

        await _simulators.PutAsync($"/_dials/{provider}", new { });
    }));

    // What cannot be read is as secret as what can.
    private async Task MisspellAsync(string token)
    {
        await PayAsync(
            "",
            $$"""{"number":"{{Canaries.Typed}}","expiry_month":13,"expiry_year":2040,"cvv":"{{Canaries.Code}}","name":"A Customer"}""");
        await PayAsync("", $$"""{"token":"{{token}}","number":"{{Canaries.Kept}}","cvv":"{{Canaries.Code}}"}""");
        await PayAsync("", $$"""{"pan":"{{Canaries.Typed}}","cvv":"{{Canaries.Code}}"}""");
        await PayAsync(
            "",
            $$"""{"number":"{{Canaries.Typed[..^1]}}0","expiry_month":12,"expiry_year":2040,"cvv":"{{Code}}","name":"A Customer"}""");
        await SendAsync(
            HttpMethod.Post,
            "/api/v1/payments",
            $$"""{"card":{"number":"{{Canaries.Typed}}","cvv":"{{Canaries.Code}}" """);
        await SendAsync(HttpMethod.Post, $"{Customer}/cards", $$"""{"number":{{Canaries.Kept}} }""");
        await SendAsync(HttpMethod.Get, $"/api/v1/payments?order_id={Canaries.Typed}x", null);
        await SendAsync(HttpMethod.Get, $"/api/v1/payments/{Canaries.Typed}", null);
        await SendAsync(HttpMethod.Delete, $"{Customer}/cards/{Canaries.Typed}", null);
    }

    private Task<string> PayAsync(string provider, string card) => PayAsync(provider, "card", card);

    // Returns the payment's final state.
    private async Task<string> PayAsync(string provider, string method, string instrument)
    {
        var response = await SendAsync(
            HttpMethod.Post,
            "/api/v1/payments",
            $$"""
            {"order_id":"order_{{Interlocked.Increment(ref _orders)}}","amount":50000,"currency":"INR","method":"{{method}}","customer_id":"canary","{{method}}":{{instrument}},
             "customer":{"name":"A Customer","email":"a@shop.example","phone":"+919876543210"},"client":{"ip":"203.0.113.7","user_agent":"test"},
             "return_url":"https://shop.example/thanks","metadata":{"segment":"{{provider}}"} }
            """);
        if (Text(response, "id") is not { } payment)
        {
            _ends.Enqueue(Refused);
            return Refused;
        }

        LastPayment = payment;
        var last = "";
        await Eventually.HoldsAsync(
            async () => (last = await SendAsync(HttpMethod.Get, $"/api/v1/payments/{payment}", null))
                .Contains("\"settled\":true", StringComparison.Ordinal),
            () => $"the payment settles; it stands at {last}");
        var end = Text(last, "status")!;
        _ends.Enqueue(end);
        await SendAsync(HttpMethod.Get, $"/api/v1/payments/{payment}/timeline", null);
        return end;
    }

    private async Task<string> SendAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _shop.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.NotEqual(HttpStatusCode.InternalServerError, response.StatusCode);
        _responses.Enqueue($"{response.Headers}{text}");
        return text;
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static string? Text(string response, string name) =>
        Json(response).TryGetProperty(name, out var value) ? value.GetString() : null;
}
