using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Razorpay;

/// <summary>Razorpay's webhooks: razorpay.com/docs/webhooks (validate-test, payments, orders, refunds).</summary>
internal static class RazorpayWebhook
{
    /// <summary>The credential's name. It is the webhook's own secret, not the key's.</summary>
    public const string Secret = "webhook_secret";

    /// <summary>Their bodies have a few kilobytes.</summary>
    private const int MaxBody = 262_144;

    public static WebhookReading Read(InboundWebhook webhook, Grains.Abstractions.Secrets.Secret secret)
    {
        if (!IsSigned(webhook, secret))
        {
            return new WebhookReading.Forged();
        }

        if (webhook.Body.Length > MaxBody)
        {
            return new WebhookReading.Malformed("the body is too large");
        }

        EventBody? body;
        try
        {
            body = JsonSerializer.Deserialize(webhook.Body.Span, RazorpayJson.Default.EventBody);
        }
        catch (JsonException)
        {
            return new WebhookReading.Malformed("the body is not the documented JSON");
        }

        if (body?.Event is not { Length: > 0 and <= 64 } type || !IsPrintable(type))
        {
            return new WebhookReading.Malformed("the event has no type");
        }

        var id = EventId(webhook);
        return type switch
        {
            "payment.authorized" or "payment.captured" or "payment.failed" or "order.paid" =>
                OfCharge(id, type, body.Payload),
            "refund.created" or "refund.processed" or "refund.failed" =>
                OfRefund(id, type, body.Payload),
            _ => new WebhookReading.Irrelevant(id, type),
        };
    }

    private static WebhookReading OfCharge(string id, string type, EventPayload? payload)
    {
        var payment = payload?.Payment?.Entity;
        if (RazorpayMapping.Outcome(payment) is not { } outcome)
        {
            return new WebhookReading.Malformed("the payment is unreadable");
        }

        var order = payload!.Order?.Entity is { } entity && entity.Id == payment!.OrderId ? entity : null;
        if (!AttemptId.TryParse(RazorpayMapping.Text(payment!.Notes, RazorpayMapping.AttemptNote), out var attempt)
            && !AttemptId.TryParse(order?.Receipt, out attempt))
        {
            return new WebhookReading.Unmatched(id, type);
        }

        // Notes are the payer's browser's to write. The order is not: the payment compares it with its attempt's.
        return payment.OrderId is null
            ? new WebhookReading.About(id, attempt)
            : new WebhookReading.OfCharge(id, attempt, outcome);
    }

    private static WebhookReading OfRefund(string id, string type, EventPayload? payload)
    {
        var refund = payload?.Refund?.Entity;
        if (RazorpayMapping.Outcome(refund) is not { } outcome)
        {
            return new WebhookReading.Malformed("the refund is unreadable");
        }

        return RefundId.TryParse(refund!.Receipt, out var ours)
            || RefundId.TryParse(RazorpayMapping.Text(refund.Notes, RazorpayMapping.RefundNote), out ours)
                ? new WebhookReading.OfRefund(id, ours, outcome)
                : OfDashboard(id, type, refund, outcome, payload!.Payment?.Entity);
    }

    // A refund that was made in Razorpay's dashboard, or by Razorpay: only the payment that comes with it is ours.
    private static WebhookReading OfDashboard(
        string id, string type, RefundEntity refund, ProviderOutcome outcome, PaymentEntity? payment) =>
        outcome is ProviderOutcome.Succeeded paidOut
        && payment?.OrderId is { } order
        && payment.Id == refund.PaymentId
        && AttemptId.TryParse(RazorpayMapping.Text(payment.Notes, RazorpayMapping.AttemptNote), out var attempt)
            ? new WebhookReading.OfProviderRefunds(
                id,
                attempt,
                [
                    new ProviderRefund
                    {
                        ProviderReference = paidOut.ProviderReference!,
                        Amount = paidOut.Amount,
                        BankReference = paidOut.BankReference,
                        ProviderOrder = order,
                    },
                ])
            : new WebhookReading.Unmatched(id, type);

    /// <summary><c>X-Razorpay-Signature</c> is the hex HMAC-SHA256 of the body's bytes under the webhook's own
    /// secret.</summary>
    private static bool IsSigned(InboundWebhook webhook, Grains.Abstractions.Secrets.Secret secret)
    {
        var key = Encoding.UTF8.GetBytes(secret.Reveal());
        Span<byte> claimed = stackalloc byte[HMACSHA256.HashSizeInBytes];
        // Anyone can sign with an empty secret.
        if (key.Length == 0
            || !webhook.Headers.TryGetValue("x-razorpay-signature", out var text)
            || text.Length != 2 * HMACSHA256.HashSizeInBytes
            || Convert.FromHexString(text, claimed, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, webhook.Body.Span, expected);
        return CryptographicOperations.FixedTimeEquals(claimed, expected);
    }

    /// <summary>The header names the event, so that it is processed once; it is not signed. Without a usable one the
    /// signed body names itself.</summary>
    private static string EventId(InboundWebhook webhook) =>
        webhook.Headers.TryGetValue("x-razorpay-event-id", out var id) && id.Length is > 0 and <= 128 && IsPrintable(id)
            ? id
            : $"sha256:{Convert.ToHexStringLower(SHA256.HashData(webhook.Body.Span))}";

    private static bool IsPrintable(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
