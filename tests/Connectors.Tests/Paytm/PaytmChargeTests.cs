using System.Text;
using PaymentCluster.Connectors.Paytm;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Paytm;

/// <summary>Charges: paytmpayments.com/docs/api/initiate-transaction-api, process-transaction-api and
/// v3/transaction-status-api.</summary>
public sealed class PaytmChargeTests : PaytmScript
{
    [Fact]
    public async Task A_charge_announces_an_order_under_the_attempts_id_and_pays_it_with_its_token()
    {
        await ChargeAsync(Intent);

        Assert.Equal([PaytmRig.Initiate, PaytmRig.Process], Paths);
        Assert.All(
            Requests, request => Assert.Equal($"?mid={PaytmRig.Mid}&orderId={ConnectorRig.Attempt}", request.Query));
        var order = Requests[0];
        var body = order.Text[(order.Text.IndexOf("\"body\":", StringComparison.Ordinal) + 7)..^1];
        Assert.True(
            PaytmChecksum.Verify(new Secret(PaytmRig.Key), Encoding.UTF8.GetBytes(body), Head(order, "signature")));
        Assert.StartsWith(
            $$"""{"requestType":"Payment","mid":"{{PaytmRig.Mid}}","websiteName":"WEBSTAGING","orderId":"{{ConnectorRig.Attempt}}","txnAmount":""",
            body,
            StringComparison.Ordinal);
        Assert.Contains("\"mobile\":\"9876543210\",\"email\":\"a@b.example\"", body, StringComparison.Ordinal);
        Assert.Equal(PaytmRig.Token, Head(Requests[1], "txnToken"));
        Assert.DoesNotContain("signature", Requests[1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PaymentMethodKind.Upi, UpiFlow.Intent, "\"paymentMode\":\"UPI_INTENT\"}")]
    [InlineData(PaymentMethodKind.Upi, UpiFlow.Qr, "\"paymentMode\":\"UPI_INTENT\"}")]
    [InlineData(PaymentMethodKind.Upi, UpiFlow.Collect, "\"paymentMode\":\"UPI\",\"payerAccount\":\"a@bank\"}")]
    [InlineData(PaymentMethodKind.Netbanking, null, "\"paymentMode\":\"NET_BANKING\",\"channelCode\":\"HDFC\"}")]
    [InlineData(PaymentMethodKind.Wallet, null, "\"paymentMode\":\"BALANCE\"}")]
    [InlineData(
        PaymentMethodKind.Card,
        null,
        "\"paymentMode\":\"DEBIT_CARD\",\"authMode\":\"otp\",\"cardInfo\":\"|4111111111111111|9173|042031\"}")]
    public async Task Each_method_is_sent_in_its_own_way(PaymentMethodKind kind, UpiFlow? flow, string expected)
    {
        await ChargeAsync(
            new PaymentMethod { Kind = kind, Flow = flow, Vpa = "a@bank", Bank = "HDFC", Wallet = "paytm" });

        Assert.Contains(
            expected, Requests.Single(request => request.Path == PaytmRig.Process).Text, StringComparison.Ordinal);
        Assert.Equal(kind == PaymentMethodKind.Card, Paths.Contains("/fetchBinDetail"));
        Assert.Equal(
            kind == PaymentMethodKind.Wallet,
            Requests[0].Text.Contains("\"paytmSsoToken\":\"sso-9876543210\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_card_that_paytm_tells_nothing_of_is_a_credit_card_and_a_saved_one_is_named_by_its_token()
    {
        Respond("/fetchBinDetail", "F", "1001");
        await ChargeAsync(Card);
        Assert.Equal("CREDIT_CARD", BodyOf(Requests[^1]).GetProperty("paymentMode").GetString());
        Assert.Equal("411111111", BodyOf(Requests[1]).GetProperty("bin").GetString());

        Assert.False(BodyOf(Requests[^1]).TryGetProperty("storeInstrument", out _));

        var saved = ConnectorRig.SavedCard("card-1", "123");
        await Connect().ChargeAsync(Request(Card) with { Instrument = saved }, Rig.Credentials);
        Assert.Equal("card-1||123|", BodyOf(Requests[^1]).GetProperty("cardInfo").GetString());
        Assert.False(BodyOf(Requests[^1]).TryGetProperty("storeInstrument", out _));

        var kept = ConnectorRig.TypedCard(saving: new(null));
        await Connect().ChargeAsync(Request(Card) with { Instrument = kept }, Rig.Credentials);
        Assert.Equal("1", BodyOf(Requests[^1]).GetProperty("storeInstrument").GetString());
    }

    [Theory]
    [InlineData("upi://pay?pa=m@b&am=123.45", UpiFlow.Intent, CustomerActionKind.UpiIntent)]
    [InlineData("upi://pay?pa=m@b&am=123.45", UpiFlow.Qr, CustomerActionKind.UpiQr)]
    [InlineData("intent://evil", UpiFlow.Intent, null)]
    [InlineData(null, UpiFlow.Intent, null)]
    [InlineData(null, UpiFlow.Collect, CustomerActionKind.UpiApprove)]
    public async Task A_upi_payment_tells_the_customers_step(string? link, UpiFlow flow, CustomerActionKind? expected)
    {
        var deep = link is null ? "" : $$""","deepLinkInfo":{"deepLink":"{{link}}","transId":"{{PaytmRig.Txn}}"}""";
        Respond(PaytmRig.Process, _ => $$"""{{{PaytmRig.Result("S", "0000")}}{{deep}}}""");

        var pending = Assert.IsType<ProviderOutcome.Pending>(
            await ChargeAsync(Intent with { Flow = flow, Vpa = "a@b" }));

        Assert.Equal(expected, pending.Action?.Kind);
        Assert.Equal(link is null ? null : PaytmRig.Txn, pending.ProviderReference);
        Assert.Equal(ConnectorRig.Attempt.ToString(), pending.ProviderOrder);
    }

    [Fact]
    public async Task A_banks_form_is_posted_by_the_customer()
    {
        var action = Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Card)).Action!;
        Assert.Equal(
            (CustomerActionKind.Form, "https://bank.example/acs", "eJx"),
            (action.Kind, action.Url, action.Fields!["PaReq"]));

        Respond(PaytmRig.Process, _ => PaytmRig.BankForm("https://bank.example/acs?a=1", "GET", "{\"b\":\"x y\"}"));
        action = Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Card)).Action!;
        Assert.Equal((CustomerActionKind.Redirect, "https://bank.example/acs?a=1&b=x%20y"), (action.Kind, action.Url));
    }

