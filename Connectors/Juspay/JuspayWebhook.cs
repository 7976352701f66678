using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Connectors.Juspay;

/// <summary>Juspay's webhooks: docs.juspay.io (webhooks, webhook events and sample payloads). A user and a password say
/// who sends them, and nothing signs what they say, so that each is only a reason for a status query.</summary>
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
        return body.Content?.Order is { } order
            && AttemptId.TryParse(order.Udf6, out var attempt)
            && string.Equals(JuspayMapping.OrderId(attempt), order.OrderId, StringComparison.OrdinalIgnoreCase)
                ? new WebhookReading.About(id, attempt)
                : new WebhookReading.Unmatched(id, type);
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
