using System.Net;
using System.Text.Json;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.AmazonPay;

/// <summary>Charge permissions of the type PaymentMethodOnFile, which Amazon Pay calls Saved Wallet.</summary>
public sealed class SavedWalletTests
{
    [Fact]
    public async Task A_wallet_is_saved_once_the_buyer_agreed_and_nothing_is_charged()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var created = await simulator.CallAsync("POST", "/amazonpay/v2/checkoutSessions", AmazonPayShop.Setup());
        var session = created["checkoutSessionId"];
        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Equal(0, created.Json.GetProperty("constraints").GetArrayLength());
        Assert.True(created.Json.GetProperty("paymentMethodOnFileMetadata").GetProperty("setupOnly").GetBoolean());
        Assert.Equal("InvalidCheckoutSessionStatus", (await simulator.CompleteAsync(session, "{}")).Reason());
        simulator.Clock.Advance(AmazonPayShop.BuyersDelay);

        var completed = await simulator.CompleteAsync(session, "{}");
        var again = await simulator.CompleteAsync(session, "{}");

        Assert.Equal((HttpStatusCode.OK, "Completed"), (completed.Status, completed.State()));
        Assert.Equal(JsonValueKind.Null, completed.Json.GetProperty("chargeId").ValueKind);
        Assert.Equal(completed["chargePermissionId"], again["chargePermissionId"]);
        var permission = await simulator.ReadAsync($"chargePermissions/{completed["chargePermissionId"]}");
        Assert.Equal(("Chargeable", "PaymentMethodOnFile"), (permission.State(), permission["chargePermissionType"]));
        Assert.Equal(JsonValueKind.Null, permission.Json.GetProperty("limits").GetProperty("amountLimit").ValueKind);
        Assert.Equal(JsonValueKind.Null, permission.Json.GetProperty("limits").GetProperty("amountBalance").ValueKind);
        Assert.Empty(await simulator.JournalAsync());
    }

    [Fact]
    public async Task It_is_charged_again_and_again_also_after_a_restart()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var permission = await simulator.SavedAsync();
        var first = await simulator.ChargeAsync(AmazonPayShop.Order(permission, "1400.00"));
        await simulator.RestartAsync();
        var second = await simulator.ChargeAsync(AmazonPayShop.Order(permission, "1500.00"));

        Assert.Equal((HttpStatusCode.Created, "Captured"), (first.Status, first.State()));
        Assert.Equal(
            ("CITU", "Web", permission), (first["chargeInitiator"], first["channel"], first["chargePermissionId"]));
        Assert.NotEqual(first["chargeId"], second["chargeId"]);
        var session = (await simulator.JournalAsync())[0].GetProperty("parent").GetString();
        Assert.Equal("Completed", (await simulator.ReadAsync($"checkoutSessions/{session}")).State());
        Assert.Equal(
            [(AmazonPayShop.Reference, 140_000), (AmazonPayShop.Reference, 150_000)],
            (await simulator.JournalAsync())
                .Select(line => (line.GetProperty("reference").GetString()!, line.GetProperty("amount").GetInt32()))
                .OrderBy(line => line.Item2));
    }

    [Fact]
    public async Task The_same_request_under_the_same_key_is_one_charge_and_another_request_is_refused()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var permission = await simulator.SavedAsync();
        var first = await simulator.ChargeAsync(AmazonPayShop.Order(permission), key: "one");
        var again = await simulator.ChargeAsync(AmazonPayShop.Order(permission), key: "one");
        var other = await simulator.ChargeAsync(AmazonPayShop.Order(permission, "15.00"), key: "one");

        Assert.Equal((first.Status, first.Text), (again.Status, again.Text));
        Assert.Equal((HttpStatusCode.BadRequest, "DuplicateIdempotencyKey"), (other.Status, other.Reason()));
        Assert.Single(await simulator.JournalAsync());
    }

    [Fact]
    public async Task What_is_only_authorised_is_captured_later_and_refunded()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var order = AmazonPayShop.Order(await simulator.SavedAsync())
            .Replace("\"captureNow\":true", "\"captureNow\":false", StringComparison.Ordinal);
        var charge = await simulator.ChargeAsync(order);
        Assert.Equal("Authorized", charge.State());
        var captured = await simulator.CallAsync(
            "POST", $"/v2/charges/{charge["chargeId"]}/capture", AmazonPayShop.Money("captureAmount"));
        Assert.Equal("Captured", captured.State());
        var refund = await simulator.CallAsync("POST", "/v2/refunds", $$$"""
            {"chargeId":"{{{charge["chargeId"]}}}","refundAmount":{"amount":"14.00","currencyCode":"EUR"}}
            """);
        Assert.Equal(HttpStatusCode.Created, refund.Status);
    }

    [Theory]
    [InlineData("eu", "EUR", "", HttpStatusCode.Created), InlineData("eu", "GBP", "", HttpStatusCode.Created)]
    [InlineData("eu", "CHF", "", HttpStatusCode.BadRequest), InlineData("na", "USD", "", HttpStatusCode.Created)]
    [InlineData("na", "EUR", "", HttpStatusCode.BadRequest), InlineData("jp", "JPY", "", HttpStatusCode.Created)]
    [InlineData("eu", "CHF", "CHF", HttpStatusCode.Created)]
    [InlineData("eu", "EUR", "CHF", HttpStatusCode.BadRequest)]
    public async Task It_is_charged_in_what_was_agreed_to_or_in_what_the_merchant_is_paid_in(
        string region, string currency, string agreed, HttpStatusCode status)
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        await simulator.AddAmazonAccountAsync(region: region);
        var setup = AmazonPayShop.Setup(agreed == "" ? "" : $",\"presentmentCurrency\":\"{agreed}\"");
        var created = await simulator.CallAsync("POST", "/amazonpay/v2/checkoutSessions", setup, region: region);
        simulator.Clock.Advance(AmazonPayShop.BuyersDelay);
        var completed = await simulator.CallAsync(
            "POST", $"/amazonpay/v2/checkoutSessions/{created["checkoutSessionId"]}/complete", "{}", region: region);

        var reply = await simulator.CallAsync(
            "POST",
            "/amazonpay/v2/charges",
            AmazonPayShop.Order(completed["chargePermissionId"], "1400", currency),
            region: region);

        Assert.True(status == reply.Status, reply.Text);
        if (status == HttpStatusCode.BadRequest)
        {
            Assert.Equal("CurrencyMismatch", reply.Reason());
        }
    }

    [Fact]
    public async Task A_closed_one_is_not_charged_who_closed_it()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await AmazonPayShop.OpenAsync(receiver.Url);
        var (first, second) = (await simulator.SavedAsync(), await simulator.SavedAsync());

        var closed = await simulator.CallAsync(
            "DELETE",
            $"/v2/chargePermissions/{first}/close",
            """{"closureReason":"done","cancelPendingCharges":false}""");
        await simulator.PostAsync($"/_customer/amazonpay/{second}", """{"action":"decline"}""");

        Assert.Equal("Closed", closed.State());
        foreach (var (permission, reason) in ((string, string)[])[(first, "MerchantClosed"), (second, "BuyerCanceled")])
        {
            var read = await simulator.ReadAsync($"chargePermissions/{permission}");
            Assert.Equal("Closed", read.State());
            Assert.Equal(
                reason,
                read.Json.GetProperty("statusDetails").GetProperty("reasons")[0].GetProperty("reasonCode").GetString());
            var refused = await simulator.ChargeAsync(AmazonPayShop.Order(permission));
            Assert.Equal(
                (HttpStatusCode.UnprocessableEntity, "InvalidChargePermissionStatus"),
                (refused.Status, refused.Reason()));
            var again = await simulator.CallAsync(
                "DELETE", $"/v2/chargePermissions/{permission}/close", """{"closureReason":"done"}""");
            Assert.Equal("InvalidChargePermissionStatus", again.Reason());
        }

        Assert.Equal(
            HttpStatusCode.Conflict,
            (await simulator.PostAsync($"/_customer/amazonpay/{second}", """{"action":"decline"}""")).Status);
        await receiver.NextAsync(2, "that both were closed");
        Assert.Empty(await simulator.JournalAsync());
    }

    [Fact]
    public async Task The_decline_dial_refuses_its_charges_and_not_the_saving()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        await simulator.PutAsync("/_dials/amazonpay", """{"decline":1}""");
        var permission = await simulator.SavedAsync();

        var declined = await simulator.ChargeAsync(AmazonPayShop.Order(permission), key: "one");

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "SoftDeclined"), (declined.Status, declined.Reason()));
        Assert.Empty(await simulator.JournalAsync());
        await simulator.PutAsync("/_dials/amazonpay", "{}");
        Assert.Equal(
            HttpStatusCode.Created, (await simulator.ChargeAsync(AmazonPayShop.Order(permission), key: "one")).Status);
    }

    [Fact]
    public async Task The_mismatch_dial_charges_another_amount()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var permission = await simulator.SavedAsync();
        await simulator.PutAsync("/_dials/amazonpay", """{"amount_mismatch":1}""");
        var charge = await simulator.ChargeAsync(AmazonPayShop.Order(permission));
        Assert.Equal("15.00", charge.Json.GetProperty("captureAmount").GetProperty("amount").GetString());
    }

    [Theory]
    [InlineData("\"PaymentMethodOnFile\"", "\"OneTime\"", "InvalidParameterCombination")]
    [InlineData("\"Confirm\"", "\"Authorize\"", "InvalidParameterCombination")]
    [InlineData("true}", "\"true\"}", "InvalidParameterValue")]
    [InlineData("\"setupOnly\"", "\"setUpOnly\"", "UnrecognizedField")]
    [InlineData("{\"setupOnly\":true}", "[]", "InvalidParameterValue")]
    [InlineData(
        "\"Confirm\"",
        "\"Confirm\",\"chargeAmount\":{\"amount\":\"1\",\"currencyCode\":\"EUR\"}",
        "InvalidParameterCombination")]
    [InlineData("\"Confirm\"", "\"Confirm\",\"presentmentCurrency\":\"INR\"", "InvalidParameterValue")]
    public async Task What_does_not_fit_the_saving_of_a_wallet_is_refused(string from, string to, string reason)
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var setup = AmazonPayShop.Setup().Replace(from, to, StringComparison.Ordinal);
        var reply = await simulator.CallAsync("POST", "/amazonpay/v2/checkoutSessions", setup);
        Assert.Equal((HttpStatusCode.BadRequest, reason), (reply.Status, reply.Reason()));
    }

    [Theory]
    [InlineData("\"CITU\"", "\"ME\"", "InvalidParameterValue")]
    [InlineData("\"Web\"", "\"web\"", "InvalidParameterValue")]
    [InlineData("\"channel\":\"Web\"", "\"canHandlePendingAuthorization\":true", "InvalidParameterCombination")]
    [InlineData("\"channel\"", "\"chanel\"", "UnrecognizedField"), InlineData("\"Web\"", "1", "InvalidParameterValue")]
    public async Task A_charge_that_is_described_wrongly_is_refused(string from, string to, string reason)
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var order = AmazonPayShop.Order(await simulator.SavedAsync()).Replace(from, to, StringComparison.Ordinal);
        var reply = await simulator.ChargeAsync(order);
        Assert.Equal((HttpStatusCode.BadRequest, reason), (reply.Status, reply.Reason()));
        Assert.Empty(await simulator.JournalAsync());
    }

    [Fact]
    public async Task Saving_takes_no_amount_and_other_sessions_need_one()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var (setup, order) = (await simulator.CheckoutAsync(AmazonPayShop.Setup()), await simulator.CheckoutAsync());
        simulator.Clock.Advance(AmazonPayShop.BuyersDelay);
        Assert.Equal("CurrencyMismatch", (await simulator.CompleteAsync(setup)).Reason());
        Assert.Equal("MissingParameterValue", (await simulator.CompleteAsync(order, "{}")).Reason());
    }

    [Fact]
    public async Task Another_merchants_wallet_is_not_there()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var permission = await simulator.SavedAsync();
        await simulator.AddAmazonAccountAsync("SANDBOX-OTHER", "A2OTHER");
        var reply = await simulator.CallAsync(
            "POST", "/amazonpay/v2/charges", AmazonPayShop.Order(permission), keyId: "SANDBOX-OTHER");
        Assert.Equal((HttpStatusCode.NotFound, "ResourceNotFound"), (reply.Status, reply.Reason()));
    }

    [Theory]
    [InlineData("approve", "https://shop.example/back?", "Open")]
    [InlineData("decline", "https://shop.example/back?", "Canceled")]
    public async Task The_page_says_what_is_agreed_to_and_names_no_amount(string action, string back, string state)
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        await simulator.ManualCustomerAsync();
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = simulator.Http.BaseAddress,
        };
        var session = await simulator.CheckoutAsync(AmazonPayShop.Setup());
        var page = await browser.GetStringAsync($"/amazonpay/checkout/{session}");
        Assert.Contains(
            "May Demo Store &amp; Co charge your Amazon account for later purchases", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Pay <strong>", page, StringComparison.Ordinal);
        using var form = new FormUrlEncodedContent([new("action", action)]);
        using var reply = await browser.PostAsync($"/amazonpay/checkout/{session}", form);
        Assert.Equal($"{back}amazonCheckoutSessionId={session}", reply.Headers.Location!.AbsoluteUri);
        Assert.Equal(state, (await simulator.ReadAsync($"checkoutSessions/{session}")).State());
    }

    [Fact]
    public async Task A_saving_that_no_one_completes_is_cancelled_after_a_day()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var session = await simulator.CheckoutAsync(AmazonPayShop.Setup());
        simulator.Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal("CheckoutSessionCanceled", (await simulator.CompleteAsync(session, "{}")).Reason());
    }
}
