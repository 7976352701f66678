using static PaymentCluster.Simulators.Tests.Paytm.PaytmShop;

namespace PaymentCluster.Simulators.Tests.Paytm;

public sealed class OrderTests
{
    [Fact]
    public async Task An_order_gets_a_token_and_the_same_order_again_the_same_token()
    {
        await using var simulator = await PaytmShop.StartAsync();

        var first = await simulator.InitiateAsync("o-1");
        var again = await simulator.InitiateAsync("o-1");

        Assert.Equal(("S", "0000"), (Word(first), Code(first)));
        Assert.Equal(("S", "0002"), (Word(again), Code(again)));
        Assert.Equal(Token(first), Token(again));
        Assert.Equal("331", Code(await simulator.StatusAsync("o-1")));
        Assert.Empty(await simulator.JournalAsync());
    }

    [Fact]
    public async Task Another_order_of_the_same_id_is_refused_and_so_is_one_that_is_paid()
    {
        await using var simulator = await PaytmShop.StartAsync();
        await simulator.InitiateAsync("o-1");

        Assert.Equal("325", Code(await simulator.InitiateAsync("o-1", Order("o-1", "200.00"))));
        await simulator.PayAsync("o-2");
        Assert.Equal("325", Code(await simulator.InitiateAsync("o-2")));
    }

    [Theory]
    [InlineData("123"), InlineData("0.01"), InlineData("123.4")]
    public async Task Amounts_are_rupees(string amount)
    {
        await using var simulator = await PaytmShop.StartAsync();

        Assert.Equal("0000", Code(await simulator.InitiateAsync("o-1", Order("o-1", amount))));
    }

    [Theory]
    [InlineData("\"value\":\"123.45\"", "\"value\":\"123.456\"", "1001")]
    [InlineData("\"value\":\"123.45\"", "\"value\":\"0.00\"", "1001")]
    [InlineData("\"value\":\"123.45\"", "\"value\":\"-1\"", "1001")]
    [InlineData("\"value\":\"123.45\"", "\"value\":12345", "1007")]
    [InlineData("\"value\":\"123.45\"", "\"value\":\"1e3\"", "1001")]
    [InlineData("\"value\":\"123.45\"", "\"value\":\"1000000.01\"", "196")]
    [InlineData("\"INR\"", "\"USD\"", "1001")]
    [InlineData("\"Payment\"", "\"Subscribe\"", "1001")]
    [InlineData("\"WEBSTAGING\"", "\"OTHER\"", "1001")]
    [InlineData("\"custId\":\"C1\"", "\"email\":\"a@b.c\"", "1007")]
    [InlineData("\"requestType\":\"Payment\",", "", "1007")]
    [InlineData("\"orderId\":\"o-1\"", "\"orderId\":\"o-2\"", "2014")]
    [InlineData("\"mid\":\"TESTMID0000000000001\"", "\"mid\":\"OTHER\"", "2006")]
    [InlineData("\"callbackUrl\"", "\"callBackUrl\"", "1001")]
    public async Task What_is_wrong_with_an_order_is_said(string part, string replacement, string code)
    {
        await using var simulator = await PaytmShop.StartAsync();
        var body = Order("o-1");
        Assert.Contains(part, body, StringComparison.Ordinal);

        Assert.Equal(
            code,
            Code(await simulator.InitiateAsync("o-1", body.Replace(part, replacement, StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_wrong_checksum_is_refused()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var path = $"/paytm/theia/api/v1/initiateTransaction?mid={Mid}&orderId=o-1";

        Assert.Equal("2005", Code(await simulator.SignedAsync(path, Order("o-1"), "AnotherKey123456")));
        Assert.Equal(
            "330",
            Code(await simulator.SignedAsync(
                "/paytm/v3/order/status", $$"""{"mid":"{{Mid}}","orderId":"o-1"}""", "AnotherKey123456")));
        Assert.Equal(
            "1007",
            Code(
                await simulator.SignedAsync(path.Replace("&orderId=o-1", "", StringComparison.Ordinal), Order("o-1"))));
        Assert.Equal(
            "2013",
            Code(await simulator.SignedAsync(path.Replace(Mid, "OTHER", StringComparison.Ordinal), Order("o-1"))));
    }

    [Fact]
    public async Task A_token_lives_fifteen_minutes_and_an_expired_one_is_replaced()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var token = Token(await simulator.InitiateAsync("o-1"));
        simulator.Clock.Advance(TimeSpan.FromMinutes(15));

        Assert.Equal("1006", Code(await simulator.ProcessAsync("o-1", token, Intent)));
        var next = await simulator.InitiateAsync("o-1");
        Assert.Equal("0002", Code(next));
        Assert.NotEqual(token, Token(next));
        Assert.Equal("0000", Code(await simulator.ProcessAsync("o-1", Token(next), Intent)));
    }

    [Fact]
    public async Task Of_orders_announced_at_once_under_one_id_there_is_one()
    {
        await using var simulator = await PaytmShop.StartAsync();

        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => simulator.InitiateAsync("o-1")));

        Assert.Single(all, response => Code(response) == "0000");
        Assert.Single(all.Select(Token).Distinct());
    }
}
