using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Juspay;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Juspay;

/// <summary>Juspay's words: docs.juspay.io/api-reference/docs/express-checkout/appendix, and amounts.</summary>
public sealed class JuspayReadingTests
{
    private readonly JuspayRig _rig = new();

    [Theory]
    [InlineData("NEW", typeof(ProviderOutcome.NotFound)), InlineData("STARTED", typeof(ProviderOutcome.Pending))]
    [InlineData("PENDING_VBV", typeof(ProviderOutcome.Pending))]
    [InlineData("VBV_SUCCESSFUL", typeof(ProviderOutcome.Pending))]
    [InlineData("AUTHORIZING", typeof(ProviderOutcome.Pending))]
    [InlineData("CAPTURE_INITIATED", typeof(ProviderOutcome.Pending))]
    [InlineData("VOID_INITIATED", typeof(ProviderOutcome.Pending))]
    [InlineData("PARTIAL_CHARGED", typeof(ProviderOutcome.Pending))]
    [InlineData("COD_INITIATED", typeof(ProviderOutcome.Pending))]
    [InlineData("SOMETHING_NEW", typeof(ProviderOutcome.Pending))]
    [InlineData("CHARGED", typeof(ProviderOutcome.Succeeded))]
    [InlineData("AUTHORIZED", typeof(ProviderOutcome.Succeeded))]
    [InlineData("CAPTURE_FAILED", typeof(ProviderOutcome.Succeeded))]
    [InlineData("VOID_FAILED", typeof(ProviderOutcome.Succeeded))]
    [InlineData("VOIDED", typeof(ProviderOutcome.Declined))]
    [InlineData("AUTO_REFUNDED", typeof(ProviderOutcome.Declined))]
    [InlineData("JUSPAY_DECLINED", typeof(ProviderOutcome.Declined))]
    [InlineData("AUTHENTICATION_FAILED", typeof(ProviderOutcome.Declined))]
    [InlineData("AUTHORIZATION_FAILED", typeof(ProviderOutcome.Declined))]
    public void Every_status_has_its_reading(string status, Type expected)
    {
        var outcome = JuspayReading.Charge(Order(JuspayRig.OrderJson(status)), JuspayRig.Order)!;
        Assert.IsType(expected, outcome);
        Assert.Equal((JuspayRig.Order, JuspayRig.Txn), (outcome.ProviderOrder, outcome.ProviderReference));
        if (outcome is ProviderOutcome.Succeeded succeeded)
        {
            Assert.Equal(status == "CHARGED" ? ChargeStage.Captured : ChargeStage.Authorized, succeeded.Stage);
        }
    }

    [Theory]
    [InlineData("VOIDED", FailureCodes.Voided, FailureParty.Merchant)]
    [InlineData("AUTO_REFUNDED", "auto_refunded", FailureParty.Customer)]
    [InlineData("JUSPAY_DECLINED", "input_declined", FailureParty.Customer)]
    [InlineData("AUTHENTICATION_FAILED", "authentication_failed", FailureParty.Customer)]
    [InlineData("AUTHORIZATION_FAILED", FailureCodes.Declined, FailureParty.Bank)]
    public void Every_failure_has_a_code_and_a_party_that_is_never_juspay(
        string status, string code, FailureParty party)
    {
        var declined = (ProviderOutcome.Declined)JuspayReading.Charge(
            Order(JuspayRig.OrderJson(status)), JuspayRig.Order)!;
        Assert.Equal((code, party), (declined.Failure.Code, declined.Failure.Party));
    }

    [Theory]
    [InlineData("ZM", "wrong_upi_pin")]
    [InlineData("U69", "upi_request_expired")]
    [InlineData("QQ", FailureCodes.Declined)]
    [InlineData("RB", null), InlineData("UP", null), InlineData("01", null)]
    public void A_upi_failure_is_explained_by_npci_and_one_that_may_turn_is_pending(string npci, string? code)
    {
        var outcome = JuspayReading.Charge(
            Order(JuspayRig.OrderJson("AUTHORIZATION_FAILED", method: "UPI", more: JuspayRig.GatewayJson(npci))),
            JuspayRig.Order)!;
        Assert.Equal(code, (outcome as ProviderOutcome.Declined)?.Failure.Code);
        Assert.Equal(code is null, outcome is ProviderOutcome.Pending);
    }

    [Fact]
    public void A_cards_code_is_not_npcis() => Assert.IsType<ProviderOutcome.Declined>(JuspayReading.Charge(
        Order(JuspayRig.OrderJson(
            "AUTHORIZATION_FAILED", more: JuspayRig.GatewayJson("01", "Refer to 4111111111111111"))),
        JuspayRig.Order));

