using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Paytm;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Paytm;

/// <summary>The form that tells how a payment ended (developer.paytm.com/docs/payment-status and
/// …/payment-success-webhook).</summary>
public sealed class PaytmWebhookTests
{
    private readonly PaytmRig _rig = new();

    private static string Order => ConnectorRig.Attempt.ToString();

    [Fact]
    public async Task A_payments_webhook_says_what_was_paid()
    {
        var charge = Assert.IsType<WebhookReading.OfCharge>(await ReadAsync(PaytmRig.Callback(Order)));

        Assert.Equal(ConnectorRig.Attempt, charge.Attempt);
        Assert.Equal(
            new ProviderOutcome.Succeeded
            {
                Stage = ChargeStage.Captured,
                Amount = Money.Of(12_345, Currency.Inr),
                ProviderReference = PaytmRig.Txn,
                BankReference = "400112345678",
            },
            charge.Outcome);
    }

    [Theory]
    [InlineData("TXN_FAILURE", "227", typeof(ProviderOutcome.Declined))]
    [InlineData("TXN_FAILURE", "810", typeof(ProviderOutcome.Declined))]
    [InlineData("TXN_FAILURE", "402", typeof(ProviderOutcome.Pending))]
    [InlineData("PENDING", "402", typeof(ProviderOutcome.Pending))]
    public async Task What_is_not_paid_is_distinguished(string status, string code, Type expected)
    {
        var form = PaytmRig.Callback(Order, status);
        form["RESPCODE"] = code;
        Assert.IsType(expected, Assert.IsType<WebhookReading.OfCharge>(await ReadAsync(form)).Outcome);
    }

    // What a status query would not take for an outcome either.
    [Theory]
    [InlineData("TXN_FAILURE", "501"), InlineData("TXN_FAILURE", "331"), InlineData("TXN_FAILURE", "330")]
    [InlineData("SUCCESS", "01"), InlineData("", "01"), InlineData("txn_success", "01")]
    public async Task What_says_no_outcome_is_a_hint(string status, string code)
    {
        var form = PaytmRig.Callback(Order, status);
        form["RESPCODE"] = code;
        Assert.IsType<WebhookReading.About>(await ReadAsync(form));
    }

    [Theory]
    [InlineData("TXNAMOUNT", "1e3"), InlineData("TXNAMOUNT", "0"), InlineData("TXNAMOUNT", "123.456")]
    [InlineData("TXNID", ""), InlineData("CURRENCY", "USD"), InlineData("UNDOCUMENTED", "1")]
    [InlineData("RESPMSG", "Txn|Success"), InlineData("CUSTID", "a|b")]
    public async Task A_form_that_can_be_read_in_two_ways_is_a_hint(string name, string value)
    {
        var form = PaytmRig.Callback(Order);
        form[name] = value;
        Assert.IsType<WebhookReading.About>(await ReadAsync(form));
    }

    [Theory]
    [InlineData("PAYMENTMODE"), InlineData("RESPCODE"), InlineData("RESPMSG"), InlineData("STATUS")]
    [InlineData("TXNAMOUNT"), InlineData("TXNID")]
    public async Task A_form_without_what_must_be_there_is_a_hint(string name)
    {
        var form = PaytmRig.Callback(Order);
        form.Remove(name);
        Assert.IsType<WebhookReading.About>(await ReadAsync(form));
    }

    // The checksum leaves the names out: the same values under other names have the same text.
    [Fact]
    public async Task The_values_of_a_form_under_other_names_are_not_trusted()
    {
        var genuine = PaytmRig.Callback("SHOP-17", "TXN_FAILURE");
        genuine["CUSTID"] = $"{PaytmRig.Mid}|{Order}|UPI|01|ok|TXN_SUCCESS|123.45";
        var text = PaytmChecksum.TextOf(genuine);
        string[] values = System.Text.Encoding.UTF8.GetString(text).Split('|');
        string[] names =
        [
            "BANKNAME", "BANKTXNID", "CURRENCY", "MID", "ORDERID", "PAYMENTMODE", "RESPCODE", "RESPMSG", "STATUS",
            "TXNAMOUNT", "TXNDATE",
        ];
        var forged = names.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        forged["TXNID"] = string.Join('|', values[names.Length..]);
        Assert.Equal(text, PaytmChecksum.TextOf(forged));

        Assert.IsType<WebhookReading.About>(await ReadAsync(forged));
    }

    [Fact]
    public async Task The_same_event_has_the_same_id_and_another_has_another()
    {
        var first = Assert.IsType<WebhookReading.OfCharge>(await ReadAsync(PaytmRig.Callback(Order)));
        var again = Assert.IsType<WebhookReading.OfCharge>(await ReadAsync(PaytmRig.Callback(Order)));
        var other = Assert.IsType<WebhookReading.OfCharge>(await ReadAsync(PaytmRig.Callback(Order, "PENDING")));

        Assert.Equal(first.EventId, again.EventId);
        Assert.NotEqual(first.EventId, other.EventId);
    }

    [Fact]
    public async Task What_is_not_ours_is_distinguished()
    {
        Assert.IsType<WebhookReading.Unmatched>(await ReadAsync(PaytmRig.Callback("ORDER_1001")));
        Assert.IsType<WebhookReading.Malformed>(await ReadAsync(PaytmRig.Callback(Order, mid: "OTHER")));
        var nameless = PaytmRig.Callback(Order);
        nameless.Remove("ORDERID");
        Assert.IsType<WebhookReading.Malformed>(await ReadAsync(nameless));
    }

    private ValueTask<WebhookReading> ReadAsync(Dictionary<string, string> form) => _rig
        .Create(options => options.BaseUrl = new Uri("https://paytm.example/"), TimeProvider.System, new CapturedLogs())
        .ReadWebhookAsync(PaytmRig.Form(PaytmRig.Key, form), _rig.Credentials);
}
