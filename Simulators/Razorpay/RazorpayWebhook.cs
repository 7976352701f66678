using System.Text.Json;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>
/// An event with the entities as they were. It is signed with the secret of its time: after a rotation, old events
/// still carry the old secret's signature.
/// </summary>
internal sealed class RazorpayWebhook(RazorpayBook book, RazorpayAccount account, RazorpayEvent told) : WebhookMessage
{
    public required RazorpayPayment Payment { get; init; }

    public required RazorpayOrder? Order { get; init; }

    public required RazorpayRefund? Refund { get; init; }

    public string EventId => told.Id;

    public override string Receiver => account.KeyId;

    public override Uri? Url =>
        book.Account(account.KeyId) is { HasWebhook: true } current ? new Uri(current.WebhookUrl!) : null;

    public override DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeMilliseconds(told.CreatedAt);

    public override DialBoard Dials => book.Dials;

    public override WebhookContent Render()
    {
        var body = JsonBytes.Write(this, static (json, webhook) => webhook.Write(json));
        return new WebhookContent(body,
        [
            new("X-Razorpay-Signature", RazorpaySignature.OfWebhook(account.WebhookSecret!, body)),
            new("x-razorpay-event-id", told.Id),
        ]);
    }

    public override void Completed() => book.Complete(this);

    public override void GivenUp() => book.DisableWebhook(this);

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("entity", "event");
        json.WriteString("account_id", account.AccountId);
        json.WriteString("event", told.Name);
        json.WriteStartArray("contains");
        if (Refund is not null)
        {
            json.WriteStringValue("refund");
        }

        json.WriteStringValue("payment");
        if (Order is not null)
        {
            json.WriteStringValue("order");
        }

        json.WriteEndArray();
        json.WriteStartObject("payload");
        if (Refund is not null)
        {
            WriteEntity(json, "refund", Refund, RazorpayJson.Write);
        }

        WriteEntity(json, "payment", Payment, RazorpayJson.Write);
        if (Order is not null)
        {
            WriteEntity(json, "order", Order, static (writer, order) => RazorpayJson.Write(writer, order));
        }

        json.WriteEndObject();
        json.WriteNumber("created_at", told.CreatedAt / 1000);
        json.WriteEndObject();
    }

    private static void WriteEntity<T>(Utf8JsonWriter json, string name, T entity, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartObject(name);
        json.WritePropertyName("entity");
        write(json, entity);
        json.WriteEndObject();
    }
}
