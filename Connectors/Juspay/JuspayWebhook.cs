using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Juspay;

/// <summary>Juspay's webhooks: docs.juspay.io (webhooks, webhook events and sample payloads). A user and a password say
/// who sends them. Over TLS their order is trusted as an order's status is; otherwise nothing protects what they say,
/// and they are hints. So are events of refunds of ours: an order has all of its refunds, and none is named as the one
/// that the event is about. Those that this engine did not request are reported with each.</summary>
internal static class JuspayWebhook
{
    /// <summary>The credential with the user that the dashboard was given.</summary>
    public const string Username = "webhook_username";

    /// <summary>The credential with its password.</summary>
    public const string Password = "webhook_password";

    /// <summary>Their bodies have a few kilobytes.</summary>
    private const int MaxBody = 262_144;

    public static WebhookReading Read(InboundWebhook webhook, ProviderCredentials credentials)
    {
        if (!IsFromJuspay(webhook, credentials[Username].Reveal(), credentials[Password].Reveal()))
        {
            return new WebhookReading.Forged();
        }

        if (webhook.Body.Length > MaxBody)
        {
            return new WebhookReading.Malformed("the body is too large");
        }

        EventObject? body;
        try
        {
            body = JsonSerializer.Deserialize(webhook.Body.Span, JuspayJson.Default.EventObject);
        }
        catch (JsonException)
        {
            return new WebhookReading.Malformed("the body is not the documented JSON");
        }

        if (!IsWord(body?.EventName, 64) || !IsWord(body!.Id, 128))
        {
            return new WebhookReading.Malformed("the event has no type or no id");
        }

        var (id, type) = (body.Id!, body.EventName!);
        if (!type.StartsWith("ORDER_", StringComparison.Ordinal)
            && !type.StartsWith("TXN_", StringComparison.Ordinal)
            && !type.Contains("REFUND", StringComparison.Ordinal))
        {
            return new WebhookReading.Irrelevant(id, type);
        }

        // The attempt names its order, so that an order that carries another's attempt is none of ours.
        if (body.Content is not { } content
            || Part(content.Order, JuspayJson.Default.EventOrder) is not { } named
            || !AttemptId.TryParse(named.Udf6, out var attempt)
            || !JuspayReading.IsOrder(named.OrderId, JuspayMapping.OrderId(attempt)))
        {
            return new WebhookReading.Unmatched(id, type);
        }

        var order = webhook.IsSecure ? Part(content.Order, JuspayJson.Default.OrderObject) : null;
        if (type.Contains("REFUND", StringComparison.Ordinal))
        {
            return JuspayReading.OtherRefunds(order, attempt) is { } others
                ? new WebhookReading.OfProviderRefunds(id, attempt, others) { IsAboutOurs = true }
                : new WebhookReading.About(id, attempt);
        }

        return Outcome(order, attempt) is { } outcome
            ? new WebhookReading.OfCharge(id, attempt, outcome)
            : new WebhookReading.About(id, attempt);
    }

    // Null: it does not say how the charge ended. The order's name is made of the attempt's, and not Juspay's own.
    private static ProviderOutcome? Outcome(OrderObject? order, AttemptId attempt) =>
        JuspayReading.Charge(order, JuspayMapping.OrderId(attempt)) is { } outcome
            and (ProviderOutcome.Succeeded or ProviderOutcome.Declined or ProviderOutcome.Pending)
                ? outcome with { ProviderOrder = null }
                : null;

    // An order with a member of another type than documented still tells whose it is.
    private static T? Part<T>(JsonElement element, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return element.ValueKind == JsonValueKind.Object ? element.Deserialize(type) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsFromJuspay(InboundWebhook webhook, string username, string password)
    {
        const string Scheme = "Basic ";
        if (username.Length == 0
            || password.Length == 0
            || !webhook.Headers.TryGetValue("authorization", out var header)
            || header.Length > 1_024
            || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        Span<byte> claimed = stackalloc byte[1_024];
        return Convert.TryFromBase64Chars(header.AsSpan(Scheme.Length), claimed, out var length)
            && CryptographicOperations.FixedTimeEquals(
                claimed[..length], Encoding.UTF8.GetBytes($"{username}:{password}"));
    }

    private static bool IsWord(string? text, int longest) =>
        text is not null
            && text.Length > 0
            && text.Length <= longest
            && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
