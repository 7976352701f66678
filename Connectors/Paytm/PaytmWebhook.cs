using System.Collections.Frozen;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Paytm;

/// <summary>
/// Paytm's webhooks: a payment's end is a form with a checksum (developer.paytm.com/docs/payment-success-webhook), a
/// refund's is an envelope with a signature (paytmpayments.com/docs/success-refund-webhook).
/// </summary>
/// <remarks>
/// <para>The form's checksum covers the values, between bars, in the order of their names, and not the names: an owner
/// of a form can give its values other names. The form is trusted where that leads nowhere: the names are among the
/// documented ones, the seven that stand together from <c>MID</c> to <c>TXNAMOUNT</c> are all there, and no value has a
/// bar. A form that Paytm made has at most three values behind its amount, so that under other names a status, or an
/// attempt's id, would be something that is neither.</para>
/// <para>Any other form is a hint, and so is a refund's envelope, which does not say how the refund ended. The envelope
/// of a refund that is not ours names it: its status is fetched.</para>
/// </remarks>
internal static class PaytmWebhook
{
    // They have a few kilobytes and about twenty fields.
    private const int MaxBody = 65_536;
    private const int MaxFields = 64;

    // developer.paytm.com/docs/payment-status and …/payment-success-webhook.
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
        [
            "BANKNAME", "BANKTXNID", "CURRENCY", "CUSTID", "GATEWAYNAME", "MERC_UNQ_REF", "MID", "ORDERID",
            "PAYMENTMODE", "RESPCODE", "RESPMSG", "STATUS", "TXNAMOUNT", "TXNDATE", "TXNDATETIME", "TXNID",
            "CHECKSUMHASH",
        ],
        StringComparer.Ordinal);

    private static readonly string[] Required =
        ["MID", "ORDERID", "PAYMENTMODE", "RESPCODE", "RESPMSG", "STATUS", "TXNAMOUNT", "TXNID"];

    /// <summary>Reads a webhook.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="credentials">The merchant's credentials.</param>
    /// <param name="other">The name of a refund that it is about and that this engine did not request; null if it is
    /// about none.</param>
    public static WebhookReading Read(InboundWebhook webhook, ProviderCredentials credentials, out string? other)
    {
        other = null;
        var body = webhook.Body.Span;
        return body.Length is 0 or > MaxBody ? new WebhookReading.Forged()
            : body[0] == (byte)'{' ? OfEnvelope(body, credentials, out other)
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

        var reading = About(
            text, fields.GetValueOrDefault("MID"), fields.GetValueOrDefault("ORDERID"),
            fields.GetValueOrDefault("STATUS") ?? "callback", credentials);
        return reading is WebhookReading.About about && IsUnambiguous(fields) && Outcome(fields) is { } outcome
            ? new WebhookReading.OfCharge(about.EventId, about.Attempt, outcome)
            : reading;
    }

    private static bool IsUnambiguous(Dictionary<string, string> fields) =>
        fields.Keys.All(Names.Contains)
            && Array.TrueForAll(Required, fields.ContainsKey)
            && fields.Values.All(value => !value.Contains('|', StringComparison.Ordinal));

    // What a status says too, in other spellings. Null: it does not say how the payment ended.
    private static ProviderOutcome? Outcome(Dictionary<string, string> fields)
    {
        if (fields.GetValueOrDefault("CURRENCY", "INR") != "INR")
        {
            return null;
        }

        var response = new StatusResponse
        {
            OrderId = fields["ORDERID"],
            TxnId = fields["TXNID"],
            TxnAmount = fields["TXNAMOUNT"],
            BankTxnId = fields.GetValueOrDefault("BANKTXNID"),
            ResultInfo = new ResultInfo
            {
                ResultStatus = fields["STATUS"], ResultCode = fields["RESPCODE"], ResultMsg = fields["RESPMSG"],
            },
        };
        // The order's id is the attempt's, and not Paytm's own.
        return fields["STATUS"] is not ("TXN_SUCCESS" or "TXN_FAILURE" or "PENDING") ? null
            : PaytmMapping.Outcome(response, response.OrderId, requestType: null) is { } outcome
                and (ProviderOutcome.Succeeded or ProviderOutcome.Declined or ProviderOutcome.Pending)
                ? outcome with { ProviderOrder = null }
                : null;
    }

    private static WebhookReading OfEnvelope(
        ReadOnlySpan<byte> body, ProviderCredentials credentials, out string? other)
    {
        other = null;
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

        if (!PaytmApi.TryRead(text, PaytmJson.Wire.RefundNotice, out var notice))
        {
            return new WebhookReading.Malformed("the body is not the documented JSON");
        }

        other = notice.RefId is { Length: > 0 and <= 50 } name && !RefundId.TryParse(name, out _) ? name : null;
        return About(text, notice.Mid, notice.OrderId, notice.RefId is null ? "notice" : "refund", credentials);
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
