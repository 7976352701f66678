using System.Net;

namespace PaymentCluster.Simulators.Tests.Juspay;

public sealed class RefundTests
{
    private static readonly TimeSpan Gap = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_refund_is_queued_and_then_paid_out()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.PaidOrderAsync("A1");
        var order = await simulator.RefundOrderAsync("A1", "R1", "50.00");
        var refund = order.Json.GetProperty("refunds")[0];
        Assert.Equal(("CHARGED", "50"), (order["status"], order.Json.GetProperty("amount_refunded").GetRawText()));
        Assert.Equal(
            ("R1", "PENDING", false),
            (
                refund.GetProperty("unique_request_id").GetString(),
                refund.GetProperty("status").GetString(),
                refund.GetProperty("sent_to_gateway").GetBoolean()));
        simulator.Clock.Advance(TimeSpan.FromMilliseconds(300));
        refund = (await simulator.StatusAsync("A1")).Json.GetProperty("refunds")[0];
        Assert.Equal("SUCCESS", refund.GetProperty("status").GetString());
        Assert.Equal(23, refund.GetProperty("arn").GetString()!.Length);
    }

    [Fact]
    public async Task A_name_is_used_once_and_an_amount_once_in_a_moment()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.PaidOrderAsync("A1");
        await simulator.RefundOrderAsync("A1", "R1", "10");
        foreach (var id in (string[])["R1", "R2"])
        {
            var duplicate = await simulator.RefundOrderAsync("A1", id, "10");
            Assert.Equal(
                (HttpStatusCode.BadRequest, "duplicate.call", "-1"),
                (duplicate.Status, duplicate["error_code"], duplicate["status_id"]));
        }

        simulator.Clock.Advance(Gap);
        Assert.Equal(HttpStatusCode.OK, (await simulator.RefundOrderAsync("A1", "R2", "10")).Status);
        Assert.Equal("duplicate.call", (await simulator.RefundOrderAsync("A1", "R1", "10"))["error_code"]);
    }

    [Fact]
    public async Task Refunds_add_up_to_the_payment_and_no_further()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.PaidOrderAsync("A1");
        await simulator.RefundOrderAsync("A1", "R1", "100");
        Assert.Equal("invalid.amount.exceeded", (await simulator.RefundOrderAsync("A1", "R2", "23.46"))["error_code"]);
        var full = await simulator.RefundOrderAsync("A1", "R3");
        Assert.Equal(("True", "123.45"), (full["refunded"], full.Json.GetProperty("amount_refunded").GetRawText()));
        Assert.Equal("invalid.amount.exceeded", (await simulator.RefundOrderAsync("A1", "R4"))["error_code"]);
    }

    [Fact]
    public async Task A_failed_refund_gives_the_amount_free_again()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.PaidOrderAsync("A1");
        await simulator.DialJuspayAsync("""{"refund_failed":1}""");
        await simulator.RefundOrderAsync("A1", "R1");
        simulator.Clock.Advance(TimeSpan.FromSeconds(3));
        var failed = await simulator.StatusAsync("A1");
        Assert.Equal("FAILURE", failed.Json.GetProperty("refunds")[0].GetProperty("status").GetString());
        Assert.Equal("0", failed.Json.GetProperty("amount_refunded").GetRawText());
        await simulator.DialJuspayAsync("{}");
        Assert.Equal(HttpStatusCode.OK, (await simulator.RefundOrderAsync("A1", "R2")).Status);
    }

    [Theory]
    [InlineData("R_1", "1", "INVALID_REQUEST")]
    [InlineData("R12345678901234567890", "1", "INVALID_REQUEST")]
    [InlineData("R1", "0", "invalid amount")]
    [InlineData("R1", "1.234", "invalid amount")]
    public async Task What_is_wrong_in_a_refund_is_refused(string id, string amount, string code)
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.PaidOrderAsync("A1");
        Assert.Equal(code, (await simulator.RefundOrderAsync("A1", id, amount))["error_code"]);
    }

    [Fact]
    public async Task What_was_not_charged_cannot_be_refunded()
    {
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.OrderAsync("A1");
        Assert.Equal(HttpStatusCode.BadRequest, (await simulator.RefundOrderAsync("A1", "R1")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await simulator.RefundOrderAsync("A2", "R1")).Status);
    }
}
