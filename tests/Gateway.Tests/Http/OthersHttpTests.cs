using System.Net;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Health;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Webhooks;

namespace PaymentCluster.Gateway.Tests.Http;

public sealed class OthersHttpTests
{
    [Fact]
    public async Task A_webhook_arrives_byte_for_byte_with_its_headers()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(null);
        byte[] bytes = [.. "{ \"id\" :  \"e1\",\n\"about\":\"settlement\"}\r\n"u8];
        var response = await host.Shop.SendWebhookAsync(client, bytes);
        Assert.Equal("ignored", (await response.JsonAsync()).GetProperty("fate").GetString());
        var again = await host.Shop.SendWebhookAsync(client, bytes);
        Assert.Equal("duplicate", (await again.JsonAsync()).GetProperty("fate").GetString());
        bytes = [.. bytes, 0xFF, 0x00];
        await (await host.Shop.SendWebhookAsync(client, bytes)).ProblemAsync(400, "webhook_malformed");
        Assert.Equal(bytes, host.Shop.Account.Webhooks.Last().Body.ToArray());
    }

    [Theory]
    [InlineData("/webhooks/Shop/razorpay")]
    [InlineData("/webhooks/sh/razorpay")]
    [InlineData("/webhooks/shop%2fx/razorpay")]
    [InlineData("/webhooks/shop/RAZORPAY")]
    [InlineData("/webhooks/shop/razor-pay")]
    [InlineData("/webhooks/shop")]
    public async Task A_webhook_for_no_one_reaches_no_grain(string path)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(null);
        await (await client.SendJsonAsync(path, "{}")).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_webhook_is_refused_as_its_grain_says_and_above_its_limit()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(null);
        await (await host.Shop.SendWebhookAsync(client, "{}"u8.ToArray(), "another-secret"))
            .ProblemAsync(401, "webhook_signature_invalid");
        await (await host.Shop.SendWebhookAsync(client, new byte[300_000])).ProblemAsync(413, "body_too_large");
        Assert.Single(host.Shop.Account.Webhooks);
    }

    [Fact]
    public async Task Webhooks_come_to_the_address_that_the_providers_list_shows()
    {
        await using var host = await GatewayHost.StartAsync();
        using var shop = host.Client();
        var provider = (await (await shop.GetAsync("/api/v1/providers")).JsonAsync()).GetProperty("data")[0];
        var address = new Uri(provider.GetProperty("webhook_url").GetString()!);
        Assert.Equal(GatewaySilo.PublicUrl.Host, address.Host);
        using var client = host.Client(null);
        var byAddress = new List<bool>();
        foreach (var path in (string[])[
            address.AbsolutePath, address.AbsolutePath[..^1] + "x", address.AbsolutePath[..^33], address.AbsolutePath])
        {
            await (await client.SendJsonAsync(path, "{}")).ProblemAsync(401, "webhook_signature_invalid");
            byAddress.Add(host.Shop.Account.Webhooks.Last().IsByAddress);
        }

        Assert.Equal([true, false, false, true], byAddress);
    }

    [Fact]
    public async Task Webhooks_have_a_limit_by_address()
    {
        await using var host = await GatewayHost.StartAsync(
            ("Gateway:WebhooksPerSecond", "10"), ("Gateway:KnownProxies:0", "127.0.0.1"));
        var statuses = await Task.WhenAll(
            Enumerable.Range(1, 60).Select(number => SendAsync($"2001:db8:1:2:{number:x}::1")));
        Assert.Contains(HttpStatusCode.Unauthorized, statuses);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync("2001:db8:1:3::1"));

        async Task<HttpStatusCode> SendAsync(string forwardedFor)
        {
            using var client = host.Client(null);
            client.DefaultRequestHeaders.Add("X-Forwarded-For", forwardedFor);
            using var response = await host.Shop.SendWebhookAsync(client, "{}"u8.ToArray(), "another-secret");
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task One_address_has_so_many_webhooks_in_flight()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:WebhooksInFlightPerAddress", "2"));
        using var client = host.Client(null);
        var held = host.Calls.Hold<IProviderWebhookGrain>();
        var sent = Enumerable.Range(0, 5)
            .Select(_ => host.Shop.SendWebhookAsync(client, "{}"u8.ToArray(), "another-secret"))
            .ToList();
        await Eventually.HoldsAsync(
            () => sent.Count(webhook => webhook.IsCompleted) == 3, "three webhooks are refused");
        foreach (var refused in sent.Where(webhook => webhook.IsCompleted).ToList())
        {
            await (await refused).ProblemAsync(503, "overloaded");
        }

        held.Dispose();
        Assert.Equal(
            2,
            (await Task.WhenAll(sent)).Count(response => response.StatusCode == HttpStatusCode.Unauthorized));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_customer_who_returns_goes_on_to_the_shop(string method)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var payment = await GatewayHost.StartPaymentAsync(
            client, PaymentBodies.Upi("o1", ",\"return_url\":\"https://shop.example/thanks?cart=7\""));
        var id = payment.GetProperty("id").GetString();
        using var browser = host.Client(null);
        var request = new HttpRequestMessage(
            new HttpMethod(method), ReturnPath(host) + "?razorpay_payment_id=x");
        if (method == "POST")
        {
            request.Content = new FormUrlEncodedContent([new("razorpay_signature", "whatever")]);
        }

        var returning = browser.SendAsync(request);
        await host.WatchedAsync();
        await host.Shop.PayAsync(client, payment);
        var response = await returning;
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.Equal(
            $"https://shop.example/thanks?cart=7&payment_id={id}&order_id=o1&status=SUCCESS",
            response.Headers.Location?.OriginalString);
        Assert.Equal(1, host.Calls.Count<IPaymentGrain>(nameof(IPaymentGrain.CustomerReturned)));
    }

    [Fact]
    public async Task A_customer_without_a_shop_to_go_to_gets_a_page()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var payment = await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi("o1"));
        await client.PostAsync(GatewayHost.PathOf(payment) + "/cancel", null);
        using var browser = host.Client(null);
        var response = await browser.GetAsync(ReturnPath(host));
        var page = await response.Content.ReadAsStringAsync();
        Assert.Contains("This payment was cancelled", page, StringComparison.Ordinal);
        Assert.Contains("You can go back to the shop", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Thank you", page, StringComparison.Ordinal);
        browser.DefaultRequestHeaders.Add("Accept-Language", "hi-IN,hi;q=0.9");
        Assert.Contains(
            "lang=\"hi\"", await browser.GetStringAsync(response.RequestMessage!.RequestUri), StringComparison.Ordinal);
        Assert.Contains(
            "default-src 'none'",
            response.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/return/shop/razorpay/att_x/n0")]
    [InlineData("/return/shop/razorpay/att_01m7wtn50sfz5txb0tmw4px1yr_0/n0")]
    [InlineData("/return/shop/razorpay/att_01m7wtn50sfz5txb0tmw4px1yr_1/n0")]
    [InlineData("/return/SHOP/razorpay/att_01m7wtn50sfz5txb0tmw4px1yr_1/n0")]
    public async Task A_return_of_no_one_goes_nowhere(string path)
    {
        await using var host = await GatewayHost.StartAsync();
        using var browser = host.Client(null);
        await (await browser.GetAsync(path + "?return_url=https://evil.example")).ProblemAsync(
            404, "payment_not_found");
    }

    [Fact]
    public async Task Only_who_was_sent_to_a_provider_returns_from_it()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        await GatewayHost.StartPaymentAsync(client, PaymentBodies.Upi("o1"));
        var path = ReturnPath(host);
        using var browser = host.Client(null);
        foreach (var wrong in (string[])
        [
            path[..^1] + (path[^1] == 'x' ? 'y' : 'x'), path.Replace("scriptpay", "razorpay", StringComparison.Ordinal),
            path.Replace(host.Shop.Id, (await host.OpenShopAsync()).Id, StringComparison.Ordinal),
        ])
        {
            await (await browser.GetAsync(wrong)).ProblemAsync(404, "payment_not_found");
        }
    }

    [Fact]
    public async Task Health_says_whether_payments_can_be_taken()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(null);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/ready")).StatusCode);
        using var broken = host.Calls.Break<IHealthGrain>(new SiloUnavailableException());
        var problem = await (await client.GetAsync("/health/ready")).ProblemAsync(503, "unavailable");
        Assert.Equal("No silo is available.", problem.GetProperty("detail").GetString());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
        foreach (var (path, status) in (IEnumerable<(string, HttpStatusCode)>)
            [("/health/live", HttpStatusCode.OK), ("/health/ready", HttpStatusCode.ServiceUnavailable)])
        {
            var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
            Assert.Equal(status, head.StatusCode);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task The_ledger_is_read()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        await GatewayHost.PaidAsync(client, "o1");
        var accounts = (await (await client.GetAsync("/api/v1/ledger/accounts")).JsonAsync()).GetProperty("data");
        var account = accounts.EnumerateArray().Single(
            account => account.GetProperty("account").GetString() == "merchant_payable");
        Assert.Equal(-50_000, account.GetProperty("balance").GetInt64());
        Assert.True((await (await client.GetAsync("/api/v1/ledger/trial-balance")).JsonAsync()).GetProperty("balanced")
            .GetBoolean());
    }

    [Fact]
    public async Task A_merchant_is_made_with_a_key_that_is_shown_once()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(GatewayHost.AdminKey);
        const string path = "/api/v1/merchants/newshop";
        await (await client.GetAsync(path)).ProblemAsync(404, "merchant_not_found");
        await (await client.SendJsonAsync(path + "/keys", """{"scope":"secret"}"""))
            .ProblemAsync(404, "merchant_not_found");
        var merchant = await (await client.SendJsonAsync(path, """{"name":"New Shop"}""", "PUT")).JsonAsync();
        Assert.False(merchant.GetProperty("upi_collect_allowed").GetBoolean());
        var response = await client.SendJsonAsync(path + "/keys", """{"scope":"publishable"}""");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var made = await response.JsonAsync();
        var key = made.GetProperty("key").GetString()!;
        Assert.StartsWith("pk_", key, StringComparison.Ordinal);
        var read = await client.GetStringAsync(path);
        Assert.Contains(made.GetProperty("id").GetString()!, read, StringComparison.Ordinal);
        Assert.DoesNotContain(key, read, StringComparison.Ordinal);
        await (await client.DeleteAsync(path + "/keys/key_9")).ProblemAsync(404, "api_key_not_found");
    }

    [Theory]
    [InlineData("New")]
    [InlineData("ab")]
    [InlineData("-abc")]
    [InlineData("a.b.c")]
    [InlineData("a%2Fb%2Fc")]
    [InlineData("9abc")]
    [InlineData("shop%0A")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_merchants_id_has_a_form(string id)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(GatewayHost.AdminKey);
        await (await client.SendJsonAsync($"/api/v1/merchants/{id}", """{"name":"x"}""", "PUT"))
            .ProblemAsync(400, "invalid_field");
    }

    [Fact]
    public async Task Credentials_go_in_and_only_their_names_come_out()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        const string path = "/api/v1/providers/scriptpay/credentials";
        var response = await client.SendJsonAsync(
            path, """{"key_id":"rzp_canary","key_secret":"canary","webhook_secret":"canary"}""", "PUT");
        var text = await response.Content.ReadAsStringAsync();
        Assert.Contains("key_secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        using var sender = host.Client(null);
        Assert.Equal(
            HttpStatusCode.OK,
            (await host.Shop.SendWebhookAsync(sender, """{"id":"e1","about":"x"}"""u8.ToArray(), "canary")).StatusCode);
        var problem = await (await client.SendJsonAsync(path, """{"key_secret":["canary"]}""", "PUT"))
            .ProblemAsync(400, "invalid_field");
        Assert.DoesNotContain("canary", problem.ToString(), StringComparison.Ordinal);
        await (await client.SendJsonAsync(path, """{"key_id":"canary"}""", "PUT")).ProblemAsync(400, "missing_field");
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await client.SendJsonAsync("/api/v1/providers/R/credentials", """{"a":"b"}""", "PUT")).StatusCode);
    }

    // Where the provider sends the customer's browser.
    private static string ReturnPath(GatewayHost host)
    {
        var callback = Assert.Single(host.Shop.Account.Charges).CallbackUrl;
        Assert.StartsWith(GatewaySilo.PublicUrl.AbsoluteUri, callback.AbsoluteUri, StringComparison.Ordinal);
        return callback.PathAndQuery;
    }
}
