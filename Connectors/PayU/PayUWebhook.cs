using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.PayU;

/// <summary>PayU's webhooks (docs.payu.in/docs/webhooks, …/reference-link/refund-status-callback). A payment's is a
/// form whose hash covers status, amount and txnid, which are trusted. A refund's is JSON without a hash: only the
/// address that it came to can prove it, and it is a hint in any case; where it is about a refund that is not ours, the
/// payment's refunds are fetched.</summary>
/// <remarks>The hash covers neither the payment's id nor the bank's reference, and the customer's browser carries the
/// same hash, so that both are left out. Nor does it cover <c>unmappedstatus</c>, which tells paid from authorised: a
/// success that calls itself captured is one, where PayU captures automatically; the payment compares.</remarks>
internal static class PayUWebhook
{
    /// <summary>They have a few kilobytes.</summary>
    private const int MaxBody = 131_072;

    private const int MaxFields = 256;

    /// <summary>Reads a webhook.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="credentials">The merchant's credentials.</param>
    /// <param name="isOfOther">Whether it is about a refund that was paid out and that this engine did not
    /// request.</param>
    public static WebhookReading Read(
        InboundWebhook webhook, ProviderCredentials credentials, out bool isOfOther)
    {
        isOfOther = false;
        if (webhook.Body.Length is 0 or > MaxBody)
        {
            return new WebhookReading.Forged();
        }

        var key = credentials[PayUApi.Key].Reveal();
        return webhook.Body.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..]
            ? OfRefund(webhook.Body, key, out isOfOther) with { IsProven = webhook.IsByAddress }
            : OfPayment(webhook.Body, key, credentials[PayUApi.Salt].Reveal());
    }

    private static WebhookReading OfPayment(ReadOnlyMemory<byte> body, string key, string salt)
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

        // Nothing names the event but what is signed, and the word that tells an authorisation from its capture.
        var word = PayUReading.Word(Field("unmappedstatus"));
        var id = Id(Encoding.UTF8.GetBytes($"{Field("hash").ToLowerInvariant()} {word}"));
        return !AttemptId.TryParse(Field("txnid"), out var attempt) ? new WebhookReading.Unmatched(id, "payment")
            : Outcome(Field, word) is { } outcome ? new WebhookReading.OfCharge(id, attempt, outcome)
            : new WebhookReading.About(id, attempt);
    }

    // Null: it does not say how the payment ended. What is not signed may make a success or a failure doubtful, and
    // never makes one.
    private static ProviderOutcome? Outcome(Func<string, string> field, string word)
    {
        var details = new ChargeDetails
        {
            // Not signed, and left out again.
            PaymentId = "0",
            Status = field("status"),
            UnmappedStatus = word,
            TransactionAmount = field("amount"),
            Mode = field("mode"),
            ErrorCode = field("error"),
            ErrorMessage = field("error_Message"),
            BankMessage = field("field9"),
        };
        return PayUReading.Outcome(details) switch
        {
            ProviderOutcome.Succeeded { Stage: ChargeStage.Captured } captured => captured with
            {
                ProviderReference = null,
            },
            // That it was PayU's own fault would send the payment to another provider, and is not signed.
            ProviderOutcome.Declined { Failure.Party: not FailureParty.Provider } declined => declined with
            {
                ProviderReference = null,
            },
            ProviderOutcome.Pending when IsPending(details.Status) => new ProviderOutcome.Pending(),
            _ => null,
        };
    }

    private static bool IsPending(string? status) =>
        string.Equals(status, "pending", StringComparison.OrdinalIgnoreCase);

    private static string Id(ReadOnlySpan<byte> named) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(named))}";

    private static WebhookReading OfRefund(ReadOnlyMemory<byte> body, string key, out bool isOfOther)
    {
        isOfOther = false;
        // Nothing else names the event; the same event is sent again with the same bytes.
        var id = Id(body.Span);
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

        isOfOther = AttemptId.TryParse(callback.TxnId, out var attempt)
            && callback.Action == "refund"
            && string.Equals(callback.Status, "success", StringComparison.OrdinalIgnoreCase)
            && !OwnRefunds.Has(attempt.Payment, callback.Token, PayUMapping.RefundToken);
        return callback.Action switch
        {
            "refund" or "capture" or "cancel" when AttemptId.TryParse(callback.TxnId, out _) =>
                new WebhookReading.About(id, attempt),
            "refund" or "capture" or "cancel" => new WebhookReading.Unmatched(id, callback.Action),
            _ => new WebhookReading.Irrelevant(id, "other"),
        };
    }
}
