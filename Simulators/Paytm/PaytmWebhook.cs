using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>
/// A payment's end as a form, a refund's as an envelope (paytmpayments.com/docs/success-refund-webhook), of the
/// entities as they were. Both are signed with the merchant's key of the moment, each time with a salt of its own.
/// </summary>
internal sealed class PaytmWebhook(PaytmBook book, PaytmAccount account, PaytmEvent told) : WebhookMessage
{
    public required PaytmOrder Order { get; init; }

    public required PaytmTxn Txn { get; init; }

    public required PaytmRefund? Refund { get; init; }

    public string EventId => told.Id;

    public override string Receiver => account.Mid;

    public override Uri? Url =>
        book.Account(account.Mid) is { HasWebhook: true } current ? new Uri(current.WebhookUrl!) : null;

    public override DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeMilliseconds(told.CreatedAt);

    public override DialBoard Dials => book.Dials;

    public override WebhookContent Render() => Refund is null
        ? new WebhookContent(PaytmCallback.Form(PaytmCallback.Fields(book, Order, Txn)), [])
        {
            ContentType = "application/x-www-form-urlencoded", AmountMark = "TXNAMOUNT=",
        }
        : new WebhookContent(Envelope(Refund), []) { AmountMark = "\"refundAmount\":\"" };

    public override void Completed() => book.Complete(this);

    public override void GivenUp() => book.DisableWebhook(this);

    private byte[] Envelope(PaytmRefund refund)
    {
        var body = JsonBytes.Write((refund, Txn), static (json, parts) =>
        {
            json.WriteStartObject();
            PaytmRefunds.Write(json, parts.refund, parts.Txn);
            json.WriteEndObject();
        });
        var signature = PaytmChecksum.Make(book.Account(account.Mid)!.MerchantKey, body);
        return JsonBytes.Write((body, signature), static (json, parts) =>
        {
            json.WriteStartObject();
            json.WriteStartObject("head");
            json.WriteString("version", "v1");
            json.WriteString("signature", parts.signature);
            json.WriteEndObject();
            json.WritePropertyName("body");
            json.WriteRawValue(parts.body);
            json.WriteEndObject();
        });
    }
}
