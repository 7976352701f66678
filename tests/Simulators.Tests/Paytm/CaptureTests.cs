using System.Text.Json;
using PaymentCluster.Simulators.Tests.Hosting;
using static PaymentCluster.Simulators.Tests.Paytm.PaytmShop;

namespace PaymentCluster.Simulators.Tests.Paytm;

public sealed class CaptureTests
{
    [Fact]
    public async Task A_blocked_amount_is_captured_once_in_whole_or_in_part()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var blocked = await BlockAsync(simulator);
        Assert.Equal("TXN_SUCCESS", Word(blocked));
        Assert.Equal("331", Code(await simulator.StatusAsync("o-1")));
        Assert.Equal("331", Code(await simulator.StatusAsync("o-1", "CAPTURE")));
        Assert.Equal("authorized", Assert.Single(await simulator.JournalAsync()).GetProperty("status").GetString());

        Assert.Equal("F", Word(await CaptureAsync(simulator, Txn(blocked), "123.46")));
        Assert.Equal("S", Word(await CaptureAsync(simulator, Txn(blocked), "100.00")));
        Assert.Equal("F", Word(await CaptureAsync(simulator, Txn(blocked), "100.00")));
        Assert.Equal("F", Word(await ReleaseAsync(simulator, Txn(blocked))));

        var captured = await simulator.StatusAsync("o-1", "CAPTURE");
        Assert.Equal(("TXN_SUCCESS", "100.00"), (Word(captured), captured.GetProperty("txnAmount").GetString()));
        Assert.Equal("331", Code(await simulator.StatusAsync("o-1", "RELEASE")));
        Assert.Equal(10_000, Assert.Single(await simulator.JournalAsync()).GetProperty("amount").GetInt64());
        Assert.Equal("601", Code(await simulator.RefundAsync("o-1", Txn(captured), "r-1", "100.00")));
    }

    [Fact]
    public async Task A_blocked_amount_is_released_on_request()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var blocked = await BlockAsync(simulator);

        Assert.Equal("S", Word(await ReleaseAsync(simulator, Txn(blocked))));

        Assert.Equal("TXN_SUCCESS", Word(await simulator.StatusAsync("o-1", "RELEASE")));
        Assert.Equal("F", Word(await CaptureAsync(simulator, Txn(blocked), "123.45")));
        Assert.Equal("released", Assert.Single(await simulator.JournalAsync()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_blocked_amount_is_released_when_its_time_is_over_even_after_a_restart()
    {
        await using var simulator = await PaytmShop.StartAsync();
        await BlockAsync(simulator);
        await simulator.RestartAsync();

        simulator.Clock.Advance(TimeSpan.FromSeconds(3601));

        Assert.Equal("TXN_SUCCESS", Word(await simulator.StatusAsync("o-1", "RELEASE")));
    }

    [Fact]
    public async Task Only_cards_and_the_wallet_can_be_blocked()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var token = Token(await PreAuthorizeAsync(simulator));

        Assert.Equal("1001", Code(await simulator.ProcessAsync("o-1", token, Intent)));
        Assert.Equal("1001", Code(await simulator.ProcessAsync("o-1", token, Netbanking)));
    }

    private static async Task<JsonElement> BlockAsync(Simulator simulator)
    {
        var token = Token(await PreAuthorizeAsync(simulator));
        Assert.Equal("0000", Code(await simulator.ProcessAsync("o-1", token, Card("4111111111111111"))));
        simulator.Clock.Advance(CustomersDelay);
        return await simulator.StatusAsync("o-1", "PREAUTH");
    }

    private static Task<JsonElement> PreAuthorizeAsync(Simulator simulator) => simulator.SignedAsync(
        "/paytm/order/v2/preAuth",
        $$"""
        {"mid":"{{Mid}}","orderId":"o-1","txnAmount":"123.45","preAuthBlockSeconds":"3600","websiteName":"WEBSTAGING","cardPreAuthType":"STANDARD_AUTH","blockType":"PAYCONFIRM","expiryAction":"RELEASE","txnTokenRequired":true,"userInfo":{"custId":"C1"},"callbackUrl":"https://shop.example/back"}
        """);

    private static Task<JsonElement> CaptureAsync(Simulator simulator, string id, string amount) =>
        simulator.SignedAsync(
            "/paytm/order/v2/capture",
            $$"""{"mid":"{{Mid}}","orderId":"o-1","txnAmount":"{{amount}}","preAuthId":"{{id}}"}""");

    private static Task<JsonElement> ReleaseAsync(Simulator simulator, string id) => simulator.SignedAsync(
        "/paytm/order/v2/release", $$"""{"mid":"{{Mid}}","preAuthId":"{{id}}"}""");
}
