using System.Net;
using System.Text.RegularExpressions;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Tests.Checkout;

/// <summary>What opens a checkout page, and what only the page itself may send.</summary>
public sealed partial class CheckoutPageTests
{
    // The secret of a payment or of a page's session, not in the midst of a random token.
    private const string SecretBegins = "(?<![\\w-])(cs|ps)_";
    private const string Foreign = "<html><body>The bank's own page</body></html>";

    [Fact]
    public async Task The_secret_of_a_link_is_exchanged_for_a_cookie_of_its_payment_and_leaves_the_address()
    {
        await using var host = await GatewayHost.StartAsync();
        var link = await LinkAsync(host, "o1");
        using var browser = host.Client(null);
        using var opened = await browser.GetAsync(link);
        Assert.Equal(HttpStatusCode.SeeOther, opened.StatusCode);
        var address = opened.Headers.Location!.OriginalString;
        Assert.StartsWith($"{PageOf(link)}?lang=", address, StringComparison.Ordinal);
        Assert.DoesNotContain("key=", address, StringComparison.Ordinal);
        Assert.Equal("no-referrer", opened.Headers.GetValues("Referrer-Policy").Single());
        var cookie = Assert.Single(opened.Headers.GetValues("Set-Cookie"));
        Assert.Matches($"^checkout=ps_[^;]+; path={PageOf(link)}; samesite=lax; httponly$", cookie);

        var page = await browser.GetStringAsync(address);
        Assert.Contains("How would you like to pay?", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(SecretBegins, page);
        // Another browser, and another payment of this one.
        using var other = host.Client(null);
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync(address)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(PageOf(await LinkAsync(host, "o2")))).StatusCode);
    }

    [Fact]
    public async Task Off_the_machine_itself_the_cookie_goes_over_TLS_alone()
    {
        await using var host = await GatewayHost.StartAsync();
        using var browser = host.Client(null);
        browser.DefaultRequestHeaders.Host = "pay.example";
        using var opened = await browser.GetAsync(await LinkAsync(host, "o1"));
        Assert.Matches(
            "^__Secure-checkout=ps_.*; secure; samesite=lax; httponly$",
            opened.Headers.GetValues("Set-Cookie").Single());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("of another page")]
    [InlineData("cs_of a link")]
    public async Task A_form_that_is_not_the_pages_own_pays_nothing(string? token)
    {
        await using var host = await GatewayHost.StartAsync();
        var (browser, page, own) = await OpenAsync(host, "o1");
        using var _ = browser;
        var (second, _, others) = await OpenAsync(host, "o2");
        using var __ = second;
        token = token == "of another page" ? others : token;
        Assert.Equal(HttpStatusCode.NotFound, await PayAsync(browser, page, token));
        using var stranger = host.Client(null);
        // Its token without the page's cookie.
        Assert.Equal(HttpStatusCode.NotFound, await PayAsync(stranger, page, own));
        Assert.Empty(host.Shop.Account.Charges);
        Assert.Equal(HttpStatusCode.SeeOther, await PayAsync(browser, page, own));
        await Eventually.HoldsAsync(() => host.Shop.Account.Charges.Count == 1, "the page's own form pays");
    }

    [Fact]
    public async Task The_pages_script_shows_its_token_and_the_cookie_alone_reads_nothing()
    {
        await using var host = await GatewayHost.StartAsync();
        var (browser, page, token) = await OpenAsync(host, "o1");
        using var _ = browser;
        await (await browser.GetAsync(page + "/status?known=X")).ProblemAsync(401, "api_key_invalid");
        await (await browser.SendJsonAsync(page + "/upi", """{"vpa":"asha@bank"}"""))
            .ProblemAsync(401, "api_key_invalid");
        using var status = await SendAsync(browser, HttpMethod.Get, page + "/status?known=X", token);
        Assert.Equal("""{"status":"PENDING"}""", await status.Content.ReadAsStringAsync());
        using var stranger = host.Client(null);
        await (await SendAsync(stranger, HttpMethod.Get, page + "/status?known=X", token))
            .ProblemAsync(401, "api_key_invalid");
    }

    [Fact]
    public async Task In_a_frame_the_page_goes_on_with_a_token_and_without_any_cookie()
    {
        await using var host = await GatewayHost.StartAsync();
        var link = await LinkAsync(host, "o1");
        using var browser = host.Client(null);
        using var opened = await browser.GetAsync(link + "&framed=1");
        Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
        Assert.False(opened.Headers.Contains("Set-Cookie"));
        var text = await opened.Content.ReadAsStringAsync();
        Assert.DoesNotMatch(SecretBegins, text);
        Assert.DoesNotContain("href=\"/checkout/", text, StringComparison.Ordinal);
        var token = TokenOf(text);
        Assert.StartsWith("pf_", token, StringComparison.Ordinal);
        using var again = await browser.PostAsync(PageOf(link), Form(("token", token), ("lang", "hi")));
        Assert.Contains("lang=\"hi\"", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(again.Headers.Contains("Set-Cookie"));
        using var status = await SendAsync(browser, HttpMethod.Get, PageOf(link) + "/status?known=X", token);
        Assert.Equal(HttpStatusCode.OK, status.StatusCode);
        // The token is the page's, and no key of the API.
        using var bearer = host.Client(token);
        await (await bearer.GetAsync($"{GatewayHost.Payments}/{PageOf(link).Split('/')[^1]}"))
            .ProblemAsync(401, "api_key_invalid");
    }

    [Fact]
    public async Task A_framed_form_that_is_sent_again_after_a_failure_charges_nothing()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Shop.Account.Bank = _ => new ProviderOutcome.Declined
        {
            Failure = new Failure { Code = "declined", Message = "No.", Party = FailureParty.Customer },
        };
        var link = await LinkAsync(host, "o1");
        using var browser = host.Client(null);
        var token = TokenOf(await browser.GetStringAsync(link + "&framed=1"));
        using var form = Form(("token", token), ("method", "upi"), ("flow", "intent"), ("attempts", "0"));
        using var failed = await browser.PostAsync(PageOf(link) + "/pay", form);
        Assert.Contains(
            "The payment did not go through.", await failed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var same = Form(("token", token), ("method", "upi"), ("flow", "intent"), ("attempts", "0"));
        using var shown = await browser.PostAsync(PageOf(link) + "/pay", same);
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        Assert.Single(host.Shop.Account.Charges);
        using var next = Form(("token", token), ("method", "upi"), ("flow", "intent"), ("attempts", "1"));
        using var tried = await browser.PostAsync(PageOf(link) + "/pay", next);
        Assert.Equal(2, host.Shop.Account.Charges.Count);
    }

    [Fact]
    public async Task A_foreign_page_finds_nothing_of_the_payments_in_its_address()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Shop.Account.Bank = _ => new ProviderOutcome.Pending
        {
            ProviderReference = "charge_1",
            Action = new CustomerAction { Kind = CustomerActionKind.Page, Html = Foreign },
        };
        var (browser, page, token) = await OpenAsync(host, "o1");
        using var _ = browser;
        Assert.Equal(HttpStatusCode.SeeOther, await PayAsync(browser, page, token));
        var step = await browser.GetStringAsync(page + "?go=1");
        Assert.Contains($"action=\"{page}/step\"", step, StringComparison.Ordinal);
        using var shown = await browser.PostAsync(page + "/step", Form(("token", TokenOf(step))));
        Assert.Equal(Foreign, await shown.Content.ReadAsStringAsync());
        Assert.Equal("", shown.RequestMessage!.RequestUri!.Query);
        Assert.Equal("no-referrer", shown.Headers.GetValues("Referrer-Policy").Single());
        Assert.Contains(
            "sandbox", shown.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync(page + "/step", Form())).StatusCode);
        // Its address loaded again, and that of a form's response.
        foreach (var address in (string[])["/step", "/pay"])
        {
            using var back = await browser.GetAsync(page + address);
            Assert.Equal(page, back.Headers.Location?.OriginalString);
        }
    }

    [Fact]
    public async Task A_return_counts_once_and_opens_the_page_without_what_the_customer_saved()
    {
        await using var host = await GatewayHost.StartAsync();
        using var shop = host.Client();
        var (browser, page, token) = await OpenAsync(host, "o1", ",\"customer_id\":\"asha\"");
        using var _ = browser;
        Assert.Contains("name=\"save\"", await browser.GetStringAsync(page), StringComparison.Ordinal);
        host.Shop.Account.Bank = _ => new ProviderOutcome.Declined
        {
            Failure = new Failure { Code = "declined", Message = "No.", Party = FailureParty.Customer },
        };
        Assert.Equal(HttpStatusCode.SeeOther, await PayAsync(browser, page, token));
        var address = Assert.Single(host.Shop.Account.Charges).CallbackUrl.AbsolutePath;

        // Another browser returns, as from the bank's own app.
        using var returned = host.Client(null);
        using var first = await returned.GetAsync(address);
        Assert.Equal(page, first.Headers.Location?.OriginalString);
        Assert.Matches(
            $"^checkout_returned=pr_[^;]+; path={page}; samesite=lax; httponly$",
            first.Headers.GetValues("Set-Cookie").Single());
        var shown = await returned.GetStringAsync(page);
        Assert.Contains("The payment did not go through.", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"save\"", shown, StringComparison.Ordinal);
        host.Shop.Account.Bank = new ProviderAccount().Bank;
        Assert.Equal(HttpStatusCode.SeeOther, await PayAsync(returned, page, TokenOf(shown)));

        // Who finds the address later, in a log or a history.
        using var late = host.Client(null);
        using var second = await late.GetAsync(address);
        Assert.Equal(page, second.Headers.Location?.OriginalString);
        Assert.False(second.Headers.Contains("Set-Cookie"));
        Assert.Equal(HttpStatusCode.NotFound, (await late.GetAsync(page)).StatusCode);
        // The first browser's page is still its own.
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(page)).StatusCode);
    }

    [Fact]
    public async Task A_return_to_the_shop_tells_the_status_once()
    {
        await using var host = await GatewayHost.StartAsync();
        using var shop = host.Client();
        var payment = await GatewayHost.StartPaymentAsync(
            shop, PaymentBodies.Card("o1", ",\"return_url\":\"https://shop.example/thanks\""));
        await GatewayHost.UntilAsync(shop, GatewayHost.PathOf(payment), "SUCCESS");
        var address = Assert.Single(host.Shop.Account.Charges).CallbackUrl.AbsolutePath;
        using var browser = host.Client(null);
        using var first = await browser.GetAsync(address);
        Assert.EndsWith("&status=SUCCESS", first.Headers.Location?.OriginalString, StringComparison.Ordinal);
        using var second = await browser.GetAsync(address);
        Assert.Equal(
            $"https://shop.example/thanks?payment_id={payment.GetProperty("id").GetString()}&order_id=o1",
            second.Headers.Location?.OriginalString);
    }

    private static async Task<string> LinkAsync(GatewayHost host, string order, string more = "")
    {
        using var shop = host.Client();
        var created = await (await shop.SendJsonAsync(
            GatewayHost.Payments,
            $"{{\"order_id\":\"{order}\",\"amount\":50000,\"currency\":\"INR\",\"confirm\":false{more}}}")).JsonAsync();
        return new Uri(created.GetProperty("checkout_url").GetString()!).PathAndQuery;
    }

    private static async Task<(HttpClient Browser, string Page, string Token)> OpenAsync(
        GatewayHost host, string order, string more = "")
    {
        var link = await LinkAsync(host, order, more);
        var browser = host.Client(null);
        using var opened = await browser.GetAsync(link);
        return (browser, PageOf(link), TokenOf(await browser.GetStringAsync(opened.Headers.Location)));
    }

    private static async Task<HttpStatusCode> PayAsync(HttpClient browser, string page, string? token)
    {
        (string, string)[] chosen = [("method", "upi"), ("flow", "intent")];
        using var form = Form(token is null ? chosen : [.. chosen, ("token", token)]);
        using var response = await browser.PostAsync(page + "/pay", form);
        return response.StatusCode;
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient browser, HttpMethod method, string path, string token)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Checkout-Token", token);
        return browser.SendAsync(request);
    }

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    private static string PageOf(string link) => link[..link.IndexOf('?', StringComparison.Ordinal)];

    private static string TokenOf(string page) => Token().Match(page).Groups["token"].Value;

    [GeneratedRegex("data-token=\"(?<token>[^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Token();
}
