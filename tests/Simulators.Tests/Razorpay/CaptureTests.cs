using System.Net;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Razorpay;

public sealed class CaptureTests
{
    [Fact]
    public async Task A_manual_order_stops_at_authorized_until_it_is_captured()
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync(Shop.Manual);
        var payment = await simulator.PayAsync(order);
        Assert.Equal(("authorized", "False", ""), (payment["status"], payment["captured"], payment["fee"]));
        Assert.Equal("attempted", (await simulator.GetAsync($"/v1/orders/{order}"))["status"]);

        var captured = await simulator.CaptureAsync(payment.Id);

        Assert.Equal(
            (HttpStatusCode.OK, "captured", "True"), (captured.Status, captured["status"], captured["captured"]));
        Assert.Equal("paid", (await simulator.GetAsync($"/v1/orders/{order}"))["status"]);
    }

    [Theory]
    [InlineData(12344)]
    [InlineData(12346)]
    [InlineData(1)]
    public async Task Another_amount_than_the_authorised_one_is_refused(long amount)
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync(Shop.Manual));

        var reply = await simulator.CaptureAsync(payment.Id, amount);

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal("Capture amount must be equal to the amount authorized", reply.Error);
        Assert.Equal("authorized", (await simulator.FetchAsync(payment.Id))["status"]);
    }

    [Theory]
    [InlineData("{}", "amount")]
    [InlineData("""{"amount":12345}""", "currency")]
    [InlineData("""{"amount":12345,"currency":"USD"}""", "currency")]
    [InlineData("""{"amount":"12.5","currency":"INR"}""", "amount")]
    [InlineData("""{"amount":12345,"currency":"INR","speed":"now"}""", "speed")]
    public async Task A_capture_that_makes_no_sense_is_refused(string body, string field)
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync(Shop.Manual));

        var reply = await simulator.PostAsync($"/v1/payments/{payment.Id}/capture", body);

        Assert.Equal((HttpStatusCode.BadRequest, field), (reply.Status, reply.Field));
    }

    [Fact]
    public async Task A_second_capture_is_refused_and_moves_nothing()
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync(Shop.Manual));
        await simulator.CaptureAsync(payment.Id);

        var again = await simulator.CaptureAsync(payment.Id);

        Assert.Equal("This payment has already been captured", again.Error);
        Assert.Single(await simulator.JournalAsync());
    }

    [Fact]
    public async Task Of_captures_at_the_same_time_one_is_taken()
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync(Shop.Manual);
        var payment = await simulator.PayAsync(order);

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => simulator.CaptureAsync(payment.Id)));

        Assert.Single(replies, reply => reply.Status == HttpStatusCode.OK);
        Assert.Equal("12345", (await simulator.GetAsync($"/v1/orders/{order}"))["amount_paid"]);
    }

    [Fact]
    public async Task A_payment_that_is_not_authorized_cannot_be_captured()
    {
        await using var simulator = await Simulator.StartAsync();
        var begun = await simulator.BeginAsync(await simulator.OrderAsync(Shop.Manual), Shop.Intent);
        Assert.Equal(HttpStatusCode.BadRequest, (await simulator.CaptureAsync(begun.PaymentId)).Status);
        await simulator.CustomerAsync(begun.PaymentId, "decline");

        Assert.Equal(HttpStatusCode.BadRequest, (await simulator.CaptureAsync(begun.PaymentId)).Status);
        Assert.Empty(await simulator.JournalAsync());
    }

    [Fact]
    public async Task Of_two_authorised_payments_of_one_order_one_can_be_captured()
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync(Shop.Manual);
        var first = await simulator.BeginAsync(order, Shop.Intent);
        var second = await simulator.BeginAsync(order, Shop.Intent);
        simulator.Clock.Advance(Shop.CustomersDelay);

        Assert.Equal(HttpStatusCode.OK, (await simulator.CaptureAsync(first.PaymentId)).Status);
        var refused = await simulator.CaptureAsync(second.PaymentId);

        Assert.StartsWith(
            "Your payment has been declined as the order is already paid.", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_automatic_payments_of_one_order_the_second_stays_authorised_and_is_refunded()
    {
        await using var simulator = await Simulator.StartAsync();
        var order = await simulator.OrderAsync();
        var first = await simulator.BeginAsync(order, Shop.Intent);
        var second = await simulator.BeginAsync(order, Shop.Intent);

        simulator.Clock.Advance(Shop.CustomersDelay);
        Assert.Equal("captured", (await simulator.FetchAsync(first.PaymentId))["status"]);
        Assert.Equal("authorized", (await simulator.FetchAsync(second.PaymentId))["status"]);
        simulator.Clock.Advance(TimeSpan.FromDays(3));

        Assert.Equal("refunded", (await simulator.FetchAsync(second.PaymentId))["status"]);
    }

    [Theory]
    [InlineData(Shop.Manual, 3 * 24 * 60)]
    [InlineData(
        """, "payment":{"capture":"manual","capture_options":{"manual_expiry_period":7200,"refund_speed":"normal"}}""",
        7200)]
    [InlineData(""", "payment":{"capture":"manual","capture_options":{"manual_expiry_period":12}}""", 12)]
    public async Task A_payment_that_is_not_captured_in_time_is_refunded(string settings, int minutes)
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await simulator.OrderAsync(settings));

        simulator.Clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromMinutes(1));
        Assert.Equal("authorized", (await simulator.FetchAsync(payment.Id))["status"]);
        simulator.Clock.Advance(TimeSpan.FromMinutes(2));

        var returned = await simulator.FetchAsync(payment.Id);
        Assert.Equal(("refunded", "False", "full", "12345"),
            (returned["status"], returned["captured"], returned["refund_status"], returned["amount_refunded"]));
        var refund = (await simulator.GetAsync($"/v1/payments/{payment.Id}/refunds")).Json.GetProperty("items")[0];
        Assert.Equal("processed", refund.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await simulator.CaptureAsync(payment.Id)).Status);
    }

    [Fact]
    public async Task An_authorisation_after_the_automatic_period_waits_for_a_manual_capture()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.ManualCustomerAsync();
        var order = await simulator.OrderAsync(
            """, "payment":{"capture":"automatic","capture_options":{"automatic_expiry_period":12,"refund_speed":"normal"}}""");
        var begun = await simulator.BeginAsync(order, Shop.Intent);
        simulator.Clock.Advance(TimeSpan.FromMinutes(13));

        await simulator.CustomerAsync(begun.PaymentId, "approve");

        Assert.Equal("authorized", (await simulator.FetchAsync(begun.PaymentId))["status"]);
        Assert.Equal(HttpStatusCode.OK, (await simulator.CaptureAsync(begun.PaymentId)).Status);
    }
}
