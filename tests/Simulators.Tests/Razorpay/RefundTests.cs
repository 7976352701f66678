using System.Net;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Razorpay;

public sealed class RefundTests
{
    private const string Key = "refund-key_0001";

    [Fact]
    public async Task A_refund_is_pending_and_then_processed()
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync());

        var refund = await simulator.RefundAsync(
            payment.Id, """{"amount":5000,"receipt":"r1","speed":"normal","notes":{"a":"b"}}""");

        Assert.Equal(HttpStatusCode.OK, refund.Status);
        Assert.Matches("^rfnd_[0-9A-Za-z]{14}$", refund.Id);
        Assert.Equal(
            ("refund", "5000", "INR", payment.Id, "r1", "pending", "normal"), (refund["entity"], refund["amount"],
                refund["currency"],
                refund["payment_id"],
                refund["receipt"],
                refund["status"],
                refund["speed_processed"]));
        simulator.Clock.Advance(TimeSpan.FromMilliseconds(300));
        var later = await simulator.GetAsync($"/v1/refunds/{refund.Id}");
        Assert.Equal("processed", later["status"]);
        Assert.Equal(23, later.Json.GetProperty("acquirer_data").GetProperty("arn").GetString()!.Length);
    }

    [Fact]
    public async Task Partial_refunds_add_up_to_a_full_one()
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync());

        await simulator.RefundAsync(payment.Id, """{"amount":5000}""");
        var partly = await simulator.FetchAsync(payment.Id);
        var tooMuch = await simulator.RefundAsync(payment.Id, """{"amount":7346}""");
        var rest = await simulator.RefundAsync(payment.Id);
        var fully = await simulator.FetchAsync(payment.Id);
        var again = await simulator.RefundAsync(payment.Id, """{"amount":100}""");

        Assert.Equal(
            ("captured", "partial", "5000"), (partly["status"], partly["refund_status"], partly["amount_refunded"]));
        Assert.Equal("The refund amount provided is greater than amount captured", tooMuch.Error);
        Assert.Equal("7345", rest["amount"]);
        Assert.Equal(
            ("refunded", "full", "12345"), (fully["status"], fully["refund_status"], fully["amount_refunded"]));
        Assert.Equal("The payment has been fully refunded already", again.Error);
    }

    [Fact]
    public async Task Refunds_are_found_by_themselves_and_by_their_payment()
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync());
        var other = await simulator.PayAsync(await simulator.OrderAsync());
        var refund = await simulator.RefundAsync(payment.Id, """{"amount":100}""");

        var list = await simulator.GetAsync($"/v1/payments/{payment.Id}/refunds");
        Assert.Equal(
            refund.Id, Assert.Single(list.Json.GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(refund.Id, (await simulator.GetAsync($"/v1/payments/{payment.Id}/refunds/{refund.Id}")).Id);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await simulator.GetAsync($"/v1/payments/{other.Id}/refunds/{refund.Id}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await simulator.GetAsync("/v1/refunds/rfnd_X")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await simulator.GetAsync("/v1/refunds/rfnd_ABCDEFGHIJKLMN")).Status);
    }

    [Theory]
    [InlineData("""{"amount":99}""", "The amount must be at least INR 1.00")]
    [InlineData("""{"amount":"a"}""", "The amount must be an integer.")]
    [InlineData("""{"amount":12346}""", "The refund amount provided is greater than amount captured")]
    [InlineData("""{"speed":"warp"}""", "The selected speed is invalid.")]
    [InlineData("""{"reason":"late"}""", "reason is/are not required and should not be sent")]
    public async Task A_refund_that_makes_no_sense_is_refused(string body, string description)
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync());

        var reply = await simulator.RefundAsync(payment.Id, body);

        Assert.Equal((HttpStatusCode.BadRequest, description), (reply.Status, reply.Error));
        Assert.Equal("0", (await simulator.FetchAsync(payment.Id))["amount_refunded"]);
    }

    [Fact]
    public async Task Only_a_captured_payment_can_be_refunded()
    {
        await using var simulator = await Simulator.StartAsync();
        var authorized = await simulator.PayAsync(await simulator.OrderAsync(Shop.Manual));
        var failed = await simulator.PayAsync(await simulator.OrderAsync(), Shop.Collect("failure@razorpay"));

        foreach (var payment in (string[])[authorized.Id, failed.Id])
        {
            Assert.Equal("The payment status should be captured for action to be taken",
                (await simulator.RefundAsync(payment)).Error);
        }
    }

    [Fact]
    public async Task The_same_request_with_the_same_key_is_one_refund()
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync());

        var first = await simulator.RefundAsync(payment.Id, """{"amount":5000,"receipt":"r1"}""", Key);
        var second = await simulator.RefundAsync(payment.Id, """{ "receipt":"r1", "amount":5000 }""", Key);

        Assert.Equal(first.Id, second.Id);
        Assert.Equal("5000", (await simulator.FetchAsync(payment.Id))["amount_refunded"]);
    }

    [Fact]
    public async Task Another_request_with_the_same_key_is_a_conflict()
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync());
        var other = await simulator.PayAsync(await simulator.OrderAsync());
        await simulator.RefundAsync(payment.Id, """{"amount":5000}""", Key);

        var amount = await simulator.RefundAsync(payment.Id, """{"amount":5001}""", Key);
        var elsewhere = await simulator.RefundAsync(other.Id, """{"amount":5000}""", Key);

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Conflict), (amount.Status, elsewhere.Status));
        Assert.Equal("Different request with the same idempotency key has already been processed.", amount.Error);
        Assert.Equal("0", (await simulator.FetchAsync(other.Id))["amount_refunded"]);
    }

    [Fact]
    public async Task Many_requests_at_once_with_one_key_are_one_refund()
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync());

        var replies = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => simulator.RefundAsync(payment.Id, """{"amount":200}""", Key)));

        Assert.All(replies, reply => Assert.True(reply.Status is HttpStatusCode.OK or HttpStatusCode.Conflict));
        Assert.Single(replies.Where(reply => reply.Status == HttpStatusCode.OK).Select(reply => reply.Id).Distinct());
        Assert.Equal("200", (await simulator.FetchAsync(payment.Id))["amount_refunded"]);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("has a space in it")]
    [InlineData("has.dots.in.it")]
    public async Task A_key_of_the_wrong_form_is_refused(string key)
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync());

        Assert.Equal(HttpStatusCode.BadRequest, (await simulator.RefundAsync(payment.Id, "{}", key)).Status);
    }

    [Fact]
    public async Task A_refused_refund_does_not_use_its_key_up()
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync(Shop.Manual));
        await simulator.RefundAsync(payment.Id, "{}", Key);
        await simulator.CaptureAsync(payment.Id);

        Assert.Equal(HttpStatusCode.OK, (await simulator.RefundAsync(payment.Id, "{}", Key)).Status);
    }

    [Fact]
    public async Task A_failed_refund_gives_the_amount_back_to_what_can_be_refunded()
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync());
        await simulator.DialAsync("""{"refund_failed":1}""");
        var refund = await simulator.RefundAsync(payment.Id);
        await simulator.DialAsync("{}");

        simulator.Clock.Advance(TimeSpan.FromMilliseconds(300));

        Assert.Equal("failed", (await simulator.GetAsync($"/v1/refunds/{refund.Id}"))["status"]);
        var after = await simulator.FetchAsync(payment.Id);
        Assert.Equal(("captured", "0"), (after["status"], after["amount_refunded"]));
        Assert.Equal(HttpStatusCode.OK, (await simulator.RefundAsync(payment.Id)).Status);
    }
}
