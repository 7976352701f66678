using System.Net;
using PaymentCluster.Simulators.Tests.Hosting;
using PaymentCluster.Simulators.Tests.Juspay;
using PaymentCluster.Simulators.Tests.PayU;

namespace PaymentCluster.Simulators.Tests.Shared;

/// <summary>Refunds that a merchant makes in a provider's dashboard: its webhooks tell of them as of all others, and no
/// reference of the merchant's is in them.</summary>
public sealed class DashboardTests
{
    private static readonly TimeSpan Paid = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task Razorpays_has_no_receipt()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await Shop.OrderAsync(simulator));
        await simulator.RegisterAsync(receiver.Url);

        Assert.Equal(HttpStatusCode.OK, (await RefundAsync(simulator, "razorpay", payment.Id, 345)).Status);
        simulator.Clock.Advance(Paid);

        var told = (await receiver.NextAsync(2, "the refund is created and processed"))[^1];
        Assert.Equal("refund.processed", told.Event);
        var refund = told.Entity("refund");
        Assert.Equal(
            (345, "", payment.Id),
            (
                refund.GetProperty("amount").GetInt64(),
                refund.GetProperty("receipt").ToString(),
                refund.GetProperty("payment_id").GetString()));
    }

    [Fact]
    public async Task Juspays_is_in_its_orders_list()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await JuspayShop.OpenAsync();
        await simulator.PaidOrderAsync("A1");
        var txn = (await simulator.StatusAsync("A1"))["txn_uuid"];
        await simulator.RegisterAtJuspayAsync(receiver.Url);

        Assert.Equal(HttpStatusCode.OK, (await RefundAsync(simulator, "juspay", txn, 345)).Status);
        simulator.Clock.Advance(Paid);

        var told = (await receiver.NextAsync(1, "the refund is paid out"))[0];
        Assert.Equal("ORDER_REFUNDED", told.Event);
        var refund = told.Json.GetProperty("content").GetProperty("order").GetProperty("refunds")[0];
        Assert.Equal(
            ("3.45", "SUCCESS"), (refund.GetProperty("amount").GetRawText(), refund.GetProperty("status").GetString()));
        Assert.StartsWith("dash", refund.GetProperty("unique_request_id").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Payus_has_a_token_of_its_own_and_goes_to_the_accounts_address()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await PayUShop.OpenAsync();
        var id = await simulator.PayUAsync(PayUShop.Intent());
        await simulator.RegisterPayUAsync(receiver.Url);

        Assert.Equal(HttpStatusCode.OK, (await RefundAsync(simulator, "payu", id, 100)).Status);
        simulator.Clock.Advance(Paid);

        var told = (await receiver.NextAsync(1, "the refund's end"))[0].Json;
        Assert.Equal(
            ("refund", "success", id, "1.00", "TXN-1"),
            (
                told.GetProperty("action").GetString(),
                told.GetProperty("status").GetString(),
                told.GetProperty("mihpayid").GetString(),
                told.GetProperty("amt").GetString(),
                told.GetProperty("merchantTxnId").GetString()));
        Assert.StartsWith("dash", told.GetProperty("token").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_what_is_captured_and_left_can_be_refunded()
    {
        await using var simulator = await Simulator.StartAsync();
        var payment = await simulator.PayAsync(await Shop.OrderAsync(simulator));
        var held = await simulator.PayAsync(await Shop.OrderAsync(simulator, Shop.Manual));

        Assert.Equal(HttpStatusCode.BadRequest, (await RefundAsync(simulator, "razorpay", payment.Id, 0)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await RefundAsync(simulator, "nopay", payment.Id, 100)).Status);
        foreach (var provider in (string[])["razorpay", "juspay", "paytm", "payu", "amazonpay"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await RefundAsync(simulator, provider, "pay_none", 100)).Status);
        }

        Assert.Equal(HttpStatusCode.Conflict, (await RefundAsync(simulator, "razorpay", payment.Id, 99_999)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await RefundAsync(simulator, "razorpay", held.Id, 100)).Status);
        Assert.Equal(HttpStatusCode.OK, (await RefundAsync(simulator, "razorpay", payment.Id, 12_345)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await RefundAsync(simulator, "razorpay", payment.Id, 1)).Status);
    }

    private static Task<Reply> RefundAsync(Simulator simulator, string provider, string payment, long amount) =>
        simulator.PostAsync($"/_dashboard/{provider}/{payment}/refunds", $$"""{"amount":{{amount}}}""");
}