    [Fact]
    public void What_was_taken_is_reported_not_what_was_requested()
    {
        var order = Order(
            JuspayRig.OrderJson("CHARGED", method: "UPI", more: JuspayRig.GatewayJson("00", amount: "124.45")));
        var succeeded = (ProviderOutcome.Succeeded)JuspayReading.Charge(order, JuspayRig.Order)!;
        Assert.Equal((Money.Of(12_445, Currency.Inr), "868709664362"), (succeeded.Amount, succeeded.BankReference));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"order_id":"other","status":"CHARGED","amount":1,"currency":"INR","txn_uuid":"a"}""")]
    public void An_order_that_is_not_this_one_says_nothing(string json) =>
        Assert.Null(JuspayReading.Charge(Order(json), JuspayRig.Order));

    [Theory]
    [InlineData("../x", "1"), InlineData("eul1", "-1"), InlineData("eul1", "0")]
    [InlineData("eul1", "1e3"), InlineData("eul1", "null"), InlineData(null, "1")]
    public void A_success_that_lacks_what_it_needs_is_none(string? txn, string amount) =>
        Assert.Null(
            JuspayReading.Charge(Order(JuspayRig.OrderJson("CHARGED", txn: txn, amount: amount)), JuspayRig.Order));

    [Fact]
    public void An_orders_case_is_not_looked_at() => Assert.NotNull(JuspayReading.Charge(
        Order(JuspayRig.OrderJson("CHARGED", order: JuspayRig.Order.ToUpperInvariant())), JuspayRig.Order));

    [Theory]
    [InlineData("PENDING", typeof(ProviderOutcome.Pending))]
    [InlineData("MANUAL_REVIEW", typeof(ProviderOutcome.Pending))]
    [InlineData("SUCCESS", typeof(ProviderOutcome.Succeeded))]
    [InlineData("FAILURE", typeof(ProviderOutcome.Declined))]
    [InlineData("NEW_WORD", typeof(ProviderOutcome.Pending))]
    public void Every_refunds_status_has_its_reading(string status, Type expected)
    {
        var order = Order(JuspayRig.OrderJson("CHARGED", more: JuspayRig.RefundsJson(
            JuspayRig.RefundJson("SUCCESS", "another"), JuspayRig.RefundJson(status, amount: "50"))));
        var outcome = JuspayReading.Refund(order, JuspayRig.Order, JuspayRig.RefundName)!;
        Assert.IsType(expected, outcome);
        Assert.Equal(JuspayRig.RefundName, outcome.ProviderReference);
        Assert.IsType<ProviderOutcome.NotFound>(JuspayReading.Refund(order, JuspayRig.Order, "nobody"));
    }

    [Fact]
    public void A_name_that_two_refunds_have_says_nothing() => Assert.Null(JuspayReading.Refund(
        Order(JuspayRig.OrderJson(
            "CHARGED", more: JuspayRig.RefundsJson(JuspayRig.RefundJson("SUCCESS"), JuspayRig.RefundJson("FAILURE")))),
        JuspayRig.Order,
        JuspayRig.RefundName));

    [Theory]
    [InlineData("INR", 12_345, "123.45"), InlineData("INR", 100, "1.00")]
    [InlineData("INR", 1, "0.01"), InlineData("JPY", 295, "295")]
    [InlineData("KWD", 295_990, "295.99")]
    [InlineData("KWD", 10, "0.01")]
    [InlineData("USD", 100_000_000_000_000, "1000000000000.00")]
    public void Amounts_are_written_and_read_back(string code, long minor, string text)
    {
        var money = Money.Of(minor, Currency.Parse(code));
        Assert.Equal(text, JuspayMapping.ToAmount(money));
        Assert.True(JuspayMapping.TryReadMoney(Json($"\"{text}\""), code, out var read));
        Assert.Equal(money, read);
        Assert.True(JuspayMapping.TryReadMoney(Json(text), code, out read));
        Assert.Equal(money, read);
    }

    [Theory]
    [InlineData("1", 100), InlineData("1.5", 150), InlineData("10.0", 1_000)]
    [InlineData("10.000", 1_000), InlineData("\"7.05\"", 705)]
    public void Amounts_are_read_however_many_decimals_are_written(string json, long minor)
    {
        Assert.True(JuspayMapping.TryReadMoney(Json(json), "INR", out var money));
        Assert.Equal(minor, money.AmountMinor);
    }

    [Theory]
    [InlineData("0"), InlineData("-1"), InlineData("1.005"), InlineData("1e2")]
    [InlineData("\"\""), InlineData("\".5\""), InlineData("\"1,000\"")]
    [InlineData("\" 1\""), InlineData("\"+1\""), InlineData("\"1.2.3\"")]
    [InlineData("99999999999999999999"), InlineData("null"), InlineData("true"), InlineData("{}")]
    public void What_is_no_amount_is_not_read(string json) =>
        Assert.False(JuspayMapping.TryReadMoney(Json(json), "INR", out _));

    [Theory]
    [InlineData(PaymentMethodKind.Card, "INR", 1, true), InlineData(PaymentMethodKind.Card, "KWD", 99_990, true)]
    [InlineData(PaymentMethodKind.Card, "KWD", 99_991, false), InlineData(PaymentMethodKind.Card, "KPW", 100, false)]
    [InlineData(PaymentMethodKind.Netbanking, "USD", 100, false), InlineData(PaymentMethodKind.Upi, "USD", 100, false)]
    public void Methods_take_the_currencies_that_they_take(PaymentMethodKind kind, string code, long amount, bool taken)
    {
        var method = new PaymentMethod { Kind = kind, Flow = kind == PaymentMethodKind.Upi ? UpiFlow.Qr : null };
        Assert.Equal(taken, Create().Capabilities.Refuses(method, Money.Of(amount, Currency.Parse(code))) is null);
    }

    [Theory]
    [InlineData("""{"id":"evt_1","event_name":"MANDATE_CREATED","content":{}}""", typeof(WebhookReading.Irrelevant))]
    [InlineData("""{"id":"evt_1","event_name":"NOTIFICATION_SENT"}""", typeof(WebhookReading.Irrelevant))]
    [InlineData("""{"id":"evt_1","event_name":"ORDER_SUCCEEDED","content":{}}""", typeof(WebhookReading.Unmatched))]
    [InlineData(
        """{"id":"evt_1","event_name":"ORDER_SUCCEEDED","content":{"order":{"order_id":"other","udf6":"att_01k8dq2v7me8k9c4ss8m3y5d6f_1"}}}""",
        typeof(WebhookReading.Unmatched))]
    [InlineData(
        """{"id":"evt_1","event_name":"AUTO_REFUND_SUCCEEDED","content":{"order":{"order_id":"x","udf6":"by hand"}}}""",
        typeof(WebhookReading.Unmatched))]
    [InlineData("", typeof(WebhookReading.Malformed))]
    [InlineData("[]", typeof(WebhookReading.Malformed))]
    [InlineData("{}", typeof(WebhookReading.Malformed))]
    [InlineData("""{"id":"evt_1"}""", typeof(WebhookReading.Malformed))]
    [InlineData("""{"id":"a b","event_name":"ORDER_SUCCEEDED"}""", typeof(WebhookReading.Malformed))]
    [InlineData("""{"id":"a","id":"b","event_name":"ORDER_SUCCEEDED"}""", typeof(WebhookReading.Malformed))]
    public async Task A_webhook_that_says_nothing_of_ours_is_distinguished(string body, Type expected) =>
        Assert.IsType(
            expected, await Create().ReadWebhookAsync(JuspayRig.Hook(body, _rig.WebhookSecret), _rig.Credentials));

    [Theory]
    [InlineData("ORDER_SUCCEEDED", "CHARGED", true), InlineData("TXN_CHARGED", "CHARGED", true)]
    [InlineData("ORDER_FAILED", "AUTHORIZATION_FAILED", true), InlineData("TXN_CREATED", "PENDING_VBV", true)]
    [InlineData("ORDER_SUCCEEDED", "NEW", false), InlineData("ORDER_REFUNDED", "CHARGED", false)]
    [InlineData("AUTO_REFUND_FAILED", "CHARGED", false)]
    public async Task An_orders_webhook_is_trusted_and_a_refunds_is_a_hint(string type, string status, bool trusted)
    {
        var webhook = JuspayRig.Hook(
            $$"""
            {"id":"evt_1","event_name":"{{type}}",
            "content":{"order":{{JuspayRig.OrderJson(status, more: $",\"udf6\":\"{ConnectorRig.Attempt}\"")}} } }
            """,
            _rig.WebhookSecret);
        var reading = await Create().ReadWebhookAsync(webhook, _rig.Credentials);
        var overPlainHttp = await Create().ReadWebhookAsync(webhook with { IsSecure = false }, _rig.Credentials);

        Assert.Equal(trusted, reading is WebhookReading.OfCharge);
        Assert.Equal(ConnectorRig.Attempt, Assert.IsType<WebhookReading.About>(overPlainHttp).Attempt);
    }

    [Fact]
    public async Task A_refund_that_has_no_name_of_ours_is_reported()
    {
        var refunds = JuspayRig.RefundsJson(
            JuspayRig.RefundJson("SUCCESS"), JuspayRig.RefundJson("SUCCESS", "byHand1", "5.00"),
            JuspayRig.RefundJson("PENDING", "byHand2", "5.00"), JuspayRig.RefundJson("FAILURE", "byHand3", "5.00"),
            JuspayRig.RefundJson("SUCCESS", "byHand4", "-5.00"));
        var webhook = Refunded("CHARGED", refunds);
        var reading = Assert.IsType<WebhookReading.OfProviderRefunds>(
            await Create().ReadWebhookAsync(webhook, _rig.Credentials));
        Assert.Equal((ConnectorRig.Attempt, true), (reading.Attempt, reading.IsAboutOurs));
        Assert.Equal(
            new ProviderRefund
            {
                ProviderReference = "byHand1",
                Amount = Money.Of(500, Currency.Inr),
                BankReference = "74332746053000000000001",
                ProviderPayment = JuspayRig.Txn,
            },
            Assert.Single(reading.Refunds));
        Assert.IsType<WebhookReading.About>(
            await Create().ReadWebhookAsync(webhook with { IsSecure = false }, _rig.Credentials));
    }

    // Juspay refunds automatically what came too late; it was never the merchant's.
    [Theory]
    [InlineData("AUTO_REFUNDED"), InlineData("AUTHORIZED")]
    public async Task A_refund_of_an_order_that_is_not_paid_is_none_of_the_merchants(string status) =>
        Assert.IsType<WebhookReading.About>(await Create().ReadWebhookAsync(
            Refunded(status, JuspayRig.RefundsJson(JuspayRig.RefundJson("SUCCESS", "auto1"))), _rig.Credentials));

    [Fact]
    public async Task An_order_with_a_member_of_another_type_is_a_hint() =>
        Assert.IsType<WebhookReading.About>(await Create().ReadWebhookAsync(
            JuspayRig.Hook(
                $$"""
                {"id":"evt_1","event_name":"ORDER_SUCCEEDED",
                "content":{"order":{"order_id":"{{JuspayRig.Order}}","status":7,"udf6":"{{ConnectorRig.Attempt}}"} } }
                """,
                _rig.WebhookSecret),
            _rig.Credentials));

    [Fact]
    public async Task A_webhook_that_is_too_deep_or_too_large_is_malformed()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000);
        foreach (var body in (string[])[deep, new string(' ', 300_000)])
        {
            Assert.IsType<WebhookReading.Malformed>(
                await Create().ReadWebhookAsync(JuspayRig.Hook(body, _rig.WebhookSecret), _rig.Credentials));
        }
    }

    [Fact]
    public async Task No_one_is_known_by_an_empty_password_or_another_user()
    {
        const string Body = """{"id":"evt_1","event_name":"MANDATE_CREATED"}""";
        Assert.IsType<WebhookReading.Forged>(await Create().ReadWebhookAsync(
            JuspayRig.Hook(Body, ""), JuspayRig.CredentialsOf("k", "")));
        Assert.IsType<WebhookReading.Forged>(await Create().ReadWebhookAsync(
            JuspayRig.Hook(Body, _rig.WebhookSecret, "another"), _rig.Credentials));
    }

    [Theory]
    [InlineData("42"), InlineData("a@b.example"), InlineData("x/../y"), InlineData("user_10001")]
    public void A_customers_name_at_juspay_fits_a_path(string id)
    {
        var name = JuspayMapping.CustomerId(new Customer { Id = id });
        Assert.Matches("^[A-Za-z0-9_-]{8,64}$", name!);
        Assert.Equal(name, JuspayMapping.CustomerId(new Customer { Id = id }));
    }

    private InboundWebhook Refunded(string status, string refunds) => JuspayRig.Hook(
        $$"""
        {"id":"evt_1","event_name":"ORDER_REFUNDED",
        "content":{"order":{{JuspayRig.OrderJson(status, more: $",\"udf6\":\"{ConnectorRig.Attempt}\"{refunds}")}} } }
        """,
        _rig.WebhookSecret);

    private static OrderObject? Order(string json) => JsonSerializer.Deserialize(json, JuspayJson.Default.OrderObject);

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;

    private IConnector Create() => _rig.Create(
        options => options.BaseUrl = new Uri("https://juspay.example/"), TimeProvider.System, new CapturedLogs());
}
