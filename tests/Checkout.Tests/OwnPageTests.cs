using System.Text.Json;
using Microsoft.Playwright;
using PaymentCluster.Testing;
using static Microsoft.Playwright.Assertions;

namespace PaymentCluster.Checkout.Tests;

/// <summary>A shop's own page on its own origin, in a real browser: what it may do, and what pages of others may
/// not.</summary>
[Collection(CheckoutCollection.Name)]
public sealed class OwnPageTests(CheckoutFixture checkout)
{
    // Other sites than the gateway's, which is at 127.0.0.1. The browser is given their pages, and connects nowhere.
    private const string Shop = "http://localhost:9";
    private const string Evil = "http://localhost:99";

    private const string Pay = """
        async ([api, key, token]) => {
            const send = (path, authorization, body) => fetch(api + path, {
                method: 'POST', body: JSON.stringify(body),
                headers: { Authorization: `Bearer ${authorization}`, 'Content-Type': 'application/json', 'Idempotency-Key': token.slice(-32) },
            });
            const created = await send('/api/v1/payments', key, { order_token: token, method: 'upi', upi: { flow: 'qr' } });
            const payment = await created.json();
            const secret = payment.client_secret, path = `/api/v1/payments/${payment.id}`;
            const read = async query => (await fetch(api + path + query, { headers: { Authorization: `Bearer ${secret}` } })).json();
            let seen = await read('?wait=10');
            const { ticket } = await (await send(path + '/tickets', secret, {})).json();
            const image = new Image();
            const loaded = new Promise((resolve, reject) => { image.onload = resolve; image.onerror = () => reject(new Error('no image')); });
            image.src = `${api}${seen.action.qr_png}?ticket=${ticket}`;
            document.body.append(image);
            await loaded;
            window.statuses = [];
            const events = new EventSource(`${api}${path}/events?ticket=${ticket}`);
            events.onmessage = event => {
                const { status } = JSON.parse(event.data);
                window.statuses.push(status);
                if (status === 'SUCCESS') { document.title = 'paid'; events.close(); }
            };
            return {
                path, status: created.status, location: created.headers.get('Location'), id: created.headers.get('X-Request-Id'),
                etag: created.headers.get('ETag'), width: image.naturalWidth, members: Object.keys(seen).join(),
            };
        }
        """;

    private const string Try = """
        async ([api, key, token]) => {
            try {
                const response = await fetch(api + '/api/v1/payments', {
                    method: 'POST', body: JSON.stringify({ order_token: token, method: 'upi' }),
                    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
                });
                return String(response.status);
            } catch (error) {
                return error.name;
            }
        }
        """;

    [Fact]
    public async Task A_page_of_the_shop_takes_a_payment_from_order_token_to_success()
    {
        var (key, shop) = await OpenShopAsync("ownpage");
        using var _ = shop;
        var page = await VisitAsync(Shop, "<title>shop</title><h1>Shop</h1>");
        var token = await SignAsync(shop, "own_1");
        var paid = await page.EvaluateAsync<JsonElement>(Pay, new[] { Api, key, token });
        Assert.Equal(202, paid.GetProperty("status").GetInt32());
        Assert.Equal(Api + paid.GetProperty("path").GetString(), paid.GetProperty("location").GetString());
        Assert.NotNull(paid.GetProperty("id").GetString());
        Assert.NotNull(paid.GetProperty("etag").GetString());
        Assert.True(paid.GetProperty("width").GetInt32() > 100);
        Assert.DoesNotContain("provider", paid.GetProperty("members").GetString(), StringComparison.Ordinal);
        await checkout.DecideAsync(paid.GetProperty("path").GetString()!, "approve", shop);
        await Expect(page).ToHaveTitleAsync("paid");
    }

    [Fact]
    public async Task A_page_of_another_origin_takes_nothing_with_the_shops_key_and_token()
    {
        var (key, shop) = await OpenShopAsync("ownpage2");
        using var _ = shop;
        var token = await SignAsync(shop, "own_1");
        var evil = await VisitAsync(Evil, "<h1>Evil</h1>");
        Assert.Equal("TypeError", await evil.EvaluateAsync<string>(Try, new[] { Api, key, token }));
        // Its request had no effect either: the order is still to be created.
        var page = await VisitAsync(Shop, "<h1>Shop</h1>");
        Assert.Equal("202", await page.EvaluateAsync<string>(Try, new[] { Api, key, token }));
    }

