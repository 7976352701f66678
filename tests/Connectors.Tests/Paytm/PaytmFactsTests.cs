using System.Text;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Paytm;

/// <summary>Pre-authorisations (paytmpayments.com/docs/api/v2: pre-auth-api, capture-api, release-api), refunds
/// (…/docs/api: refund-api, refund-status-api), webhooks and other queries.</summary>
public sealed class PaytmFactsTests : PaytmScript
{
    [Fact]
    public async Task A_charge_to_be_captured_later_is_a_pre_authorisation()
    {
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Card, CaptureMode.Manual));

        Assert.Equal(["/order/v2/preAuth", "/fetchBinDetail", PaytmRig.Process], Paths);
        var body = BodyOf(Requests[0]);
        Assert.Equal(
            ("123.45", "604800", "STANDARD_AUTH", "PAYCONFIRM", "RELEASE"),
            (
                body.GetProperty("txnAmount").GetString(),
                body.GetProperty("preAuthBlockSeconds").GetString(),
                body.GetProperty("cardPreAuthType").GetString(),
                body.GetProperty("blockType").GetString(), body.GetProperty("expiryAction").GetString()));
    }

    [Theory]
    [InlineData("Succeeded Authorized")]
    [InlineData("Pending", "PREAUTH PENDING 402")]
    [InlineData("Declined bank_declined Bank", "PREAUTH TXN_FAILURE 227")]
    [InlineData("NotFound", "PREAUTH NO_RECORD_FOUND 331")]
    [InlineData("Succeeded Captured", "CAPTURE TXN_SUCCESS 01"), InlineData("Pending", "CAPTURE PENDING 402")]
    [InlineData("Succeeded Authorized", "CAPTURE TXN_FAILURE 810")]
    [InlineData("Declined voided Merchant", "CAPTURE TXN_FAILURE 810", "RELEASE TXN_SUCCESS 01")]
    [InlineData("Declined voided Merchant", "RELEASE TXN_SUCCESS 01"), InlineData("Pending", "RELEASE PENDING 402")]
    [InlineData("Succeeded Authorized", "RELEASE TXN_FAILURE 810")]
    [InlineData("Unknown", "CAPTURE F 1001")]
    [InlineData("Unknown", "RELEASE TXN_FAILURE 501")]
    public async Task What_became_of_a_block_is_reported_by_its_parts(string expected, params string[] parts)
    {
        var all = parts.Select(part => part.Split(' ')).ToDictionary(part => part[0], StringComparer.Ordinal);
        all.TryAdd("PREAUTH", ["PREAUTH", "TXN_SUCCESS", "01"]);
        Parts([.. all.Values.Select(part => (part[0], part[1], part[2]))]);

        Assert.Equal(expected, Kind(await QueryAsync()));
    }

    [Fact]
    public async Task A_status_that_returns_the_block_where_none_was_requested_is_understood()
    {
        Respond(PaytmRig.Status, request => PaytmRig.TypeOf(request) is null or "PREAUTH"
            ? PaytmRig.StatusJson("TXN_SUCCESS", "01", "PREAUTH")
            : PaytmRig.NoRecord());

        Assert.Equal("Succeeded Authorized", Kind(await QueryAsync()));
    }

    [Theory]
    // The status overrides the call's own response, whose words are not documented.
    [InlineData("S", "0000", "CAPTURE TXN_SUCCESS 01", "Succeeded Captured")]
    [InlineData("F", "2024", "CAPTURE TXN_SUCCESS 01", "Succeeded Captured")]
    [InlineData("S", "0000", null, "Pending")]
    [InlineData("PENDING", "402", "CAPTURE PENDING 402", "Pending")]
    [InlineData("F", "2024", null, "Declined declined Customer")]
    [InlineData("F", "501", null, "Pending")]
    [InlineData("SUCCESS", "01", "CAPTURE TXN_FAILURE 810", "Declined declined Customer")]
    [InlineData("F", "2005", null, "Declined credentials_refused Merchant")]
    [InlineData("S", "0000", "CAPTURE F 1001", "Unknown")]
    public async Task A_capture_is_what_its_status_says(string status, string code, string? part, string expected)
    {
        Respond("/order/v2/capture", status, code);
        Parts(part is null ? [] : [(part.Split(' ')[0], part.Split(' ')[1], part.Split(' ')[2])]);

        var outcome = await Rig.ActAsync(Connect(), Effect.Capture, TimeProvider.System);

        Assert.Equal(expected, Kind(outcome));
        Assert.NotNull(outcome.ProviderReference);
        Assert.Equal(
            ("123.45", PaytmRig.Txn),
            (
                BodyOf(Requests[0]).GetProperty("txnAmount").GetString(),
                BodyOf(Requests[0]).GetProperty("preAuthId").GetString()));
    }

    [Fact]
    public async Task A_capture_can_be_for_less()
    {
        Respond(PaytmRig.Status, request => PaytmRig.StatusJson("TXN_SUCCESS", "01", "CAPTURE", "100.00"));
        var outcome = await Connect().CaptureAsync(
            new CaptureRequest
            {
                Attempt = ConnectorRig.Attempt,
                Amount = Money.Of(10_000, Currency.Inr),
                ProviderReference = PaytmRig.Txn,
                Window = Open(),
            },
            Rig.Credentials);

        Assert.Equal(Money.Of(10_000, Currency.Inr), Assert.IsType<ProviderOutcome.Succeeded>(outcome).Amount);
        Assert.Equal("100.00", BodyOf(Requests[0]).GetProperty("txnAmount").GetString());
    }

    [Theory]
    [InlineData("S", "RELEASE TXN_SUCCESS 01", "Succeeded Authorized")]
    [InlineData("F", "RELEASE TXN_SUCCESS 01", "Succeeded Authorized")]
    [InlineData("S", null, "Pending"), InlineData("F", null, "Declined declined Customer")]
    public async Task A_release_is_what_its_status_says(string status, string? part, string expected)
    {
        Respond("/order/v2/release", status, "2024");
        Parts(part is null ? [] : [(part.Split(' ')[0], part.Split(' ')[1], part.Split(' ')[2])]);

        Assert.Equal(expected, Kind(await Rig.ActAsync(Connect(), Effect.Void, TimeProvider.System)));
        Assert.Equal(
            $$"""{"mid":"{{PaytmRig.Mid}}","preAuthId":"{{PaytmRig.Txn}}"}""", BodyOf(Requests[0]).GetRawText());
    }

    [Theory]
    [InlineData("PENDING", "601", "Pending")]
    [InlineData("TXN_SUCCESS", "10", "Succeeded Captured")]
    [InlineData("PENDING", "501", "Unknown")]
    // Called a failure, and pending at the bank.
    [InlineData("TXN_FAILURE", "628", "Pending")]
    [InlineData("TXN_FAILURE", "626", "NotSent")]
    [InlineData("TXN_FAILURE", "600", "Declined request_refused Merchant")]
    [InlineData("TXN_FAILURE", "607", "Declined refund_of_cancelled Merchant")]
    [InlineData("TXN_FAILURE", "619", "Declined refund_amount_invalid Merchant")]
    [InlineData("TXN_FAILURE", "620", "Declined merchant_balance_insufficient Merchant")]
    [InlineData("TXN_FAILURE", "627", "Declined order_mismatch Merchant")]
    [InlineData("TXN_FAILURE", "631", "Declined no_record Merchant")]
    [InlineData("TXN_FAILURE", "635", "Declined refund_too_small Merchant")]
    [InlineData("TXN_FAILURE", "330", "Declined credentials_refused Merchant")]
    [InlineData("TXN_FAILURE", "a_code_of_tomorrow", "Pending")]
    public async Task A_refunds_code_is_an_outcome_whatever_word_is_beside_it(
        string status, string code, string expected)
    {
        Respond("/refund/apply", _ => PaytmRig.RefundJson(status, code));

        Assert.Equal(expected, Kind(await RefundAsync()));
        Assert.DoesNotContain(PaytmRig.RefundStatus, Paths);
    }

    [Theory]
    [InlineData("617", "TXN_SUCCESS", "10", "Succeeded Captured")]
    [InlineData("617", "PENDING", "601", "Pending")]
    [InlineData("617", "TXN_FAILURE", "631", "Pending")]
    [InlineData("617", "TXN_FAILURE", "628", "Pending")]
    [InlineData("617", "TXN_FAILURE", "607", "Declined refund_of_cancelled Merchant")]
    [InlineData("629", "TXN_SUCCESS", "10", "Succeeded Captured")]
    [InlineData("629", "TXN_FAILURE", "629", "Succeeded Captured")]
    [InlineData("629", "TXN_FAILURE", "631", "Declined refunded_already Merchant")]
    [InlineData("617", "PENDING", "501", "Unknown")]
    public async Task A_refund_that_is_raised_already_is_looked_up_by_its_name(
        string code, string status, string statusCode, string expected)
    {
        Respond("/refund/apply", "TXN_FAILURE", code);
        Respond(PaytmRig.RefundStatus, _ => PaytmRig.RefundJson(status, statusCode));

        Assert.Equal(expected, Kind(await RefundAsync()));
        Assert.Equal(ConnectorRig.Refund.ToString(), BodyOf(Requests[^1]).GetProperty("refId").GetString());
    }

    [Fact]
    public async Task A_refund_is_sent_under_its_id_in_rupees()
    {
        await RefundAsync();

        Assert.Equal(
            $$"""{"mid":"{{PaytmRig.Mid}}","txnType":"REFUND","orderId":"{{ConnectorRig.Attempt}}","txnId":"{{PaytmRig.Txn}}","refId":"{{ConnectorRig.Refund}}","refundAmount":"123.45","comments":"returned"}""",
            BodyOf(Requests[0]).GetRawText());
    }

    [Theory]
    [InlineData("TXN_SUCCESS", "10", "Succeeded Captured")]
    [InlineData("PENDING", "601", "Pending")]
    [InlineData("TXN_FAILURE", "628", "Pending")]
    [InlineData("TXN_FAILURE", "631", "NotFound")]
    [InlineData("TXN_FAILURE", "607", "Declined refund_of_cancelled Merchant")]
    [InlineData("TXN_FAILURE", "330", "Unknown")]
    [InlineData("F", "1001", "Unknown")]
    [InlineData("PENDING", "501", "Unknown")]
    public async Task A_refunds_status_is_an_outcome(string status, string code, string expected)
    {
        Respond(PaytmRig.RefundStatus, _ => PaytmRig.RefundJson(status, code));

        var outcome = await QueryRefundAsync();

        Assert.Equal(expected, Kind(outcome));
        if (outcome is ProviderOutcome.Succeeded success)
        {
            Assert.Equal(
                (ConnectorRig.Rupees, "400187654321", PaytmRig.RefundTxn),
                (success.Amount, success.BankReference, success.ProviderReference));
        }
    }

    [Fact]
    public async Task A_refunds_webhook_names_the_attempt_to_query()
    {
        async Task<WebhookReading> ReadAsync(InboundWebhook webhook) =>
            await Connect().ReadWebhookAsync(webhook, Rig.Credentials);
        var body =
            $$"""{"mid":"{{PaytmRig.Mid}}","orderId":"{{ConnectorRig.Attempt}}","refId":"{{ConnectorRig.Refund}}","refundAmount":"1.00"}""";
        var told = PaytmRig.Envelope(PaytmRig.Key, body);

        Assert.Equal(ConnectorRig.Attempt, Assert.IsType<WebhookReading.About>(await ReadAsync(told)).Attempt);
        Assert.IsType<WebhookReading.Forged>(await ReadAsync(PaytmRig.Envelope("AnotherKey123456", body)));
        Assert.IsType<WebhookReading.Forged>(await ReadAsync(told with
        {
            Body = Encoding.UTF8.GetBytes(
                Encoding.UTF8.GetString(told.Body.Span).Replace("1.00", "2.00", StringComparison.Ordinal)),
        }));
        Assert.IsType<WebhookReading.Malformed>(await ReadAsync(PaytmRig.Envelope(PaytmRig.Key, """{"mid":1}""")));
    }

    [Theory]
    [InlineData(""), InlineData("{"), InlineData("{}"), InlineData("{\"body\":{}}")]
    [InlineData("a"), InlineData("=a"), InlineData("A=1&A=1&CHECKSUMHASH=x")]
    public async Task What_is_neither_form_nor_envelope_is_forged(string body) => Assert.IsType<WebhookReading.Forged>(
        await Connect().ReadWebhookAsync(
            PaytmRig.Form(PaytmRig.Key, []) with { Body = Encoding.UTF8.GetBytes(body) }, Rig.Credentials));

    [Theory]
    [InlineData("S", true, true), InlineData("F", false, false), InlineData("F", true, false)]
    public async Task A_upi_id_is_looked_up_with_the_token_of_an_order_that_no_one_pays(
        string status, bool valid, bool exists)
    {
        Respond(
            "/theia/api/v1/vpa/validate",
            _ => $$"""{{{PaytmRig.Result(status, "0000")}},"vpa":"a@b","valid":{{(valid ? "true" : "false")}}}""");

        var given = Assert.IsType<ProviderResult<UpiHolder>.Given>(
            await Connect().VerifyUpiAsync("a@b", Rig.Credentials));

        Assert.Equal(exists, given.Value.Exists);
        Assert.Equal([PaytmRig.Initiate, "/theia/api/v1/vpa/validate"], Paths);
        Assert.StartsWith("vpa-", BodyOf(Requests[0]).GetProperty("orderId").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_upi_id_that_cannot_be_looked_up_is_not_judged()
    {
        Respond("/theia/api/v1/vpa/validate", "F", "501");
        Assert.IsType<ProviderResult<UpiHolder>.Unavailable>(await Connect().VerifyUpiAsync("a@b", Rig.Credentials));
        Respond(PaytmRig.Initiate, "F", "2005");
        Assert.Equal(
            FailureCodes.CredentialsRefused,
            Assert.IsType<ProviderResult<UpiHolder>.Refused>(
                await Connect().VerifyUpiAsync("a@b", Rig.Credentials)).Failure.Code);
        Script((_, context) => Responses.JsonAsync(context, 500, "{}"));
        Assert.IsType<ProviderResult<UpiHolder>.Unavailable>(await Connect().VerifyUpiAsync("a@b", Rig.Credentials));
    }

    [Theory]
    [InlineData("NO_RECORD_FOUND", "331", CredentialsCheck.Accepted)]
    [InlineData("TXN_FAILURE", "334", CredentialsCheck.Accepted)]
    [InlineData("TXN_FAILURE", "330", CredentialsCheck.Refused)]
    [InlineData("TXN_FAILURE", "335", CredentialsCheck.Refused)]
    [InlineData("F", "2005", CredentialsCheck.Refused)]
    [InlineData("TXN_FAILURE", "501", CredentialsCheck.NotChecked)]
    [InlineData("F", "1001", CredentialsCheck.NotChecked)]
    public async Task Credentials_are_checked_by_the_status_of_no_order(
        string status, string code, CredentialsCheck expected)
    {
        Respond(PaytmRig.Status, status, code);

        Assert.Equal(expected, await Connect().CheckAsync(Rig.Credentials));
        Assert.Equal(CredentialsCheck.Refused, await Connect().CheckAsync(PaytmRig.CredentialsOf("short")));
    }

    [Theory]
    [InlineData("JPY", 295), InlineData("KWD", 295_990), InlineData("USD", 100), InlineData("INR", 0)]
    public void Rupees_alone_are_taken(string code, long amount) =>
        Assert.NotNull(Connect().Capabilities.Refuses(Card, Money.Of(amount, Currency.Parse(code))));

    [Theory]
    [InlineData(PaymentMethodKind.Upi, CaptureMode.Manual)]
    [InlineData(PaymentMethodKind.Netbanking, CaptureMode.Manual)]
    [InlineData(PaymentMethodKind.Wallet, CaptureMode.Automatic)]
    public async Task What_paytm_does_not_do_is_refused_unsent(PaymentMethodKind kind, CaptureMode capture)
    {
        var method = new PaymentMethod { Kind = kind, Flow = UpiFlow.Intent, Bank = "HDFC", Wallet = "paytm" };
        var request = Request(method, capture) with { Instrument = ConnectorRig.InstrumentOf(method) };

        Assert.Equal("Declined request_refused Merchant", Kind(await Connect().ChargeAsync(request, Rig.Credentials)));
        Assert.Equal(
            "Declined request_refused Merchant",
            Kind(await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Wallet, Wallet = "mobikwik" })));
        Assert.Empty(Requests);
    }
}
