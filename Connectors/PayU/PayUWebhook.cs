using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Connectors.PayU;

/// <summary>PayU's webhooks (docs.payu.in/docs/webhooks, …/reference-link/refund-status-callback). A payment's is a
/// form whose hash covers status, amount and txnid, but neither <c>unmappedstatus</c>, which tells paid from
/// authorised, nor the payment's id; and the customer's browser carries the same hash. A refund's is JSON without any.
/// So both are hints, and the engine sends a status query.</summary>
internal static class PayUWebhook
{
    /// <summary>They have a few kilobytes.</summary>
    private const int MaxBody = 131_072;

    private const int MaxFields = 256;

    public static WebhookReading Read(InboundWebhook webhook, ProviderCredentials credentials)
    {
        if (webhook.Body.Length is 0 or > MaxBody)
        {
            return new WebhookReading.Forged();
        }

        // Nothing else names the event; the same event is sent again with the same bytes.
        var id = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(webhook.Body.Span))}";
        var key = credentials[PayUApi.Key].Reveal();
        return webhook.Body.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..]
            ? OfRefund(id, webhook.Body, key)
            : OfPayment(id, webhook.Body, key, credentials[PayUApi.Salt].Reveal());
    }

    private static WebhookReading OfPayment(string id, ReadOnlyMemory<byte> body, string key, string salt)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in new QueryStringEnumerable(Encoding.UTF8.GetString(body.Span)))
        {
            // With a duplicated field, one could be hashed and the other be read.
            if (fields.Count == MaxFields
                || !fields.TryAdd(pair.DecodeName().ToString(), pair.DecodeValue().ToString()))
            {
                return new WebhookReading.Forged();
            }
        }

        string Field(string name) => fields.GetValueOrDefault(name, "");
        if (!PayUSignature.IsResponse(Field, key, salt))
        {
            return new WebhookReading.Forged();
        }

        return AttemptId.TryParse(Field("txnid"), out var attempt)
            ? new WebhookReading.About(id, attempt)
            : new WebhookReading.Unmatched(id, "payment");
    }

    private static WebhookReading OfRefund(string id, ReadOnlyMemory<byte> body, string key)
    {
        RefundCallback? callback;
        try
        {
            callback = JsonSerializer.Deserialize(body.Span, PayUJson.Default.RefundCallback);
        }
        catch (JsonException)
        {
            // Unsigned, so not trusted.
            return new WebhookReading.Forged();
        }

        // The key is no secret; it only keeps another merchant's callbacks out.
        if (callback?.Key is not { Length: > 0 } claimed || claimed != key)
        {
            return new WebhookReading.Forged();
        }

        return callback.Action switch
        {
            "refund" or "capture" or "cancel" when AttemptId.TryParse(callback.TxnId, out var attempt) =>
                new WebhookReading.About(id, attempt),
            "refund" or "capture" or "cancel" => new WebhookReading.Unmatched(id, callback.Action),
            _ => new WebhookReading.Irrelevant(id, "other"),
        };
    }
}
