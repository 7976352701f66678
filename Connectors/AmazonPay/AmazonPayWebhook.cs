using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.AmazonPay;

/// <summary>
/// Instant payment notifications (…/amazon-pay-checkout/set-up-instant-payment-notifications.html): an SNS envelope
/// with SNS's signature, around a message that names an object and says nothing of its state.
/// </summary>
/// <remarks>SNS's signature proves that SNS sent it, for whichever topic of whichever customer of SNS's. Only the topic
/// that the merchant's credentials name proves Amazon Pay; without one a notification is a hint. Nothing of it is
/// trusted in any case: the object is fetched, and leads to the attempt that the engine then queries. A charge of a
/// saved wallet cannot be queried without its id, so what was fetched of it is said: that is Amazon's own word, under
/// the merchant's signature. So is a refund that was paid out: it has no reference of ours, so that one that was made
/// in Seller Central looks like ours until its id is compared.</remarks>
internal sealed class AmazonPayWebhook(AmazonPayApi api, AmazonPayCertificates certificates, TimeProvider time)
    : IDisposable
{
    /// <summary>Notifications have two kilobytes.</summary>
    private const int MaxBody = 65_536;

    // Older documentation has notifications repeated for two weeks; known ones are remembered for longer.
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(15);
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(15);

    public async Task<WebhookReading> ReadAsync(InboundWebhook webhook, ProviderCredentials credentials)
    {
        // The signature is inside, so what cannot be read has none.
        if (webhook.Body.Length > MaxBody
            || Read(
                webhook.Body.Span,
                AmazonPayJson.Default.Envelope) is not { Type: "Notification", Message: { } text } envelope
            || !certificates.IsTrusted(envelope.SigningCertUrl)
            || !IsTimely(envelope.Timestamp)
            || !IsOfTopic(envelope, credentials, out var isPinned))
        {
            return new WebhookReading.Forged();
        }

        // Rightly signed or not, for another merchant: no certificate is fetched for it.
        var notification = Read(Encoding.UTF8.GetBytes(text), AmazonPayJson.Default.Notification);
        if (notification is not null
            && notification.MerchantId != credentials[AmazonPayAccount.MerchantIdName].Reveal())
        {
            return new WebhookReading.Forged();
        }

        var (key, problem) = await certificates.GetAsync(envelope.SigningCertUrl!, isPinned);
        if (problem is not null)
        {
            return new WebhookReading.Unavailable(problem);
        }

        if (key is null || !IsSigned(envelope, key))
        {
            return new WebhookReading.Forged();
        }

        if (notification is null
            || notification.NotificationId is not { Length: > 0 and <= 128 } id
            || notification.ObjectType is not { Length: > 0 and <= 64 } type
            || !IsPrintable(id)
            || !IsPrintable(type))
        {
            return new WebhookReading.Malformed("the message is not the documented JSON");
        }

        if (type is not ("CHARGE" or "REFUND" or "CHARGE_PERMISSION"))
        {
            return new WebhookReading.Irrelevant(id, type) { IsProven = isPinned };
        }

        if (!AmazonPayMapping.IsId(notification.ObjectId))
        {
            return new WebhookReading.Malformed("the object's id is malformed");
        }

        if (!AmazonPayAccount.TryOpen(credentials, out var account))
        {
            return new WebhookReading.Unavailable("the credentials are malformed");
        }

        using (account)
        {
            var found = await FindAsync(
                new Budgeted(api, account, () => webhook.MayQueryAsync(isPinned)), id, type, notification.ObjectId);
            return found with { IsProven = isPinned };
        }
    }

    public void Dispose() => certificates.Dispose();

    // Without a topic to compare, any will do.
    private static bool IsOfTopic(Envelope envelope, ProviderCredentials credentials, out bool isPinned)
    {
        isPinned = credentials.TryGet(AmazonPayAccount.TopicName, out var topic);
        return !isPinned || envelope.TopicArn == topic!.Reveal();
    }

    private bool IsTimely(string? timestamp) =>
        DateTimeOffset.TryParse(
            timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var published)
        && time.GetUtcNow() - published is var age
        && age <= Oldest
        && age >= -Ahead;

    private static async Task<WebhookReading> FindAsync(Budgeted account, string id, string type, string objectId)
    {
        var (charge, permission) = type switch
        {
            "CHARGE" => (objectId, (string?)null),
            "CHARGE_PERMISSION" => ((string?)null, objectId),
            _ => (null, null),
        };
        ProviderRefund? paidOut = null;
        if (type == "REFUND")
        {
            // A refund carries no reference of ours; its charge does.
            var refund = await account.QueryAsync($"refunds/{objectId}", AmazonPayJson.Default.RefundEntity);
            if (refund.Value is null)
            {
                return NotThere(refund, id, type);
            }

            charge = refund.Value.ChargeId;
            paidOut = refund.Value.RefundId == objectId ? AmazonPayMapping.PaidOut(refund.Value) : null;
        }

        if (AmazonPayMapping.IsId(charge))
        {
            var response = await account.QueryAsync($"charges/{charge}", AmazonPayJson.Default.ChargeEntity);
            if (response.Value is null)
            {
                return NotThere(response, id, type);
            }

            if (AttemptId.TryParse(response.Value.MerchantMetadata?.MerchantReferenceId, out var attempt))
            {
                return type == "CHARGE"
                    && response.Value.ChargeInitiator is not null
                    && response.Value.ChargeId == charge
                    && AmazonPayMapping.Outcome(response.Value, order: null) is { } outcome
                        ? new WebhookReading.OfCharge(id, attempt, outcome)
                        : Of(attempt);
            }

            permission = response.Value.ChargePermissionId;
        }

        if (!AmazonPayMapping.IsId(permission))
        {
            return new WebhookReading.Unmatched(id, type);
        }

        // The session's reference is on its permission in any case.
        var found =
            await account.QueryAsync($"chargePermissions/{permission}", AmazonPayJson.Default.PermissionEntity);
        if (found.Value is null)
        {
            return NotThere(found, id, type);
        }

        // A saved wallet belongs to no attempt; its status is queried whenever it is shown or charged.
        if (type == "CHARGE_PERMISSION" && found.Value.ChargePermissionType == AmazonPayMapping.OnFile)
        {
            return new WebhookReading.Irrelevant(id, type);
        }

        return AttemptId.TryParse(found.Value.MerchantMetadata?.MerchantReferenceId, out var named)
            ? Of(named)
            : new WebhookReading.Unmatched(id, type);

        WebhookReading Of(AttemptId attempt) => paidOut is null
            ? new WebhookReading.About(id, attempt)
            : new WebhookReading.OfProviderRefunds(id, attempt, [paidOut]) { IsAboutOurs = true };
    }

    private static WebhookReading NotThere<T>(AmazonPayResponse<T> response, string id, string type)
        where T : class => response.IsMissing
            ? new WebhookReading.Unmatched(id, type)
            : new WebhookReading.Unavailable("the notification's object is unavailable");

    // Version 1 signs with SHA-1, version 2 with SHA-256, over the same lines in the order of their names
    // (docs.aws.amazon.com/sns, verifying the signatures of messages).
    internal static bool IsSigned(Envelope envelope, byte[] key)
    {
        HashAlgorithmName? digest = envelope.SignatureVersion switch
        {
            "1" => HashAlgorithmName.SHA1,
            "2" => HashAlgorithmName.SHA256,
            _ => null,
        };
        var signature = new byte[1_024];
        if (digest is null
            || envelope is not { MessageId: not null, Timestamp: not null, TopicArn: not null, Signature: { } text }
            || !Convert.TryFromBase64String(text, signature, out var length))
        {
            return false;
        }

        var lines = new StringBuilder(2_048)
            .Append("Message\n").Append(envelope.Message).Append('\n')
            .Append("MessageId\n").Append(envelope.MessageId).Append('\n');
        if (envelope.Subject is not null)
        {
            lines.Append("Subject\n").Append(envelope.Subject).Append('\n');
        }

        lines.Append("Timestamp\n").Append(envelope.Timestamp).Append('\n')
            .Append("TopicArn\n").Append(envelope.TopicArn).Append('\n')
            .Append("Type\n").Append(envelope.Type).Append('\n');
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(key, out _);
        return rsa.VerifyData(
            Encoding.UTF8.GetBytes(lines.ToString()), signature.AsSpan(0, length), digest.Value,
            RSASignaturePadding.Pkcs1);
    }

    private static T? Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsPrintable(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    // Each fetch is one of the merchant's status queries.
    private sealed class Budgeted(AmazonPayApi api, AmazonPayAccount account, Func<ValueTask<bool>> mayQuery)
    {
        public async Task<AmazonPayResponse<T>> QueryAsync<T>(string path, JsonTypeInfo<T> type)
            where T : class => await mayQuery()
                ? await api.QueryAsync(account, "query.notified", "notification", path, type)
                : new AmazonPayResponse<T>(null, "the status-query budget is exhausted");
    }
}
