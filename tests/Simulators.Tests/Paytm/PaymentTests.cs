using System.Net;
using static PaymentCluster.Simulators.Tests.Paytm.PaytmShop;

namespace PaymentCluster.Simulators.Tests.Paytm;

public sealed class PaymentTests
{
    [Theory]
    [InlineData(Intent, "UPI")]
    [InlineData("\"paymentMode\":\"UPI\",\"payerAccount\":\"success@paytm\"", "UPI")]
    [InlineData(Netbanking, "NB")]
    [InlineData(
        "\"paymentMode\":\"DEBIT_CARD\",\"authMode\":\"otp\",\"cardInfo\":\"|6527658900000007|123|122031\"", "DC")]
    [InlineData("\"paymentMode\":\"CREDIT_CARD\",\"authMode\":\"otp\",\"cardInfo\":\"card-1||123|\"", "CC")]
    public async Task Every_mode_is_taken(string method, string mode)
    {
        await using var simulator = await PaytmShop.StartAsync();

        var paid = await simulator.PayAsync("o-1", method);

        Assert.Equal(("TXN_SUCCESS", "01"), (Word(paid), Code(paid)));
        Assert.Equal(
            ("123.45", "SALE", mode, 12),
            (paid.GetProperty("txnAmount").GetString(), paid.GetProperty("txnType").GetString(),
                paid.GetProperty("paymentMode").GetString(), paid.GetProperty("bankTxnId").GetString()!.Length));
        var line = Assert.Single(await simulator.JournalAsync());
        Assert.Equal(
            $"paytm charge o-1 {Txn(paid)} 12345 INR captured",
            string.Join(
                ' ', ((string[])["provider", "kind", "reference", "provider_id", "amount", "currency", "status"])
                    .Select(name => line.GetProperty(name).ToString())));
    }

    [Fact]
    public async Task Each_mode_says_what_comes_next()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var token = Token(await simulator.InitiateAsync("o-1"));

