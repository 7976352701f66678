using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>An event with its order as it was. Its body is not signed: a user and a password say who sends
/// it.</summary>
internal sealed class JuspayWebhook(JuspayBook book, JuspayAccount account, JuspayEvent told, JuspayView view)
    : WebhookMessage
{
    public string EventId => told.Id;

    public override string Receiver => account.MerchantId;

    // An order may name its own address; it gets the account's user and password too.
    public override Uri? Url => book.Account(account.MerchantId) switch
    {
        { WebhookDisabled: true } or null => null,
        var current => (view.Order.WebhookUrl ?? current.WebhookUrl) is { } url ? new Uri(url) : null,
    };

    public override DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeMilliseconds(told.CreatedAt);

    public override DialBoard Dials => book.Dials;

    public override WebhookContent Render()
    {
        var current = book.Account(account.MerchantId)!;
        var pair = Encoding.UTF8.GetBytes($"{current.WebhookUsername}:{current.WebhookPassword}");
        return new WebhookContent(
            JsonBytes.Write(this, static (json, webhook) => webhook.Write(json)),
            [new("Authorization", "Basic " + Convert.ToBase64String(pair))]);
    }

    public override void Completed() => book.Complete(this);

    public override void GivenUp() => book.DisableWebhook(this);

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", told.Id);
        json.WriteString("event_name", told.Name);
        json.WriteString("date_created", JuspayJson.Time(told.CreatedAt));
        json.WriteStartObject("content");
        json.WritePropertyName("order");
        JuspayJson.Write(json, view);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