    [Fact]
    public async Task The_page_in_a_frame_of_another_site_is_paid_without_any_cookie()
    {
        var (_, shop) = await OpenShopAsync("ownpage3");
        using var client = shop;
        var (path, url) = await checkout.OrderAsync(shop: shop);
        var page = await VisitAsync(
            Shop,
            $$"""
            <title>shop</title><script src="{{Api}}/checkout.js"></script>
            <button onclick="PaymentCluster.open({ url: '{{url}}', onSuccess: () => document.title = 'paid' })">Pay</button>
            """);
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay", Exact = true }).ClickAsync();
        var frame = page.FrameLocator("iframe[title=Checkout]");
        await frame.GetByRole(AriaRole.Button, new() { Name = "हिन्दी" }).ClickAsync();
        await Expect(frame.Locator("html")).ToHaveAttributeAsync("lang", "hi");
        await frame.GetByRole(AriaRole.Button, new() { Name = "English" }).ClickAsync();
        await Expect(frame.Locator("html")).ToHaveAttributeAsync("lang", "en");
        await frame.Locator("#netbanking > summary").ClickAsync();
        await frame.GetByLabel("Which bank?").SelectOptionAsync("HDFC");
        await frame.Locator("#netbanking button").ClickAsync();
        var bank = await page.RunAndWaitForPopupAsync(() =>
            frame.GetByRole(AriaRole.Link, new() { Name = "Continue to your bank" }).ClickAsync());
        Assert.Empty(await page.Context.CookiesAsync());
        Assert.All(
            page.Frames, shown => Assert.DoesNotContain("key=", shown.Url, StringComparison.Ordinal));
        await bank.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(frame.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
        await Expect(page).ToHaveTitleAsync("paid");
        // The tab of the bank came back with its one return.
        await Expect(bank.GetByRole(AriaRole.Heading, new() { Name = "Payment successful" })).ToBeVisibleAsync();
        Assert.Equal("SUCCESS", (await checkout.ReadAsync(path, shop)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task No_address_after_the_link_has_the_secret_and_the_link_of_another_browser_is_its_own()
    {
        var (_, url) = await checkout.OrderAsync();
        var page = await checkout.PageAsync();
        var addresses = new List<string>();
        page.Request += (_, request) => addresses.Add(request.Url);
        await page.GotoAsync(url);
        await page.GetByRole(AriaRole.Link, new() { Name = "हिन्दी" }).ClickAsync();
        await page.ReloadAsync();
        Assert.All(addresses.Skip(1), address => Assert.DoesNotContain("cs_", address, StringComparison.Ordinal));
        // Not in the midst of a random token, which holds any three characters now and then.
        Assert.DoesNotMatch("(?<![\\w-])cs_", await page.ContentAsync());
        var cookie = Assert.Single(await page.Context.CookiesAsync());
        Assert.True(cookie.HttpOnly);
        Assert.Equal(SameSiteAttribute.Lax, cookie.SameSite);
        Assert.StartsWith("/checkout/pay_", cookie.Path, StringComparison.Ordinal);
        Assert.Equal("", await page.EvaluateAsync<string>("document.cookie"));
        var other = await checkout.PageAsync();
        Assert.Equal(404, (await other.GotoAsync(page.Url))!.Status);
        Assert.Equal(200, (await other.GotoAsync(url))!.Status);
    }

    private string Api => checkout.Running.Http(null).BaseAddress!.GetLeftPart(UriPartial.Authority);

    // A merchant with an account at the simulated Razorpay, whose site is the shop's.
    private async Task<(string Key, HttpClient Server)> OpenShopAsync(string id)
    {
        using var administrator = checkout.Running.Administrator();
        await administrator.PutAsync($"/api/v1/merchants/{id}", new { name = "Own page", origins = new[] { Shop } });
        async Task<string> KeyAsync(string scope) =>
            (await administrator.PostAsync($"/api/v1/merchants/{id}/keys", new { scope })).GetProperty("key")
                .GetString()!;
        var server = checkout.Running.Http(await KeyAsync("secret"));
        using var simulators = checkout.Running.Simulators();
        var account = new
        {
            key_secret = "the-secret-of-the-page",
            webhook_secret = "its-webhook-secret",
            webhook_url = $"{Api}/webhooks/{id}/razorpay",
        };
        await simulators.PutAsync($"/_accounts/razorpay/rzp_test_{id}", account);
        var connected = await server.SendJsonAsync(
            "/api/v1/providers/razorpay/credentials",
            $"{{\"key_id\":\"rzp_test_{id}\",\"key_secret\":\"the-secret-of-the-page\",\"webhook_secret\":\"its-webhook-secret\"}}",
            "PUT");
        Assert.True(connected.IsSuccessStatusCode, await connected.Content.ReadAsStringAsync());
        return (await KeyAsync("publishable"), server);
    }

    private static async Task<string> SignAsync(HttpClient shop, string order)
    {
        var signed = await shop.SendJsonAsync(
            "/api/v1/order-tokens",
            $"{{\"order_id\":\"{order}\",\"amount\":125000,\"currency\":\"INR\",\"return_url\":\"{Shop}/thanks\"}}");
        return (await signed.JsonAsync()).GetProperty("order_token").GetString()!;
    }

    private async Task<IPage> VisitAsync(string origin, string html)
    {
        var page = await checkout.PageAsync();
        await page.RouteAsync(
            $"{origin}/**", route => route.FulfillAsync(new() { ContentType = "text/html", Body = html }));
        await page.GotoAsync(origin + "/");
        return page;
    }
}
