using System.Net;
using System.Text.Json;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.AmazonPay;

public sealed class CheckoutTests
{
    [Theory]
    [InlineData("AuthorizeWithCapture", "Captured"), InlineData("Authorize", "Authorized")]
    public async Task A_session_is_completed_once_after_the_buyer_placed_the_order(string intent, string state)
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var session = await simulator.CheckoutAsync(AmazonPayShop.Session(intent));
        Assert.Equal("Open", (await simulator.ReadAsync($"checkoutSessions/{session}")).State());
        simulator.Clock.Advance(AmazonPayShop.BuyersDelay);
        Assert.Empty(await simulator.JournalAsync());

        var first = await simulator.CompleteAsync(session);
        var second = await simulator.CompleteAsync(session);

        Assert.Equal((HttpStatusCode.OK, "Completed"), (first.Status, first.State()));
        Assert.Equal(first["chargeId"], second["chargeId"]);
        var charge = await simulator.ReadAsync($"charges/{first["chargeId"]}");
        Assert.Equal(state, charge.State());
        Assert.Equal("14.00", charge.Json.GetProperty("chargeAmount").GetProperty("amount").GetString());
        Assert.Equal(
            AmazonPayShop.Reference,
            charge.Json.GetProperty("merchantMetadata").GetProperty("merchantReferenceId").GetString());
        var line = Assert.Single(await simulator.JournalAsync());
        Assert.Equal(
            (AmazonPayShop.Reference, 1400, state == "Captured"),
            (
                line.GetProperty("reference").GetString(),
                line.GetProperty("amount").GetInt64(),
                line.GetProperty("captured").GetBoolean()));
    }

    [Fact]
    public async Task Nothing_is_completed_before_the_buyer_placed_the_order()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();

        var reply = await simulator.CompleteAsync(await simulator.CheckoutAsync());

        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, "InvalidCheckoutSessionStatus"), (reply.Status, reply.Reason()));
        Assert.Empty(await simulator.JournalAsync());
    }

    [Theory]
    [InlineData("13.99", "EUR", HttpStatusCode.Conflict, "AmountMismatch")]
    [InlineData("14.00", "GBP", HttpStatusCode.BadRequest, "CurrencyMismatch")]
    [InlineData("14.001", "EUR", HttpStatusCode.BadRequest, "InvalidParameterValue")]
    [InlineData("14.00", "INR", HttpStatusCode.BadRequest, "InvalidParameterValue")]
    public async Task Another_amount_is_not_completed(
        string amount, string currency, HttpStatusCode status, string reason)
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var session = await simulator.CheckoutAsync();
        simulator.Clock.Advance(AmazonPayShop.BuyersDelay);

        var reply = await simulator.CompleteAsync(session, AmazonPayShop.Money("chargeAmount", amount, currency));

        Assert.Equal((status, reason), (reply.Status, reply.Reason()));
        Assert.Empty(await simulator.JournalAsync());
    }

    [Fact]
    public async Task A_buyer_who_leaves_cancels_the_session()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        await simulator.ManualCustomerAsync();
        var session = await simulator.CheckoutAsync();
        Assert.Equal(
            HttpStatusCode.OK,
            (await simulator.PostAsync($"/_customer/amazonpay/{session}", """{"action":"decline"}""")).Status);

        var read = await simulator.ReadAsync($"checkoutSessions/{session}");
        Assert.Equal(("Canceled", "BuyerCanceled"), (read.State(), read.Reason()));
        Assert.Equal("CheckoutSessionCanceled", (await simulator.CompleteAsync(session)).Reason());
        Assert.Equal(
            HttpStatusCode.Conflict,
            (await simulator.PostAsync($"/_customer/amazonpay/{session}", """{"action":"approve"}""")).Status);
    }

    [Fact]
    public async Task A_session_that_no_one_completes_is_cancelled_after_a_day()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var session = await simulator.CheckoutAsync();
        simulator.Clock.Advance(TimeSpan.FromHours(25));

        var read = await simulator.ReadAsync($"checkoutSessions/{session}");

        Assert.Equal(("Canceled", "Expired"), (read.State(), read.Reason()));
    }

    [Fact]
    public async Task The_same_key_has_the_same_session_and_another_request_is_refused()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var first = await simulator.CallAsync(
            "POST", "/amazonpay/v2/checkoutSessions", AmazonPayShop.Session(), key: "one");
        var again = await simulator.CallAsync(
            "POST", "/amazonpay/v2/checkoutSessions", AmazonPayShop.Session(), key: "one");
        await simulator.RestartAsync();
        var later = await simulator.CallAsync(
            "POST", "/amazonpay/v2/checkoutSessions", AmazonPayShop.Session(), key: "one");
        var other = await simulator.CallAsync(
            "POST", "/amazonpay/v2/checkoutSessions", AmazonPayShop.Session(amount: "15.00"), key: "one");

        Assert.Equal((first.Status, first.Text), (again.Status, again.Text));
        Assert.Equal(first.Text, later.Text);
        Assert.Equal((HttpStatusCode.BadRequest, "DuplicateIdempotencyKey"), (other.Status, other.Reason()));
    }

    [Fact]
    public async Task A_session_is_described_step_by_step_as_well()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var created = await simulator.CallAsync("POST", "/amazonpay/v2/checkoutSessions", $$"""
            {"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/review"},"storeId":"{{AmazonPayShop.StoreId}}"}
            """);
        Assert.Equal(3, created.Json.GetProperty("constraints").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, Redirect(created).ValueKind);

        var updated = await simulator.CallAsync(
            "PATCH", $"/amazonpay/v2/checkoutSessions/{created["checkoutSessionId"]}", """
            {"webCheckoutDetails":{"checkoutResultReturnUrl":"https://shop.example/back"},"paymentDetails":{"paymentIntent":"Authorize",
            "chargeAmount":{"amount":14,"currencyCode":"EUR"}}}
            """);

        Assert.Equal(0, updated.Json.GetProperty("constraints").GetArrayLength());
        Assert.EndsWith(created["checkoutSessionId"], Redirect(updated).GetString()!, StringComparison.Ordinal);
        simulator.Clock.Advance(AmazonPayShop.BuyersDelay);
        Assert.Equal("Completed", (await simulator.CompleteAsync(created["checkoutSessionId"])).State());
    }

    [Theory]
    [InlineData("storeId", "amzn1.other", "InvalidParameterValue")]
    [InlineData("chargePermissionType", "Twice", "InvalidParameterValue")]
    [InlineData("colour", "red", "UnrecognizedField"), InlineData("paymentDetails", "14.00", "InvalidParameterValue")]
    public async Task A_field_that_is_wrong_or_unknown_is_refused(string field, string value, string reason)
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var body = JsonSerializer.Deserialize<Dictionary<string, object>>(AmazonPayShop.Session())!;
        body[field] = value;

        var reply = await simulator.CallAsync("POST", "/amazonpay/v2/checkoutSessions", JsonSerializer.Serialize(body));

        Assert.Equal((HttpStatusCode.BadRequest, reason), (reply.Status, reply.Reason()));
    }

    [Theory]
    [InlineData("JPY", "1400", 1400), InlineData("USD", "14.5", 1450)]
    public async Task Amounts_are_in_major_units(string currency, string amount, long minor)
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var session = await simulator.CheckoutAsync(AmazonPayShop.Session(amount: amount, currency: currency));
        simulator.Clock.Advance(AmazonPayShop.BuyersDelay);
        await simulator.CompleteAsync(session, AmazonPayShop.Money("chargeAmount", amount, currency));

        Assert.Equal(minor, Assert.Single(await simulator.JournalAsync()).GetProperty("amount").GetInt64());
    }

    [Fact]
    public async Task The_buyers_page_sends_the_browser_back()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        await simulator.ManualCustomerAsync();
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = simulator.Http.BaseAddress,
        };
        foreach (var (action, back) in new Dictionary<string, string>
        {
            ["approve"] = "https://shop.example/back?x=1&", ["decline"] = "https://shop.example/left?",
        })
        {
            var session = await simulator.CheckoutAsync();
            var page = await browser.GetStringAsync($"/amazonpay/checkout/{session}");
            Assert.Contains("<strong>14.00 EUR</strong>", page, StringComparison.Ordinal);
            using var form = new FormUrlEncodedContent([new("action", action)]);
            using var reply = await browser.PostAsync($"/amazonpay/checkout/{session}", form);
            Assert.Equal($"{back}amazonCheckoutSessionId={session}", reply.Headers.Location!.AbsoluteUri);
        }
    }

    [Fact]
    public async Task A_buttons_signed_payload_begins_a_checkout()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = simulator.Http.BaseAddress,
        };
        var payload = AmazonPayShop.Session();
        FormUrlEncodedContent Button(string signed) => new([
            new("payloadJSON", signed),
            new("signature", AmazonPayShop.Sign(payload)),
            new("algorithm", "AMZN-PAY-RSASSA-PSS-V2"),
            new("publicKeyId", AmazonPayShop.KeyId),
        ]);

        using var begun = await browser.PostAsync("/amazonpay/checkout", Button(payload));
        using var forged = await browser.PostAsync(
            "/amazonpay/checkout", Button(payload.Replace("14.00", "1.00", StringComparison.Ordinal)));

        Assert.Equal(HttpStatusCode.Redirect, begun.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
    }

    private static JsonElement Redirect(Reply reply) =>
        reply.Json.GetProperty("webCheckoutDetails").GetProperty("amazonPayRedirectUrl");
}
