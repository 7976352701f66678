using System.Text;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.PayU;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.PayU;

public sealed class PayUWebhookTests
{
    private readonly PayURig _rig = new();

    private static string Txn => ConnectorRig.Attempt.ToString();

    [Fact]
    public async Task A_payments_event_says_what_was_paid_as_far_as_it_is_signed()
    {
        var charge = Assert.IsType<WebhookReading.OfCharge>(await ReadAsync(PayURig.Form(Txn, PayURig.Salt)));
        Assert.Equal(ConnectorRig.Attempt, charge.Attempt);
        Assert.Matches("^sha256:[0-9a-f]{64}$", charge.EventId);
        Assert.Equal(
            new ProviderOutcome.Succeeded { Stage = ChargeStage.Captured, Amount = Money.Of(12_345, Currency.Inr) },
            charge.Outcome);
    }

    [Theory]
    [InlineData("failure", "failed", typeof(ProviderOutcome.Declined))]
    [InlineData("failure", "userCancelled", typeof(ProviderOutcome.Declined))]
    [InlineData("pending", "in progress", typeof(ProviderOutcome.Pending))]
    public async Task What_is_not_paid_is_distinguished(string status, string unmapped, Type expected)
    {
        var webhook = With(PayURig.Form(Txn, PayURig.Salt, status: status), "captured", unmapped);
        var outcome = Assert.IsType<WebhookReading.OfCharge>(await ReadAsync(webhook)).Outcome;
        Assert.IsType(expected, outcome);
        Assert.Null(outcome.ProviderReference);
    }

    // What is not signed may make the outcome doubtful, and no other one of it.
    [Theory]
    [InlineData("success", "auth"), InlineData("success", "failed"), InlineData("success", "new word")]
    [InlineData("failure", "captured"), InlineData("failure", "in progress"), InlineData("failed", "")]
    public async Task An_event_that_is_at_odds_with_itself_is_a_hint(string status, string unmapped) =>
        Assert.Equal(
            ConnectorRig.Attempt,
            Assert.IsType<WebhookReading.About>(await ReadAsync(
                With(PayURig.Form(Txn, PayURig.Salt, status: status), "captured", unmapped))).Attempt);

    [Fact]
    public async Task A_failure_of_payus_own_is_a_hint_since_its_code_is_not_signed() =>
        Assert.IsType<WebhookReading.About>(await ReadAsync(
            With(PayURig.Form(Txn, PayURig.Salt, "&error=E216", "failure"), "captured", "failed")));

    [Fact]
    public async Task The_same_event_has_the_same_id_whatever_is_not_signed()
    {
        async Task<string> IdAsync(InboundWebhook webhook) =>
            Assert.IsType<WebhookReading.OfCharge>(await ReadAsync(webhook)).EventId;
        var id = await IdAsync(PayURig.Form(Txn, PayURig.Salt));

        Assert.Equal(id, await IdAsync(PayURig.Form(Txn, PayURig.Salt, "&bank_ref_num=1")));
        var authorised = With(PayURig.Form(Txn, PayURig.Salt), "captured", "auth");
        Assert.NotEqual(id, Assert.IsType<WebhookReading.About>(await ReadAsync(authorised)).EventId);
    }

    [Fact]
    public async Task A_payments_event_that_is_not_ours_matches_nothing() =>
        Assert.IsType<WebhookReading.Unmatched>(await ReadAsync(PayURig.Form("TXN-1001", PayURig.Salt)));

    [Theory]
    [InlineData("amount=123.45", "amount=1.00"), InlineData("status=success", "status=failure")]
    [InlineData("_1&", "_2&"), InlineData("firstname=Asha", "firstname=Asho")]
    public async Task What_the_hash_covers_cannot_be_changed(string text, string other)
    {
        var webhook = PayURig.Form(Txn, PayURig.Salt);
        var body = Encoding.UTF8.GetString(webhook.Body.Span);
        Assert.Contains(text, body, StringComparison.Ordinal);
        Assert.IsType<WebhookReading.Forged>(
            await ReadAsync(
                webhook with { Body = Encoding.UTF8.GetBytes(body.Replace(text, other, StringComparison.Ordinal)) }));
    }

    [Theory]
    [InlineData("&txnid=att_01k8dq2v7me8k9c4ss8m3y5d6f_2"), InlineData("&amount=1.00"), InlineData("&hash=00")]
    public async Task A_field_twice_is_forged(string more) =>
        Assert.IsType<WebhookReading.Forged>(await ReadAsync(PayURig.Form(Txn, PayURig.Salt, more)));

    [Fact]
    public async Task Nothing_is_signed_by_an_empty_salt() => Assert.IsType<WebhookReading.Forged>(
        await ReadAsync(PayURig.Form(Txn, ""), PayURig.CredentialsOf(PayURig.Key, "")));

    [Theory]
    [InlineData(""), InlineData("x"), InlineData("=&=&"), InlineData("{"), InlineData("{}")]
    [InlineData("[]"), InlineData("null"), InlineData("%"), InlineData("hash=")]
    public async Task What_is_no_event_is_forged(string body) =>
        Assert.IsType<WebhookReading.Forged>(await ReadAsync(PayURig.Json(body)));

