using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Razorpay;

public sealed class RazorpayWebhookTests
{
    private readonly RazorpayRig _rig = new();

    private static string AttemptNote => $$"""{"attempt":"{{ConnectorRig.Attempt}}"}""";

    [Theory]
    [InlineData("payment.authorized", "authorized", typeof(ProviderOutcome.Succeeded))]
    [InlineData("payment.captured", "captured", typeof(ProviderOutcome.Succeeded))]
    [InlineData("payment.failed", "failed", typeof(ProviderOutcome.Declined))]
    public async Task A_payments_event_is_of_its_charge(string type, string status, Type expected)
    {
        var charge = Assert.IsType<WebhookReading.OfCharge>(
            await ReadAsync(
                Event(type, $$"""{"payment":{"entity":{{RazorpayRig.PaymentJson(status, notes: AttemptNote)}} } }""")));
        Assert.Equal(("evt_1", ConnectorRig.Attempt), (charge.EventId, charge.Attempt));
        Assert.IsType(expected, charge.Outcome);
        Assert.Equal(
            (RazorpayRig.Order, RazorpayRig.Pay), (charge.Outcome.ProviderOrder, charge.Outcome.ProviderReference));
    }

    [Fact]
    public async Task A_paid_orders_receipt_names_the_charge()
    {
        var payload = $$"""
            {"payment":{"entity":{{RazorpayRig.PaymentJson("captured")}} },
            "order":{"entity":{{RazorpayRig.OrderJson(RazorpayRig.Order, ConnectorRig.Attempt.ToString())}} } }
            """;
        Assert.Equal(
            ConnectorRig.Attempt,
            Assert.IsType<WebhookReading.OfCharge>(await ReadAsync(Event("order.paid", payload))).Attempt);
    }

    // Without an order there is nothing of the provider's own to compare with the attempt.
    [Fact]
    public async Task A_payment_without_an_order_is_a_hint()
    {
        var payment = RazorpayRig.PaymentJson("captured", notes: AttemptNote)
            .Replace($"\"order_id\":\"{RazorpayRig.Order}\"", "\"order_id\":null", StringComparison.Ordinal);
        Assert.Contains("\"order_id\":null", payment, StringComparison.Ordinal);
        Assert.Equal(
            ConnectorRig.Attempt,
            Assert.IsType<WebhookReading.About>(await ReadAsync(
                Event("payment.captured", $$"""{"payment":{"entity":{{payment}} } }"""))).Attempt);
    }

    [Fact]
    public async Task The_receipt_of_an_order_that_is_not_the_payments_names_nothing()
    {
        var payload = $$"""
            {"payment":{"entity":{{RazorpayRig.PaymentJson("captured")}} },
            "order":{"entity":{{RazorpayRig.OrderJson("order_other", ConnectorRig.Attempt.ToString())}} } }
            """;
        Assert.IsType<WebhookReading.Unmatched>(await ReadAsync(Event("order.paid", payload)));
    }

    [Theory]
    [InlineData("refund.created", "pending", typeof(ProviderOutcome.Pending))]
    [InlineData("refund.processed", "processed", typeof(ProviderOutcome.Succeeded))]
    [InlineData("refund.failed", "failed", typeof(ProviderOutcome.Declined))]
    public async Task A_refunds_event_is_of_that_refund(string type, string status, Type expected)
    {
        var payload =
            $$"""{"refund":{"entity":{{RazorpayRig.RefundJson(status)}} },"payment":{"entity":{{RazorpayRig.PaymentJson("captured")}} } }""";
        var refund = Assert.IsType<WebhookReading.OfRefund>(await ReadAsync(Event(type, payload)));
        Assert.Equal(ConnectorRig.Refund, refund.Refund);
        Assert.IsType(expected, refund.Outcome);
    }

    [Fact]
    public async Task A_refund_that_is_not_ours_matches_nothing() =>
        Assert.IsType<WebhookReading.Unmatched>(await ReadAsync(Event(
            "refund.processed",
            $$"""{"refund":{"entity":{{RazorpayRig.RefundJson("processed", receipt: "by-hand")}} } }""")));

