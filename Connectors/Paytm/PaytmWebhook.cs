using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Connectors.Paytm;

/// <summary>
/// Paytm's webhooks: a payment's end is a form with a checksum (developer.paytm.com/docs/payment-success-webhook), a
/// refund's is an envelope with a signature (paytmpayments.com/docs/success-refund-webhook).
/// </summary>
/// <remarks>The form's checksum covers the values in the order of their names and not the names, so that a value can be
/// passed off as another's; the refund's envelope does not say how the refund ended. Both tell of whom they speak, and
/// the engine sends a status query.</remarks>
internal static class PaytmWebhook
{
    // They have a few kilobytes and about twenty fields.
    private const int MaxBody = 65_536;
    private const int MaxFields = 64;

    public static WebhookReading Read(InboundWebhook webhook, ProviderCredentials credentials)
    {
        var body = webhook.Body.Span;
        return body.Length is 0 or > MaxBody ? new WebhookReading.Forged()
            : body[0] == (byte)'{' ? OfEnvelope(body, credentials)
            : OfForm(body, credentials);
    }

    private static WebhookReading OfForm(ReadOnlySpan<byte> body, ProviderCredentials credentials)
    {
        if (Fields(body) is not { } fields)
        {
            return new WebhookReading.Forged();
        }

        var text = PaytmChecksum.TextOf(fields);
        if (!PaytmChecksum.Verify(credentials[PaytmApi.MerchantKey], text, fields.GetValueOrDefault("CHECKSUMHASH")))
        {
            return new WebhookReading.Forged();
        }

        return About(
            text, fields.GetValueOrDefault("MID"), fields.GetValueOrDefault("ORDERID"),
            fields.GetValueOrDefault("STATUS") ?? "callback", credentials);
    }

    private static WebhookReading OfEnvelope(ReadOnlySpan<byte> body, ProviderCredentials credentials)
    {
        if (!PaytmApi.TryRead(body, PaytmJson.Wire.Envelope, out var envelope)
            || envelope.Body.ValueKind != JsonValueKind.Object)
        {
            return new WebhookReading.Forged();
        }

        var text = Encoding.UTF8.GetBytes(envelope.Body.GetRawText());
        if (!PaytmChecksum.Verify(credentials[PaytmApi.MerchantKey], text, envelope.Head?.Signature))
        {
            return new WebhookReading.Forged();
        }

        return PaytmApi.TryRead(text, PaytmJson.Wire.RefundNotice, out var notice)
            ? About(text, notice.Mid, notice.OrderId, notice.RefId is null ? "notice" : "refund", credentials)
            : new WebhookReading.Malformed("the body is not the documented JSON");
    }

    private static WebhookReading About(
        ReadOnlySpan<byte> text, string? mid, string? order, string type, ProviderCredentials credentials)
    {
        if (mid != credentials[PaytmApi.Mid].Reveal())
        {
            return new WebhookReading.Malformed("the webhook names another merchant");
        }

        // Nothing in it names the event; the same event has the same content, under a checksum of its own each time.
        var id = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(text))}";
        return order is null ? new WebhookReading.Malformed("the webhook names no order")
            : AttemptId.TryParse(order, out var attempt) ? new WebhookReading.About(id, attempt)
            : new WebhookReading.Unmatched(id, PaytmMapping.IsId(type) ? type : "callback");
    }

    /// <summary>The form's fields; null if it is no form, or has a duplicated name.</summary>
    private static Dictionary<string, string>? Fields(ReadOnlySpan<byte> body)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in Encoding.UTF8.GetString(body).Split('&', MaxFields + 1))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0
                || fields.Count == MaxFields
                || !fields.TryAdd(WebUtility.UrlDecode(pair[..equals]), WebUtility.UrlDecode(pair[(equals + 1)..])))
            {
                return null;
            }
        }

        return fields;
    }
}
