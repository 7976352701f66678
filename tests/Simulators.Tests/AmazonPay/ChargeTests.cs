using System.Net;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.AmazonPay;

public sealed class ChargeTests
{
    [Theory]
    [InlineData("14.00", 1400), InlineData("5.00", 500)]
    public async Task An_authorised_charge_is_captured_once_whole_or_in_part(string amount, long minor)
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var charge = await simulator.PaidAsync("Authorize");

        var captured = await CaptureAsync(simulator, charge, amount);
        var again = await CaptureAsync(simulator, charge, amount);

        Assert.Equal((HttpStatusCode.OK, "Captured"), (captured.Status, captured.State()));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "InvalidChargeStatus"), (again.Status, again.Reason()));
        Assert.Equal(minor, Assert.Single(await simulator.JournalAsync()).GetProperty("amount").GetInt64());
    }

    [Fact]
    public async Task More_than_was_authorised_is_not_captured()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();

        Assert.Equal(
            "TransactionAmountExceeded",
            (await CaptureAsync(simulator, await simulator.PaidAsync("Authorize"), "14.01")).Reason());
    }

    [Fact]
    public async Task An_authorised_charge_is_cancelled_once_and_then_not_captured()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var charge = await simulator.PaidAsync("Authorize");

        var cancelled = await CancelAsync(simulator, charge);

        Assert.Equal(("Canceled", "MerchantCanceled"), (cancelled.State(), cancelled.Reason()));
        Assert.Equal("InvalidChargeStatus", (await CancelAsync(simulator, charge)).Reason());
        Assert.Equal("InvalidChargeStatus", (await CaptureAsync(simulator, charge, "14.00")).Reason());
        Assert.Equal("voided", Assert.Single(await simulator.JournalAsync()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_captured_charge_is_not_cancelled()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();

        Assert.Equal("InvalidChargeStatus", (await CancelAsync(simulator, await simulator.PaidAsync())).Reason());
    }

    [Fact]
    public async Task An_authorisation_runs_out_after_thirty_days()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var charge = await simulator.PaidAsync("Authorize");
        simulator.Clock.Advance(TimeSpan.FromDays(31));

        var read = await simulator.ReadAsync($"charges/{charge}");

        Assert.Equal(("Canceled", "ExpiredUnused"), (read.State(), read.Reason()));
    }

    [Fact]
    public async Task A_permission_is_charged_up_to_its_amount_until_it_is_closed()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var session = await simulator.CheckoutAsync(AmazonPayShop.Session("Confirm"));
        simulator.Clock.Advance(AmazonPayShop.BuyersDelay);
        var permission = (await simulator.CompleteAsync(session))["chargePermissionId"];
        string Charge(string amount) => $$$"""
            {"chargePermissionId":"{{{permission}}}","captureNow":true,"chargeAmount":{"amount":"{{{amount}}}","currencyCode":"EUR"}}
            """;

        Assert.Equal("Captured", (await simulator.CallAsync("POST", "/v2/charges", Charge("10.00"))).State());
        Assert.Equal(
            "TransactionAmountExceeded", (await simulator.CallAsync("POST", "/v2/charges", Charge("5.00"))).Reason());
        var closed = await simulator.CallAsync(
            "DELETE",
            $"/v2/chargePermissions/{permission}/close",
            """{"closureReason":"done","cancelPendingCharges":true}""");
        Assert.Equal("Closed", closed.State());
        Assert.Equal(1, closed.Json.GetProperty("statusDetails").GetProperty("reasons").GetArrayLength());
        Assert.Equal(
            "InvalidChargePermissionStatus",
            (await simulator.CallAsync("POST", "/v2/charges", Charge("1.00"))).Reason());
    }

    [Theory]
    [InlineData("HardDeclined", HttpStatusCode.UnprocessableEntity), InlineData("Sunshine", HttpStatusCode.BadRequest)]
    public async Task A_decline_can_be_selected(string code, HttpStatusCode status)
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var charge = await simulator.PaidAsync("Authorize");

        var reply = await simulator.CallAsync(
            "POST",
            $"/amazonpay/v2/charges/{charge}/capture",
            AmazonPayShop.Money("captureAmount"),
            spoil: request => request.Headers.Add("x-amz-pay-simulation-code", code));

        Assert.Equal(status, reply.Status);
        Assert.Equal("Authorized", (await simulator.ReadAsync($"charges/{charge}")).State());
    }

    [Fact]
    public async Task A_refund_takes_its_time_and_is_made_once_per_key()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var charge = await simulator.PaidAsync();
        var refund = await RefundAsync(simulator, charge, "5.00", "refund-1");
        var again = await RefundAsync(simulator, charge, "5.00", "refund-1");
        Assert.Equal("DuplicateIdempotencyKey", (await RefundAsync(simulator, charge, "6.00", "refund-1")).Reason());

        Assert.Equal((HttpStatusCode.Created, "RefundInitiated"), (refund.Status, refund.State()));
        Assert.Equal(refund.Text, again.Text);
        simulator.Clock.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Equal("Refunded", (await simulator.ReadAsync($"refunds/{refund["refundId"]}")).State());
        var line = Assert.Single(
            await simulator.JournalAsync(), line => line.GetProperty("kind").GetString() == "refund");
        Assert.Equal(
            ("refund-1", "processed", 500),
            (
                line.GetProperty("reference").GetString(),
                line.GetProperty("status").GetString(),
                line.GetProperty("amount").GetInt64()));
    }

    [Fact]
    public async Task Refunds_may_exceed_the_captured_amount_by_a_little_and_no_more()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var charge = await simulator.PaidAsync();

        Assert.Equal("TransactionAmountExceeded", (await RefundAsync(simulator, charge, "16.11", "r1")).Reason());
        Assert.Equal(HttpStatusCode.Created, (await RefundAsync(simulator, charge, "16.10", "r2")).Status);
    }

    [Fact]
    public async Task A_refund_that_fails_gives_the_amount_back_to_the_rest()
    {
        await using var simulator = await AmazonPayShop.OpenAsync();
        var charge = await simulator.PaidAsync();
        await simulator.PutAsync("/_dials/amazonpay", """{"refund_failed":1}""");
        var refund = await RefundAsync(simulator, charge, "14.00", "r1");
        simulator.Clock.Advance(TimeSpan.FromMilliseconds(300));

        Assert.Equal("Declined", (await simulator.ReadAsync($"refunds/{refund["refundId"]}")).State());
        var amount = (await simulator.ReadAsync($"charges/{charge}")).Json.GetProperty("refundedAmount")
            .GetProperty("amount");
        Assert.Equal("0.00", amount.GetString());
    }

    [Theory]
    [InlineData("checkoutSessions/x"), InlineData("charges/S02-1234567-1234567-C000001"), InlineData("refunds/x")]
    [InlineData("chargePermissions/x"), InlineData("nothing")]
    public async Task What_is_not_there_is_not_found(string path)
    {
        await using var simulator = await AmazonPayShop.OpenAsync();

        var reply = await simulator.CallAsync("GET", "/amazonpay/v2/" + path);

        Assert.Equal((HttpStatusCode.NotFound, "ResourceNotFound"), (reply.Status, reply["reasonCode"]));
    }

    private static Task<Reply> CaptureAsync(Simulator simulator, string charge, string amount) => simulator.CallAsync(
        "POST", $"/amazonpay/v2/charges/{charge}/capture", AmazonPayShop.Money("captureAmount", amount));

    private static Task<Reply> CancelAsync(Simulator simulator, string charge) => simulator.CallAsync(
        "DELETE", $"/amazonpay/v2/charges/{charge}/cancel", """{"cancellationReason":"sold out"}""");

    private static Task<Reply> RefundAsync(Simulator simulator, string charge, string amount, string key) =>
        simulator.CallAsync(
            "POST",
            "/amazonpay/v2/refunds",
            $$$"""{"chargeId":"{{{charge}}}","refundAmount":{"amount":"{{{amount}}}","currencyCode":"EUR"}}""",
            key);
}
