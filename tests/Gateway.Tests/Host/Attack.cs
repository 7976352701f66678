using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>A merchant at which cards are tried, from addresses that a test names, and whose bank declines all of them
/// unless the test says otherwise. Each attempt is for an order of its own.</summary>
internal sealed partial class Attack : IAsyncDisposable
{
    private static int s_orders;

    private readonly GatewayHost _host;
    private readonly HttpClient _server;

    private Attack(GatewayHost host) => (_host, _server) = (host, host.Client());

    public static async Task<Attack> StartAsync()
    {
        // The test is the proxy that says which addresses requests come from.
        var attack = new Attack(await GatewayHost.StartAsync(
            ("Gateway:KnownProxies:0", "127.0.0.1"), ("Gateway:AllowPlainHttp", "true")));
        attack.Bank(null);
        return attack;
    }

    public static ProviderOutcome.Declined Declined(FailureParty party, string code) =>
        new() { Failure = new Failure { Code = code, Message = "No.", Party = party } };

    public static ProviderOutcome Paid(ChargeRequest charge) => new ProviderOutcome.Succeeded
    {
        Stage = ChargeStage.Captured, Amount = charge.Amount, ProviderReference = $"charge_{charge.Attempt}",
    };

    /// <summary>What becomes of charges by card; null: the bank declines them.</summary>
    public void Bank(Func<ChargeRequest, ProviderOutcome>? ofCard)
    {
        var others = new ProviderAccount().Bank;
        ofCard ??= _ => Declined(FailureParty.Bank, "card_declined");
        _host.Shop.Account.Bank = charge =>
            charge.Instrument.Kind == PaymentMethodKind.Card ? ofCard(charge) : others(charge);
    }

    /// <summary>An order whose customer chooses how to pay.</summary>
    public async Task<JsonElement> OrderAsync(string? customer = null) => await (await _server.SendJsonAsync(
        GatewayHost.Payments, OrderBody(customer, ",\"confirm\":false"))).JsonAsync();

    /// <summary>The browser of an order's payer.</summary>
    public HttpClient Payer(JsonElement order, string address) =>
        Browser(order.GetProperty("client_secret").GetString(), address);

    public static string ConfirmOf(JsonElement order) => GatewayHost.PathOf(order) + "/confirm";

    public static string CardBody(int card) => $"{{{CardOf(card)}}}";

    /// <summary>Tries a card with an order's client secret.</summary>
    public async Task<HttpResponseMessage> TryAsync(string address, int card, string? customer = null)
    {
        var order = await OrderAsync(customer);
        using var payer = Payer(order, address);
        return await payer.SendJsonAsync(ConfirmOf(order), CardBody(card));
    }

    public async Task<HttpResponseMessage> TryUpiAsync(string address)
    {
        var order = await OrderAsync();
        using var payer = Payer(order, address);
        return await payer.SendJsonAsync(ConfirmOf(order), "{\"method\":\"upi\"}");
    }

    /// <summary>Tries a card from the merchant's server.</summary>
    public async Task<HttpResponseMessage> TryByServerAsync(string address, int card)
    {
        using var server = Browser(_host.Shop.SecretKey, address);
        return await server.SendJsonAsync(GatewayHost.Payments, OrderBody(null, "," + CardOf(card)));
    }

    /// <summary>Tries a card from a page with the publishable key, for an order that the server signed.</summary>
    public async Task<HttpResponseMessage> TryByPageAsync(string address, int card)
    {
        var signed = await (await _server.SendJsonAsync(
            "/api/v1/order-tokens", OrderBody(null, ""))).JsonAsync();
        using var page = Browser(_host.Shop.PublishableKey, address);
        return await page.SendJsonAsync(
            GatewayHost.Payments,
            $"{{\"order_token\":\"{signed.GetProperty("order_token").GetString()}\",{CardOf(card)}}}");
    }