        var intent = await simulator.ProcessAsync("o-1", token, Intent);
        Assert.StartsWith(
            "upi://pay?pa=simulator@paytm&pn=Demo%20Store%20%26%20Co&",
            intent.GetProperty("deepLinkInfo").GetProperty("deepLink").GetString(),
            StringComparison.Ordinal);
        var collect = await simulator.ProcessAsync("o-1", token, Collect("success@paytm"));
        Assert.Equal(35, collect.GetProperty("transId").GetString()!.Length);
        var form = (await simulator.ProcessAsync("o-1", token, Netbanking)).GetProperty("bankForm")
            .GetProperty("redirectForm");
        Assert.Equal("post", form.GetProperty("method").GetString());
        Assert.Equal(2, form.GetProperty("content").EnumerateObject().Count());
        Assert.Equal("PENDING", Word(await simulator.StatusAsync("o-1")));
    }

    [Fact]
    public async Task An_order_is_paid_once_however_many_transactions_are_approved()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var token = Token(await simulator.InitiateAsync("o-1"));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("0000", Code(await simulator.ProcessAsync("o-1", token, Intent)));
        }

        Assert.Equal("372", Code(await simulator.ProcessAsync("o-1", token, Intent)));

        simulator.Clock.Advance(CustomersDelay);

        Assert.Equal("01", Code(await simulator.StatusAsync("o-1")));
        Assert.Single(await simulator.JournalAsync());
        Assert.Equal("325", Code(await simulator.ProcessAsync("o-1", token, Intent)));
    }

    [Theory]
    [InlineData("4000000000000002", "227")]
    [InlineData("4000000000000127", "401")]
    [InlineData("4000000000009995", "810")]
    public async Task A_failing_card_fails(string number, string code)
    {
        await using var simulator = await PaytmShop.StartAsync();

        var failed = await simulator.PayAsync("o-1", Card(number));

        Assert.Equal(("TXN_FAILURE", code), (Word(failed), Code(failed)));
        Assert.Empty(await simulator.JournalAsync());
    }

    [Theory]
    [InlineData("\"paymentMode\":\"UPI\",\"payerAccount\":\"invalid@paytm\"", "295")]
    [InlineData("\"paymentMode\":\"UPI\"", "295")]
    [InlineData(
        "\"paymentMode\":\"CREDIT_CARD\",\"authMode\":\"otp\",\"cardInfo\":\"|4111111111111112|123|122031\"", "312")]
    [InlineData(
        "\"paymentMode\":\"CREDIT_CARD\",\"authMode\":\"otp\",\"cardInfo\":\"|4111111111111111|123|122021\"", "315")]
    [InlineData("\"paymentMode\":\"CREDIT_CARD\",\"cardInfo\":\"|4111111111111111|123|122031\"", "1001")]
    [InlineData("\"paymentMode\":\"NET_BANKING\",\"channelCode\":\"NONE\"", "1001")]
    [InlineData("\"paymentMode\":\"CASH\"", "1001")]
    [InlineData("\"paymentMode\":\"BALANCE\"", "2004")]
    [InlineData("\"paymentMode\":\"UPI_INTENT\",\"amount\":\"1\"", "1001")]
    public async Task What_is_wrong_with_a_payment_is_said(string method, string code)
    {
        await using var simulator = await PaytmShop.StartAsync();
        var token = Token(await simulator.InitiateAsync("o-1"));

        Assert.Equal(code, Code(await simulator.ProcessAsync("o-1", token, method)));
        Assert.Equal("1006", Code(await simulator.ProcessAsync("o-1", token + "x", method)));
        Assert.Equal("331", Code(await simulator.StatusAsync("o-1")));
    }

    [Fact]
    public async Task A_linked_wallet_pays_at_once()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var token = Token(await simulator.InitiateAsync("o-1"));
        Assert.Equal(
            "403",
            Code(await simulator.WithTokenAsync("/paytm/login/validateOtp", "o-1", token, """{"otp":"888888"}""")));
        Assert.Equal("01", Code(
            await simulator.WithTokenAsync("/paytm/login/sendOtp", "o-1", token, """{"mobileNumber":"7777777777"}""")));
        Assert.Equal(
            "403",
            Code(await simulator.WithTokenAsync("/paytm/login/validateOtp", "o-1", token, """{"otp":"000000"}""")));
        Assert.True((await simulator.WithTokenAsync("/paytm/login/validateOtp", "o-1", token, """{"otp":"888888"}"""))
            .GetProperty("authenticated").GetBoolean());
        var balance = await simulator.WithTokenAsync(
            "/paytm/userAsset/fetchBalanceInfo", "o-1", token, """{"paymentMode":"BALANCE"}""");
        Assert.Equal("10000.00", balance.GetProperty("balanceInfo").GetProperty("value").GetString());

        var paid = await simulator.ProcessAsync("o-1", token, "\"paymentMode\":\"BALANCE\"");

        Assert.Equal("TXN_SUCCESS", paid.GetProperty("txnInfo").GetProperty("STATUS").GetString());
        Assert.Equal("01", Code(await simulator.StatusAsync("o-1")));
    }

    [Fact]
    public async Task A_wallet_without_enough_money_does_not_pay()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var initiated = await simulator.InitiateAsync(
            "o-1", Order("o-1", "20000.00", ",\"paytmSsoToken\":\"sso-7777777777\""));
        Assert.True(initiated.GetProperty("authenticated").GetBoolean());

        await simulator.ProcessAsync("o-1", Token(initiated), "\"paymentMode\":\"BALANCE\"");

        Assert.Equal("235", Code(await simulator.StatusAsync("o-1")));
        Assert.Equal(
            "2004", Code(await simulator.InitiateAsync("o-2", Order("o-2", "1.00", ",\"paytmSsoToken\":\"nobody\""))));
    }

    [Fact]
    public async Task A_customer_decides_by_hand_and_can_still_approve_what_failed()
    {
        await using var simulator = await PaytmShop.StartAsync();
        await simulator.PutAsync("/_customer", """{"automatic":false}""");
        await simulator.PayAsync("o-1");
        Assert.Equal("PENDING", Word(await simulator.StatusAsync("o-1")));

        Assert.Equal(
            HttpStatusCode.OK, (await simulator.PostAsync("/_customer/paytm/o-1", """{"action":"decline"}""")).Status);
        Assert.Equal("810", Code(await simulator.StatusAsync("o-1")));
        var txn = Txn(await simulator.StatusAsync("o-1"));
        Assert.Equal(
            HttpStatusCode.OK,
            (await simulator.PostAsync($"/_customer/paytm/{txn}", """{"action":"approve"}""")).Status);
        Assert.Equal("01", Code(await simulator.StatusAsync("o-1")));
        Assert.Equal(
            HttpStatusCode.Conflict,
            (await simulator.PostAsync($"/_customer/paytm/{txn}", """{"action":"decline"}""")).Status);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await simulator.PostAsync("/_customer/paytm/none", """{"action":"decline"}""")).Status);
    }

    [Fact]
    public async Task What_stays_undecided_fails_in_the_end()
    {
        await using var simulator = await PaytmShop.StartAsync();
        await simulator.PutAsync("/_customer", """{"automatic":false}""");
        await simulator.PayAsync("o-1");
        simulator.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("TXN_FAILURE", Word(await simulator.StatusAsync("o-1")));
    }

    [Theory]
    [InlineData("411111111", "CREDIT_CARD"), InlineData("652765890", "DEBIT_CARD")]
    public async Task A_cards_first_digits_tell_what_it_is(string bin, string mode)
    {
        await using var simulator = await PaytmShop.StartAsync();
        var token = Token(await simulator.InitiateAsync("o-1"));

        var told = await simulator.WithTokenAsync("/paytm/fetchBinDetail", "o-1", token, $$"""{"bin":"{{bin}}"}""");

        Assert.Equal(mode, told.GetProperty("binDetail").GetProperty("paymentMode").GetString());
        Assert.Equal(
            "312",
            Code(await simulator.ProcessAsync(
                "o-1",
                token,
                "\"paymentMode\":\"DEBIT_CARD\",\"authMode\":\"otp\",\"cardInfo\":\"|4111111111111111|123|122031\"")));
    }

    [Fact]
    public async Task Upi_ids_are_looked_up_with_an_orders_token()
    {
        await using var simulator = await PaytmShop.StartAsync();
        var token = Token(await simulator.InitiateAsync("o-1"));

        var there = await simulator.WithTokenAsync(
            "/paytm/theia/api/v1/vpa/validate", "o-1", token, """{"vpa":"a.b@paytm"}""");
        var not = await simulator.WithTokenAsync(
            "/paytm/theia/api/v1/vpa/validate", "o-1", token, """{"vpa":"invalid@paytm"}""");

        Assert.Equal(("S", true), (Word(there), there.GetProperty("valid").GetBoolean()));
        Assert.Equal(("F", false), (Word(not), not.GetProperty("valid").GetBoolean()));
        var options = await simulator.WithTokenAsync("/paytm/theia/api/v2/fetchPaymentOptions", "o-1", token, "{}");
        Assert.Equal(5, options.GetProperty("merchantPayOption").GetProperty("paymentModes").GetArrayLength());
    }
}