    [Theory]
    [InlineData("[]"), InlineData("{}"), InlineData("""{"attempt":1}""")]
    [InlineData("""{"attempt":"att_x"}"""), InlineData("null")]
    [InlineData("""{"attempt":"ATT_01k8dq2v7me8k9c4ss8m3y5d6f_1"}""")]
    [InlineData("""{"attempt":"att_01k8dq2v7me8k9c4ss8m3y5d6f_100"}""")]
    public async Task A_payment_without_a_reference_of_ours_matches_nothing(string notes) =>
        Assert.IsType<WebhookReading.Unmatched>(await ReadAsync(Event(
            "payment.captured",
            $$"""{"payment":{"entity":{{RazorpayRig.PaymentJson("captured", notes: notes)}} } }""")));

    [Theory]
    [InlineData("settlement.processed"), InlineData("payment.dispute.created")]
    [InlineData("refund.speed_changed"), InlineData("an.event")]
    public async Task An_event_that_nothing_acts_on_is_irrelevant(string type)
    {
        var reading = Assert.IsType<WebhookReading.Irrelevant>(await ReadAsync(Event(type, "{}")));
        Assert.Equal(("evt_1", type), (reading.EventId, reading.Type));
    }

    [Theory]
    [InlineData(""), InlineData("null"), InlineData("[]"), InlineData("{}")]
    [InlineData("{\"event\":1}"), InlineData("{\"event\":\"\"}")]
    [InlineData("{\"event\":\"a b\"}")]
    [InlineData("{\"event\":\"payment.captured\"}")]
    [InlineData("{\"event\":\"refund.processed\",\"payload\":{}}")]
    [InlineData("{\"event\":\"payment.captured\",\"event\":\"payment.failed\"}")]
    [InlineData("{\"event\":\"payment.captured\"} {}")]
    public async Task A_signed_body_that_is_not_documented_is_malformed(string body) =>
        Assert.IsType<WebhookReading.Malformed>(await ReadAsync(RazorpayRig.Signed(body, _rig.WebhookSecret)));

    [Fact]
    public async Task A_body_that_is_too_deep_or_too_large_is_malformed()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000);
        Assert.IsType<WebhookReading.Malformed>(await ReadAsync(RazorpayRig.Signed(deep, _rig.WebhookSecret)));
        Assert.IsType<WebhookReading.Malformed>(
            await ReadAsync(RazorpayRig.Signed(new string(' ', 300_000), _rig.WebhookSecret)));
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("with space"), InlineData("line\nbreak")]
    public async Task Without_a_usable_event_id_the_body_names_the_event(string? eventId)
    {
        var body = """{"event":"an.event","payload":{}}""";
        var first = Assert.IsType<WebhookReading.Irrelevant>(
            await ReadAsync(RazorpayRig.Signed(body, _rig.WebhookSecret, eventId)));
        var second = Assert.IsType<WebhookReading.Irrelevant>(
            await ReadAsync(RazorpayRig.Signed(body, _rig.WebhookSecret, new string('x', 200))));
        Assert.Matches("^sha256:[0-9a-f]{64}$", first.EventId);
        Assert.Equal(first.EventId, second.EventId);
    }

    [Fact]
    public async Task Nothing_is_signed_by_an_empty_secret()
    {
        var connector = _rig.Create(
            options => options.BaseUrl = new Uri("https://razorpay.example/"), TimeProvider.System, new CapturedLogs());
        var webhook = RazorpayRig.Signed("""{"event":"an.event","payload":{}}""", "");
        Assert.IsType<WebhookReading.Forged>(
            await connector.ReadWebhookAsync(webhook, RazorpayRig.CredentialsOf("k", "s", "")));
    }

    private static InboundWebhook Event(string type, string payload) => RazorpayRig.Signed(
        $$"""{"entity":"event","account_id":"acc_1","event":"{{type}}","payload":{{payload}},"created_at":1700000001}""",
        new RazorpayRig().WebhookSecret);

    private ValueTask<WebhookReading> ReadAsync(InboundWebhook webhook) => _rig
        .Create(
            options => options.BaseUrl = new Uri("https://razorpay.example/"), TimeProvider.System, new CapturedLogs())
        .ReadWebhookAsync(webhook, _rig.Credentials);
}
