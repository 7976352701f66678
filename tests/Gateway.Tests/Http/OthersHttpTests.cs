using System.Net;
using System.Net.Http.Headers;
using PaymentCluster.Gateway.Tests.Host;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Gateway.Tests.Http;

public sealed class OthersHttpTests
{
    [Fact]
    public async Task A_webhook_arrives_byte_for_byte_with_its_headers()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(null);
        byte[] bytes = [.. "{ \"event\" :  \"x\",\n"u8, 0xFF, 0x00, (byte)'}'];
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json");
        content.Headers.Add("X-Razorpay-Signature", "abc");
        var response = await client.PostAsync("/webhooks/shop/razorpay?anything=1", content);
        Assert.Equal("applied", (await response.JsonAsync()).GetProperty("fate").GetString());
        var webhook = host.Webhooks("shop/razorpay").Received.Single();
        Assert.Equal(bytes, webhook.Body);
        Assert.Equal("abc", webhook.Headers["x-razorpay-signature"]);
    }

    [Theory]
    [InlineData("/webhooks/Shop/razorpay")]
    [InlineData("/webhooks/sh/razorpay")]
    [InlineData("/webhooks/shop%2fx/razorpay")]
    [InlineData("/webhooks/shop/RAZORPAY")]
    [InlineData("/webhooks/shop/razor-pay")]
    [InlineData("/webhooks/shop")]
    public async Task A_webhook_for_nobody_reaches_no_grain(string path)
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
        host.Webhooks("shop/razorpay").Refusal = Refusal.Of(
            ErrorCode.WebhookSignatureInvalid, "The signature does not match.");
        await (await client.SendJsonAsync("/webhooks/shop/razorpay", "{}")).ProblemAsync(
            401, "webhook_signature_invalid");
        await (await client.PostAsync("/webhooks/shop/razorpay", new ByteArrayContent(new byte[300_000]))).ProblemAsync(
            413, "body_too_large");
        Assert.Single(host.Webhooks("shop/razorpay").Received);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_customer_who_comes_back_goes_on_to_the_shop(string method)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var payment = await (await client.SendJsonAsync(
            "/api/v1/payments",
            PaymentBodies.Upi("o1", ",\"return_url\":\"https://shop.example/thanks?cart=7\""))).JsonAsync();
        var id = payment.GetProperty("id").GetString();
        using var browser = host.Client(null);
        var request = new HttpRequestMessage(
            new HttpMethod(method),
            $"/return/shop/razorpay/{payment.GetProperty("attempt").GetString()}/{FakePayments.Nonce}?razorpay_payment_id=x");
        if (method == "POST")
        {
            request.Content = new FormUrlEncodedContent([new("razorpay_signature", "whatever")]);
        }

        var returning = browser.SendAsync(request);
        await client.PostAsync($"/api/v1/payments/{id}/capture", null);
        var response = await returning;
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.Equal(
            $"https://shop.example/thanks?cart=7&payment_id={id}&order_id=o1&status=SUCCESS",
            response.Headers.Location?.OriginalString);
        Assert.Contains(1, host.Payments.Commands);
    }

    [Fact]
    public async Task A_customer_without_a_shop_to_go_to_gets_a_page()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client();
        var payment = await (await client.SendJsonAsync("/api/v1/payments", PaymentBodies.Upi("o1"))).JsonAsync();
        await client.PostAsync($"/api/v1/payments/{payment.GetProperty("id").GetString()}/cancel", null);
        using var browser = host.Client(null);
        var response = await browser.GetAsync(
            $"/return/shop/razorpay/{payment.GetProperty("attempt").GetString()}/{FakePayments.Nonce}");
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
    public async Task A_return_of_nobody_goes_nowhere(string path)
    {
        await using var host = await GatewayHost.StartAsync();
        using var browser = host.Client(null);
        await (await browser.GetAsync(path + "?return_url=https://evil.example")).ProblemAsync(
            404, "payment_not_found");
    }

    [Fact]
    public async Task Health_says_whether_payments_can_be_taken()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(null);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/ready")).StatusCode);
        host.Health.Reason = "The database does not answer.";
        var problem = await (await client.GetAsync("/health/ready")).ProblemAsync(503, "unavailable");
        Assert.Equal("The database does not answer.", problem.GetProperty("detail").GetString());
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
        var account = (await (await client.GetAsync("/api/v1/ledger/accounts")).JsonAsync()).GetProperty("data")[0];
        Assert.Equal(-2, account.GetProperty("balance").GetInt64());
        Assert.True((await (await client.GetAsync("/api/v1/ledger/trial-balance")).JsonAsync()).GetProperty("balanced")
            .GetBoolean());
    }

    [Fact]
    public async Task A_merchant_is_made_with_a_key_that_is_shown_once()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Client(GatewayHost.AdminKey);
        await (await client.GetAsync("/api/v1/merchants/newshop")).ProblemAsync(404, "merchant_not_found");
        await (await client.SendJsonAsync("/api/v1/merchants/newshop/keys", """{"scope":"secret"}"""))
            .ProblemAsync(404, "merchant_not_found");
        var merchant = await (await client.SendJsonAsync("/api/v1/merchants/newshop", """{"name":"New Shop"}""", "PUT"))
            .JsonAsync();
        Assert.False(merchant.GetProperty("upi_collect_allowed").GetBoolean());
        var response = await client.SendJsonAsync("/api/v1/merchants/newshop/keys", """{"scope":"publishable"}""");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("sk_test_0123456789abcdef", (await response.JsonAsync()).GetProperty("key").GetString());
        await (await client.DeleteAsync("/api/v1/merchants/newshop/keys/key_9")).ProblemAsync(404, "api_key_not_found");
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
        var response = await client.SendJsonAsync(
            "/api/v1/providers/razorpay/credentials", """{"key_id":"rzp_canary","key_secret":"canary"}""", "PUT");
        var text = await response.Content.ReadAsStringAsync();
        Assert.Contains("key_secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        Assert.Equal("canary", host.Merchant("shop").Credentials!["key_secret"].Reveal());
        var problem = await (await client.SendJsonAsync(
            "/api/v1/providers/razorpay/credentials", """{"key_secret":["canary"]}""", "PUT"))
            .ProblemAsync(400, "invalid_field");
        Assert.DoesNotContain("canary", problem.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await client.SendJsonAsync("/api/v1/providers/R/credentials", """{"a":"b"}""", "PUT")).StatusCode);
    }
}