    [Fact]
    public async Task A_body_that_is_too_deep_too_large_or_of_too_many_fields_is_forged()
    {
        Assert.IsType<WebhookReading.Forged>(
            await ReadAsync(PayURig.Json(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)))));
        Assert.IsType<WebhookReading.Forged>(
            await ReadAsync(PayURig.Form(Txn, PayURig.Salt, "&x=" + new string('x', 200_000))));
        Assert.IsType<WebhookReading.Forged>(await ReadAsync(
            PayURig.Form(Txn, PayURig.Salt, string.Concat(Enumerable.Range(0, 300).Select(n => $"&x{n}=")))));
    }

    // docs.payu.in/reference-link/refund-status-callback: bank_arn may be a number or null.
    [Fact]
    public async Task A_refunds_callback_has_no_hash_and_is_a_hint()
    {
        var about = Assert.IsType<WebhookReading.About>(await ReadAsync(Refund(PayURig.Key, Txn)));
        Assert.Equal(ConnectorRig.Attempt, about.Attempt);
        Assert.False(about.IsProven);
    }

    [Fact]
    public async Task A_refunds_callback_is_proven_by_its_address()
    {
        var callback = Refund(PayURig.Key, Txn) with { IsByAddress = true };
        Assert.True(Assert.IsType<WebhookReading.About>(await ReadAsync(callback)).IsProven);
        callback = Refund(PayURig.Key, "by-hand") with { IsByAddress = true };
        Assert.True(Assert.IsType<WebhookReading.Unmatched>(await ReadAsync(callback)).IsProven);
    }

    [Fact]
    public async Task A_payments_event_is_proven_by_its_hash_whatever_its_address()
    {
        Assert.True((await ReadAsync(PayURig.Form(Txn, PayURig.Salt))).IsProven);
        var forged = PayURig.Form(Txn, "another salt") with { IsByAddress = true };
        Assert.IsType<WebhookReading.Forged>(await ReadAsync(forged));
    }

    [Fact]
    public async Task A_refunds_callback_that_is_not_ours_matches_nothing() =>
        Assert.False(
            Assert.IsType<WebhookReading.Unmatched>(await ReadAsync(Refund(PayURig.Key, "by-hand"))).IsProven);

    [Fact]
    public async Task Another_merchants_callback_is_forged() =>
        Assert.IsType<WebhookReading.Forged>(await ReadAsync(Refund("OTHER", Txn)));

    [Fact]
    public async Task An_event_that_nothing_acts_on_is_irrelevant() =>
        Assert.IsType<WebhookReading.Irrelevant>(
            await ReadAsync(PayURig.Json($$"""{"action":"dispute","key":"{{PayURig.Key}}"}""")));

    // Its address is one that does not exist.
    [Fact]
    public async Task A_callback_about_a_refund_that_is_not_ours_is_fetched_within_the_budget()
    {
        var callback = Refund(PayURig.Key, Txn);
        callback = callback with
        {
            IsByAddress = true,
            Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(callback.Body.Span).Replace(
                PayUMapping.RefundToken(ConnectorRig.Refund), "by-hand", StringComparison.Ordinal)),
        };
        var taken = new List<bool>();
        Assert.IsType<WebhookReading.Unavailable>(await ReadAsync(callback with
        {
            MayQueryAsync = isProven =>
            {
                taken.Add(isProven);
                return ValueTask.FromResult(false);
            },
        }));
        Assert.Equal([true], taken);
        var failed = Encoding.UTF8.GetString(callback.Body.Span).Replace(
            "\"success\"", "\"failure\"", StringComparison.Ordinal);
        Assert.IsType<WebhookReading.About>(
            await ReadAsync(callback with { Body = Encoding.UTF8.GetBytes(failed) }));
    }

    private static InboundWebhook Refund(string key, string txnId) => PayURig.Json($$"""
        {"action":"refund","status":"success","mihpayid":"{{PayURig.Pay}}","request_id":"1","token":"{{PayUMapping.RefundToken(ConnectorRig.Refund)}}","amt":"1.00","bank_ref_num":" 1 ",
        "bank_arn":123,"refund_mode":null,"merchantTxnId":"{{txnId}}","key":"{{key}}","remark":"","additionalValue1":""}
        """);

    private static InboundWebhook With(InboundWebhook webhook, string word, string other) => webhook with
    {
        Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(webhook.Body.Span)
            .Replace(
                $"unmappedstatus={word}", $"unmappedstatus={Uri.EscapeDataString(other)}", StringComparison.Ordinal)),
    };

    private ValueTask<WebhookReading> ReadAsync(InboundWebhook webhook, ProviderCredentials? credentials = null) => _rig
        .Create(options => options.BaseUrl = new Uri("https://payu.example/"), TimeProvider.System, new CapturedLogs())
        .ReadWebhookAsync(webhook, credentials ?? _rig.Credentials);
}
