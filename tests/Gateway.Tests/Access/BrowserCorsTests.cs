using System.Net;
using PaymentCluster.Gateway.Tests.Host;

namespace PaymentCluster.Gateway.Tests.Access;

/// <summary>What pages of other origins may do and read.</summary>
public sealed class BrowserCorsTests
{
    private const string Registered = "https://shop.example";
    private const string Unregistered = "https://evil.example";
    private const string Payment = $"{GatewayHost.Payments}/pay_01m7wtn50sfz5txb0tmw4px1yr";
    private const string AllowedOrigin = "Access-Control-Allow-Origin";

    [Theory]
    [InlineData("POST", GatewayHost.Payments, "authorization, content-type, idempotency-key, x-request-id")]
    [InlineData("GET", Payment, "authorization, if-none-match")]
    [InlineData("GET", Payment + "/events", "authorization, last-event-id")]
    [InlineData("POST", Payment + "/confirm", "authorization, content-type")]
    [InlineData("POST", Payment + "/tickets", "authorization, content-type")]
    public async Task A_page_may_send_what_browsers_are_for(string method, string path, string headers)
    {
        await using var host = await GatewayHost.StartAsync();
        using var browser = host.Client(null);
        var allowed = await PreflightAsync(browser, path, Registered, method, headers);
        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        // It carries no key, so that it is not known yet whose origins may read the response.
        Assert.Equal(Registered, Header(allowed, AllowedOrigin));
        Assert.Contains(method, Header(allowed, "Access-Control-Allow-Methods")!.Split(','));
        var names = Header(allowed, "Access-Control-Allow-Headers")!.Split(',');
        Assert.All(
            headers.Split(", "), name => Assert.Contains(name, names, StringComparer.OrdinalIgnoreCase));
        Assert.Equal("600", Header(allowed, "Access-Control-Max-Age"));
        Assert.Null(Header(allowed, "Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData("GET", GatewayHost.Payments)]
    [InlineData("POST", Payment + "/capture")]
    [InlineData("GET", "/api/v1/ledger/accounts")]
    [InlineData("PUT", "/api/v1/providers/razorpay/credentials")]
    public async Task A_page_may_not_send_what_servers_are_for(string method, string path)
    {
        await using var host = await GatewayHost.StartAsync();
        using var browser = host.Client(null);
        var refused = await PreflightAsync(browser, path, Registered, method, "authorization");
        Assert.Null(Header(refused, AllowedOrigin));
        var shop = await host.OpenShopAsync(shop => shop with { CheckoutOrigins = [Registered] });
        using var server = host.Client(shop.SecretKey);
        var hidden = await server.SendJsonAsync(path, "{}", method, ("Origin", Registered));
        Assert.Null(Header(hidden, AllowedOrigin));
    }

    [Fact]
    public async Task A_page_of_a_registered_origin_reads_the_response_and_no_other_does()
    {
        await using var host = await GatewayHost.StartAsync();
        var shop = await host.OpenShopAsync(shop => shop with { CheckoutOrigins = [Registered] });
        using var server = host.Client(shop.SecretKey);
        using var created = await server.SendJsonAsync(
            GatewayHost.Payments, """{"order_id":"o1","amount":100,"currency":"INR","confirm":false}""");
        var path = created.Headers.Location!.OriginalString;
        var secret = (await created.JsonAsync()).GetProperty("client_secret").GetString();
        using var browser = host.Client(secret);
        using var read = await GetAsync(browser, path, Registered);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(Registered, Header(read, AllowedOrigin));
        Assert.Contains("ETag", Header(read, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.Null(Header(read, "Access-Control-Allow-Credentials"));
        foreach (var origin in (string[])[Unregistered, "http://shop.example", "https://shop.example:8443", "null"])
        {
            using var hidden = await GetAsync(browser, path, origin);
            await hidden.ProblemAsync(403, "origin_not_registered");
            Assert.Null(Header(hidden, AllowedOrigin));
            Assert.Null(Header(hidden, "Access-Control-Expose-Headers"));
        }
    }

    [Fact]
    public async Task A_page_of_another_origin_does_nothing_with_a_key_or_secret_that_it_read()
    {
        await using var host = await GatewayHost.StartAsync();
        var shop = await host.OpenShopAsync(shop => shop with { Origins = [Registered] });
        using var server = host.Client(shop.SecretKey);
        var created = await (await server.SendJsonAsync(
            GatewayHost.Payments, """{"order_id":"o1","amount":100,"currency":"INR","confirm":false}""")).JsonAsync();
        var confirm = GatewayHost.PathOf(created) + "/confirm";
        using var payer = host.Client(created.GetProperty("client_secret").GetString());
        var evil = ("Origin", Unregistered);
        await (await payer.SendJsonAsync(confirm, """{"method":"upi"}""", "POST", evil))
            .ProblemAsync(403, "origin_not_registered");
        using var page = host.Client(shop.PublishableKey);
        await (await page.SendJsonAsync(GatewayHost.Payments, "{}", "POST", evil))
            .ProblemAsync(403, "origin_not_registered");
        Assert.Empty(shop.Account.Charges);

        // Our own pages, the merchant's, and a secret key, which no page has.
        (string, string)[][] honest =
        [
            [("Origin", host.Address.GetLeftPart(UriPartial.Authority))],
            [("Origin", "https://pay.example"), ("Sec-Fetch-Site", "same-origin")],
            [("Origin", Registered), ("Sec-Fetch-Site", "cross-site")],
        ];
        foreach (var headers in honest)
        {
            using var response = await payer.SendJsonAsync(confirm, "{}", "POST", headers);
            await response.ProblemAsync(400, "missing_field");
        }

        await (await server.SendJsonAsync(confirm, "{}", "POST", evil)).ProblemAsync(400, "missing_field");
    }

    [Fact]
    public async Task A_page_reads_that_its_key_opens_nothing_any_more()
    {
        await using var host = await GatewayHost.StartAsync();
        using var browser = host.Client("cs_expired");
        using var refused = await GetAsync(browser, Payment, Registered);
        await refused.ProblemAsync(401, "api_key_invalid");
        Assert.Equal("*", Header(refused, AllowedOrigin));
        Assert.Null(Header(refused, "Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task An_origin_is_registered_with_one_merchant_and_not_with_others()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.OpenShopAsync(shop => shop with { CheckoutOrigins = [Registered] });
        using var browser = host.Client(host.Shop.PublishableKey);
        using var hidden = await GetAsync(browser, Payment, Registered);
        await hidden.ProblemAsync(403, "permission_denied");
        Assert.Null(Header(hidden, AllowedOrigin));
    }

    [Fact]
    public async Task A_page_of_a_registered_origin_reads_why_it_was_refused()
    {
        await using var host = await GatewayHost.StartAsync();
        var shop = await host.OpenShopAsync(shop => shop with { CheckoutOrigins = [Registered] });
        using var browser = host.Client(shop.PublishableKey);
        var origin = ("Origin", Registered);
        using var malformed = await browser.SendJsonAsync(GatewayHost.Payments, "{", "POST", origin);
        await malformed.ProblemAsync(400, "malformed_json");
        Assert.Equal(Registered, Header(malformed, AllowedOrigin));
        using var denied = await GetAsync(browser, Payment, Registered);
        await denied.ProblemAsync(403, "permission_denied");
        Assert.Equal(Registered, Header(denied, AllowedOrigin));
    }

    private static Task<HttpResponseMessage> PreflightAsync(
        HttpClient client, string path, string origin, string method, string headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", headers);
        return client.SendAsync(request);
    }

    private static Task<HttpResponseMessage> GetAsync(HttpClient client, string path, string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Origin", origin);
        return client.SendAsync(request);
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? Assert.Single(values) : null;
}
