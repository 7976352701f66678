using static PaymentCluster.Simulators.Tests.Paytm.PaytmShop;

namespace PaymentCluster.Simulators.Tests.Paytm;

public sealed class RefundTests
{
    private static readonly TimeSpan BanksDelay = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task A_refund_is_pending_and_then_done_and_made_once_under_its_name()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var txn = Txn(await simulator.PayAsync("o-1"));

        var first = await simulator.RefundAsync("o-1", txn, "r-1", "100.00");
        Assert.Equal(("PENDING", "601"), (Word(first), Code(first)));
        Assert.Equal("617", Code(await simulator.RefundAsync("o-1", txn, "r-1", "100.00")));
        Assert.Equal("601", Code(await simulator.RefundStatusAsync("o-1", "r-1")));
        Assert.Equal("626", Code(await simulator.RefundAsync("o-1", txn, "r-2", "10.00")));

        simulator.Clock.Advance(BanksDelay);
        var done = await simulator.RefundStatusAsync("o-1", "r-1");
        Assert.Equal(("TXN_SUCCESS", "10"), (Word(done), Code(done)));
        Assert.Equal("100.00", done.GetProperty("refundAmount").GetString());
        Assert.Equal(12, done.GetProperty("refundDetailInfoList")[0].GetProperty("rrn").GetString()!.Length);
        simulator.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("629", Code(await simulator.RefundAsync("o-1", txn, "r-1", "100.00")));
        Assert.Equal("627", Code(await simulator.RefundAsync("o-1", txn, "r-1", "99.00")));
        Assert.Equal(2, (await simulator.JournalAsync()).Length);
    }

    [Theory]
    [InlineData("o-1", "r-9", "123.46", "619")]
    [InlineData("o-1", "r-9", "0.99", "635")]
    [InlineData("o-1", "r-9", "1.001", "619")]
    [InlineData("o-9", "r-9", "1.00", "631")]
    public async Task What_is_wrong_with_a_refund_is_said(string order, string refId, string amount, string code)
    {
        await using var simulator = await PaytmShop.StartAsync();
        var txn = Txn(await simulator.PayAsync("o-1"));

        Assert.Equal(code, Code(await simulator.RefundAsync(order, txn, refId, amount)));
        Assert.Equal("631", Code(await simulator.RefundStatusAsync(order, refId)));
    }

    [Fact]
    public async Task A_refund_of_what_was_not_paid_or_of_another_transaction_is_refused()
    {
        await using var simulator = await PaytmShop.StartAsync();
        await simulator.PayAsync("o-1");
        var failed = Txn(await simulator.PayAsync("o-2", Card("4000000000000002")));

        Assert.Equal("627", Code(await simulator.RefundAsync("o-1", "20240101", "r-1", "1.00")));
        Assert.Equal("607", Code(await simulator.RefundAsync("o-2", failed, "r-2", "1.00")));
    }

    [Fact]
    public async Task The_traps_of_the_table_of_codes_can_be_selected_by_amount()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var txn = Txn(await simulator.PayAsync("o-1"));

        Assert.Equal("601", Code(await simulator.RefundAsync("o-1", txn, "r-1", "6.28")));
        var atBank = await simulator.RefundStatusAsync("o-1", "r-1");
        Assert.Equal(("TXN_FAILURE", "628"), (Word(atBank), Code(atBank)));
        simulator.Clock.Advance(BanksDelay);
        Assert.Equal("10", Code(await simulator.RefundStatusAsync("o-1", "r-1")));
        Assert.Equal("501", Code(await simulator.RefundAsync("o-1", txn, "r-2", "5.01")));
        Assert.Equal("601", Code(await simulator.RefundStatusAsync("o-1", "r-2")));
    }

    [Fact]
    public async Task A_refund_that_the_bank_does_not_take_gives_its_amount_back()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var txn = Txn(await simulator.PayAsync("o-1"));
        await simulator.PutAsync("/_dials/paytm", """{"refund_failed":1}""");
        await simulator.RefundAsync("o-1", txn, "r-1", "123.45");
        simulator.Clock.Advance(BanksDelay);

        Assert.Equal("607", Code(await simulator.RefundStatusAsync("o-1", "r-1")));
        await simulator.PutAsync("/_dials/paytm", "{}");
        Assert.Equal("601", Code(await simulator.RefundAsync("o-1", txn, "r-2", "123.45")));
    }
}