    [Theory]
    [InlineData("javascript:alert(1)", "{}")]
    [InlineData("ftp://bank.example/", "{}")]
    [InlineData("https://bank.example/", "{\"a\":1}")]
    [InlineData("https://bank.example/", "{\"\":\"x\"}")]
    public async Task A_form_that_cannot_be_trusted_is_not_passed_on(string url, string content)
    {
        Respond(PaytmRig.Process, _ => PaytmRig.BankForm(url, content: content));

        Assert.Null(Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Card)).Action);
    }

    [Theory]
    [InlineData("0002", "TXN_SUCCESS", "01", "Succeeded Captured"), InlineData("0002", "PENDING", "402", "Pending")]
    [InlineData("0002", "TXN_FAILURE", "227", "Declined bank_declined Bank")]
    [InlineData("325", "TXN_SUCCESS", "01", "Succeeded Captured")]
    public async Task An_order_that_is_known_already_is_queried_and_not_paid_again(
        string code, string status, string statusCode, string expected)
    {
        Respond(
            PaytmRig.Initiate,
            _ => $$"""{{{PaytmRig.Result(code == "0002" ? "S" : "F", code)}},"txnToken":"{{PaytmRig.Token}}"}""");
        Parts(("sale", status, statusCode));

        Assert.Equal(expected, Kind(await ChargeAsync(Intent)));
        Assert.DoesNotContain(PaytmRig.Process, Paths);
    }

    [Fact]
    public async Task An_order_that_is_known_and_unpaid_is_paid()
    {
        Respond(PaytmRig.Initiate, _ => $$"""{{{PaytmRig.Result("S", "0002")}},"txnToken":"{{PaytmRig.Token}}"}""");

        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Intent));
        Assert.Single(Paths, path => path == PaytmRig.Process);
    }

    [Fact]
    public async Task An_order_of_this_id_that_is_not_ours_to_pay_is_a_decline()
    {
        Respond(PaytmRig.Initiate, "F", "325");

        Assert.Equal("Declined order_id_used Merchant", Kind(await ChargeAsync(Intent)));
    }

    [Theory]
    [InlineData("U", "00000900", "NotSent"), InlineData("F", "501", "NotSent")]
    [InlineData("F", "1005", "NotSent"), InlineData("F", "1006", "NotSent")]
    [InlineData("S", "0000", "NotSent")]
    [InlineData("X", "9", "NotSent")]
    [InlineData("F", "2005", "Declined credentials_refused Merchant")]
    [InlineData("F", "2006", "Declined credentials_refused Merchant")]
    [InlineData("F", "1001", "Declined request_refused Merchant")]
    [InlineData("F", "196", "Declined amount_above_limit Merchant")]
    [InlineData("F", "9999", "Declined declined Customer")]
    public async Task What_goes_wrong_with_the_order_moves_no_money(string status, string code, string expected)
    {
        Respond(PaytmRig.Initiate, status, code);

        Assert.Equal(expected, Kind(await ChargeAsync(Intent)));
        Assert.DoesNotContain(PaytmRig.Process, Paths);
    }

    [Theory]
    [InlineData("F", "227", "Declined bank_declined Bank")]
    [InlineData("F", "312", "Declined card_not_supported Customer")]
    [InlineData("F", "RC-00018", "Declined velocity_limit Customer")]
    [InlineData("F", "0001", "Declined declined Customer")]
    [InlineData("F", "1006", "NotSent"), InlineData("F", "1005", "Unknown")]
    [InlineData("F", "501", "Unknown"), InlineData("U", "00000900", "Unknown")]
    [InlineData("U", "0000", "Unknown"), InlineData("X", "0000", "Unknown")]
    [InlineData("S", "0000", "Pending"), InlineData("PENDING", "402", "Pending")]
    public async Task A_payments_result_is_an_outcome(string status, string code, string expected)
    {
        Respond(PaytmRig.Process, status, code);

        Assert.Equal(expected, Kind(await ChargeAsync(Intent)));
    }

    [Theory]
    [InlineData("TXN_SUCCESS", "01", "Succeeded Captured")]
    [InlineData("PENDING", "400", "Pending")]
    [InlineData("PENDING", "402", "Pending")]
    [InlineData("TXN_FAILURE", "227", "Declined bank_declined Bank")]
    [InlineData("TXN_FAILURE", "401", "Declined bank_declined Bank")]
    [InlineData("TXN_FAILURE", "235", "Declined insufficient_wallet_balance Customer")]
    [InlineData("TXN_FAILURE", "295", "Declined vpa_invalid Customer")]
    [InlineData("TXN_FAILURE", "810", "Declined declined Customer")]
    [InlineData("TXN_FAILURE", "820", "Declined customer_account_problem Customer")]
    [InlineData("TXN_FAILURE", "12345", "Declined declined Customer")]
    // The query failed, or has no result.
    [InlineData("TXN_FAILURE", "501", "Unknown")]
    [InlineData("TXN_FAILURE", "330", "Unknown")]
    [InlineData("TXN_FAILURE", "335", "Unknown")]
    [InlineData("F", "1001", "Unknown")]
    [InlineData("U", "00000900", "Unknown")]
    [InlineData("TXN_FAILURE", "402", "Pending")]
    [InlineData("A_WORD_OF_TOMORROW", "01", "Pending")]
    [InlineData("NO_RECORD_FOUND", "331", "NotFound")]
    [InlineData("TXN_FAILURE", "331", "NotFound")]
    [InlineData("TXN_FAILURE", "334", "NotFound")]
    public async Task A_status_is_an_outcome(string status, string code, string expected)
    {
        Parts(("sale", status, code));

        Assert.Equal(expected, Kind(await QueryAsync()));
    }

    [Fact]
    public async Task A_success_tells_amount_and_bank_reference()
    {
        Parts(("sale", "TXN_SUCCESS", "01"));

        var success = Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync());
        Assert.Equal((ConnectorRig.Rupees, "400112345678"), (success.Amount, success.BankReference));
        Assert.Equal(
            (ConnectorRig.Attempt.ToString(), $"{PaytmRig.Txn}-SALE"),
            (success.ProviderOrder, success.ProviderReference));
    }

    [Theory]
    [InlineData("\"txnAmount\":\"123.45\"", "\"txnAmount\":\"123.456\"")]
    [InlineData("\"txnAmount\":\"123.45\"", "\"txnAmount\":\"0\"")]
    [InlineData("\"txnAmount\":\"123.45\"", "\"txnAmount\":\"-1\"")]
    [InlineData("\"txnAmount\":\"123.45\"", "\"txnAmount\":\"1e3\"")]
    [InlineData("\"txnAmount\":\"123.45\"", "\"txnAmount\":123.45")]
    [InlineData("\"txnAmount\":\"123.45\"", "\"txnAmount\":\"12,345\"")]
    [InlineData("\"txnAmount\":\"123.45\"", "\"txnAmount\":\"99999999999999999\"")]
    [InlineData("\"txnId\":\"2024", "\"txnId\":\"../2024")]
    [InlineData("\"orderId\":\"att_", "\"orderId\":\"btt_")]
    [InlineData("\"txnId\":\"2024", "\"txnId\":\"x\",\"txnId\":\"2024")]
    public async Task A_success_that_cannot_be_right_is_unknown(string part, string replacement)
    {
        var status = PaytmRig.StatusJson("TXN_SUCCESS", "01");
        Assert.Contains(part, status, StringComparison.Ordinal);
        Respond(PaytmRig.Status, _ => status.Replace(part, replacement, StringComparison.Ordinal));

        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
    }

    [Theory]
    [InlineData("123", 12_300), InlineData("123.4", 12_340), InlineData("0.01", 1)]
    public async Task Rupees_are_read_with_up_to_two_digits_after_the_point(string text, long paise)
    {
        Respond(PaytmRig.Status, _ => PaytmRig.StatusJson("TXN_SUCCESS", "01", amount: text));

        Assert.Equal(
            Money.Of(paise, Currency.Inr), Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync()).Amount);
    }

    [Fact]
    public async Task A_success_with_a_wrong_checksum_is_not_trusted_unless_told_to()
    {
        Script((_, context) =>
            PaytmRig.RespondAsync(context, PaytmRig.StatusJson("TXN_SUCCESS", "01"), key: "AnotherKey123456"));

        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
        var query = new Contract.ChargeQuery { Attempt = ConnectorRig.Attempt, Amount = ConnectorRig.Rupees };
        Assert.IsType<ProviderOutcome.Succeeded>(
            await Connect(options => options.VerifyResponses = false).QueryChargeAsync(query, Rig.Credentials));
    }

    [Fact]
    public async Task A_resend_looks_first_and_stays_unsent_if_it_cannot()
    {
        Parts(("sale", "PENDING", "402"));
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Intent, resend: true));
        Assert.Equal([PaytmRig.Status], Paths);

        Script((_, context) => Responses.JsonAsync(context, 500, "{}"));
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync(Intent, resend: true));
        Assert.DoesNotContain(PaytmRig.Process, Paths);
    }

    [Fact]
    public async Task A_payment_that_a_known_order_refuses_is_looked_up()
    {
        Respond(PaytmRig.Initiate, _ => $$"""{{{PaytmRig.Result("S", "0002")}},"txnToken":"{{PaytmRig.Token}}"}""");
        Respond(PaytmRig.Process, _ =>
        {
            Parts(("sale", "TXN_SUCCESS", "01"));
            return $$"""{{{PaytmRig.Result("F", "325")}}}""";
        });

        Assert.Equal("Succeeded Captured", Kind(await ChargeAsync(Intent)));
    }

    [Fact]
    public async Task The_wallets_end_is_there_at_once()
    {
        Parts(("sale", "TXN_SUCCESS", "01"));

        Assert.Equal(
            "Succeeded Captured",
            Kind(await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Wallet, Wallet = "paytm" })));
    }

    [Theory]
    [InlineData("ABCDEFGH12345678ABCDEFGH"), InlineData("ABCDEFGH12345678ABCDEFGH12345678")]
    public async Task Longer_keys_sign_too(string key)
    {
        Script((request, context) => request.Path == PaytmRig.Status
            ? PaytmRig.RespondAsync(context, PaytmRig.StatusJson("TXN_SUCCESS", "01"), key: key)
            : Rig.RespondAsync(request, context));
        var query = new Contract.ChargeQuery { Attempt = ConnectorRig.Attempt, Amount = ConnectorRig.Rupees };

        Assert.IsType<ProviderOutcome.Succeeded>(await Connect().QueryChargeAsync(query, PaytmRig.CredentialsOf(key)));
        Assert.True(PaytmChecksum.Verify(
            new Secret(key),
            Encoding.UTF8.GetBytes(
                Requests[0].Text[(Requests[0].Text.IndexOf("\"body\":", StringComparison.Ordinal) + 7)..^1]),
            Head(Requests[0], "signature")));
    }

    [Fact]
    public async Task A_key_that_is_none_is_refused_unsent()
    {
        var credentials = PaytmRig.CredentialsOf("short");

        Assert.Equal(
            "Declined credentials_refused Merchant", Kind(await Connect().ChargeAsync(Request(Intent), credentials)));
        Assert.Equal("NotSent", Kind(await Connect().ChargeAsync(Request(Intent) with { Resend = true }, credentials)));
        Assert.Equal("Unknown", Kind(await Connect().QueryChargeAsync(
            new Contract.ChargeQuery { Attempt = ConnectorRig.Attempt, Amount = ConnectorRig.Rupees }, credentials)));
        Assert.Empty(Requests);
    }

    private static string Head(Received request, string name) =>
        System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(request.Text)
            .GetProperty("head")
            .GetProperty(name)
            .GetString()!;
}
