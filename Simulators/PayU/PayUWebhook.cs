using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.PayU;

/// <summary>An event with the entities as they were: a payment's as a form with its hash, a refund's as JSON without
/// one.</summary>
internal sealed class PayUWebhook(PayUBook book, PayUAccount account, PayUEvent told) : WebhookMessage
{
    public required PayUPayment Payment { get; init; }

    public required PayUAction? Action { get; init; }

    public string EventId => told.Id;

    public override string Receiver => account.Key;

    public override Uri? Url
    {
        get
        {
            var current = book.Account(account.Key);
            var url = Action?.CallbackUrl ?? (current is { HasWebhook: true } ? current.WebhookUrl : null);
            return url is null ? null : new Uri(url);
        }
    }

    public override DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeMilliseconds(told.CreatedAt);

    public override DialBoard Dials => book.Dials;

    public override WebhookContent Render() => Action is { } action
        ? new WebhookContent(
            JsonBytes.Write((Payment, action), static (json, both) => Write(json, both.Payment, both.action)), [])
        : new WebhookContent(Encoding.UTF8.GetBytes(Form()), []) { ContentType = "application/x-www-form-urlencoded" };

    public override void Completed() => book.Complete(this);

    public override void GivenUp() => book.DisableWebhook(this);

    private string Form() => string.Join('&', PayUFields.Of(Payment, account)
        .Select(
            field => $"{field.Key}={Uri.EscapeDataString(field.Value).Replace("%20", "+", StringComparison.Ordinal)}"));

    private static void Write(Utf8JsonWriter json, PayUPayment payment, PayUAction action)
    {
        json.WriteStartObject();
        json.WriteString("action", "refund");
        json.WriteString("status", action.State == PayUActionState.Success ? "success" : "failure");
        json.WriteString("mihpayid", payment.Id);
        json.WriteString("request_id", action.RequestId);
        json.WriteString("token", action.Token);
        json.WriteString("amt", PayUIds.Rupees(action.Amount));
        json.WriteString("bank_ref_num", payment.BankReference);
        json.WriteString("bank_arn", action.Arn);
        json.WriteString("refund_mode", "Back to Source");
        json.WriteString("merchantTxnId", payment.TxnId);
        json.WriteString("key", payment.Key);
        json.WriteString("remark", "");
        json.WriteString("additionalValue1", "");
        json.WriteString("additionalValue2", "");
        json.WriteEndObject();
    }
}