    /// <summary>Tries a card on the checkout page.</summary>
    public async Task<HttpResponseMessage> PayOnPageAsync(string address, int card, string language)
    {
        var link = new Uri((await OrderAsync()).GetProperty("checkout_url").GetString()!).PathAndQuery;
        using var browser = Browser(null, address);
        using var opened = await browser.GetAsync(link);
        var shown = await browser.GetStringAsync(opened.Headers.Location);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["method"] = "card",
            ["number"] = NumberOf(card),
            ["expiry"] = "12/40",
            ["cvv"] = "123",
            ["name"] = "A B",
            ["lang"] = language,
            ["token"] = FormToken().Match(shown).Groups[1].Value,
        });
        return await browser.PostAsync(link[..link.IndexOf('?', StringComparison.Ordinal)] + "/pay", form);
    }

    /// <summary>Tries a card that is declined.</summary>
    public async Task DeclinedAsync(string address, int card, string? customer = null) =>
        await DeclinedAsync(await TryAsync(address, card, customer));

    /// <summary>An attempt that was accepted is declined.</summary>
    public Task DeclinedAsync(HttpResponseMessage tried) => EndedAsync(tried, "FAILED");

    /// <summary>An attempt that was accepted ends.</summary>
    public async Task EndedAsync(HttpResponseMessage tried, string status)
    {
        using var _ = tried;
        Assert.Equal(HttpStatusCode.Accepted, tried.StatusCode);
        await GatewayHost.UntilAsync(_server, GatewayHost.PathOf(await tried.JsonAsync()), status);
    }

    /// <summary>An attempt that was accepted and is under way at the bank is declined there.</summary>
    public async Task DeclineAsync(HttpResponseMessage tried)
    {
        var path = GatewayHost.PathOf(await tried.JsonAsync());
        await _host.Shop.DeclineAsync(_server, await (await _server.GetAsync(path)).JsonAsync());
        await DeclinedAsync(tried);
    }

    /// <summary>Tries other cards until one is refused. What is declined counts a moment after its payment says
    /// so.</summary>
    public static async Task<HttpResponseMessage> RefusedAsync(
        string code, Func<int, Task<HttpResponseMessage>> tries, int card = 1_000)
    {
        HttpResponseMessage response = null!;
        await Eventually.HoldsAsync(
            async () =>
            {
                response = await tries(card++);
                return response.StatusCode != HttpStatusCode.Accepted
                    && (await response.JsonAsync()).GetProperty("code").GetString() == code;
            },
            $"an attempt is refused with {code}");
        await response.ProblemAsync(429, code);
        return response;
    }

    /// <summary>The provider received so many charges.</summary>
    public Task ChargedAsync(int count) =>
        Eventually.HoldsAsync(() => _host.Shop.Account.Charges.Count == count, $"{count} charges arrive");

    public async ValueTask DisposeAsync()
    {
        _server.Dispose();
        await _host.DisposeAsync();
    }

    private HttpClient Browser(string? key, string address)
    {
        var client = _host.Client(key);
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return client;
    }

    private static string OrderBody(string? customer, string more) =>
        $"{{\"order_id\":\"a{Interlocked.Increment(ref s_orders)}\",\"amount\":100,\"currency\":\"INR\""
        + (customer is null ? "" : $",\"customer_id\":\"{customer}\"") + $"{more}}}";

    private static string CardOf(int card) =>
        $"\"method\":\"card\",\"card\":{{\"number\":\"{NumberOf(card)}\",\"expiry_month\":12,\"expiry_year\":2040,"
        + "\"cvv\":\"123\",\"name\":\"A B\"}";

    // With the last digit of ISO/IEC 7812.
    private static string NumberOf(int card)
    {
        var digits = "411111" + card.ToString("D9", CultureInfo.InvariantCulture);
        var sum = digits.Reverse().Select((digit, place) => place % 2 == 0
            ? ((digit - '0') * 2 / 10) + ((digit - '0') * 2 % 10)
            : digit - '0').Sum();
        return digits + ((10 - (sum % 10)) % 10).ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("data-token=\"([^\"]+)\"", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex FormToken();
}
