using System.Globalization;
using System.Text;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;
using PaymentCluster.Simulators.Webhooks;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>
/// An instant payment notification: an SNS envelope around a message that names an object and carries no state.
/// </summary>
internal sealed class AmazonPayNotification(AmazonPayBook book, AmazonPayCertificate certificate, AmazonPayEvent told)
    : WebhookMessage
{
    public string EventId => told.Id;

    public override string Receiver => told.KeyId;

    public override Uri? Url => Account is { IpnUrl: { } url, IpnDisabled: false } ? new Uri(url) : null;

    public override DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeMilliseconds(told.CreatedAt);

    public override DialBoard Dials => book.Dials;

    private AmazonPayAccount Account
    {
        get
        {
            lock (book.Gate)
            {
                return book.Account(told.KeyId)!;
            }
        }
    }

    public override WebhookContent Render()
    {
        var account = Account;
        var message = Encoding.UTF8.GetString(JsonBytes.Write((told, account.MerchantId), static (json, content) =>
        {
            json.WriteStartObject();
            json.WriteString("NotificationVersion", "V2");
            json.WriteString("NotificationType", "STATE_CHANGE");
            json.WriteString("NotificationId", content.told.Id);
            json.WriteString("MerchantID", content.MerchantId);
            json.WriteString("ObjectType", content.told.ObjectType);
            json.WriteString("ObjectId", content.told.ObjectId);
            json.WriteString("ChargePermissionId", content.told.PermissionId);
            json.WriteEndObject();
        }));
        var version = book.SignatureVersion;
        var topic = $"arn:aws:sns:{AwsRegion(account)}:000000000000:{account.MerchantId}";
        var timestamp = CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        // The envelope's members that are signed, in the order of their names.
        var signed = $"Message\n{message}\nMessageId\n{told.Id}\nTimestamp\n{timestamp}\nTopicArn\n{topic}\n"
            + "Type\nNotification\n";
        var signature = certificate.Sign(signed, version);
        var body = JsonBytes.Write(message, (json, text) =>
        {
            json.WriteStartObject();
            json.WriteString("Type", "Notification");
            json.WriteString("MessageId", told.Id);
            json.WriteString("TopicArn", topic);
            json.WriteString("Message", text);
            json.WriteString("Timestamp", timestamp);
            json.WriteString("SignatureVersion", version.ToString(CultureInfo.InvariantCulture));
            json.WriteString("Signature", signature);
            json.WriteString("SigningCertURL", account.CertificateUrl);
            json.WriteString("UnsubscribeURL", $"{account.CertificateUrl}?Action=Unsubscribe");
            json.WriteEndObject();
        });
        return new WebhookContent(
            body,
            [
                new("x-amz-sns-message-type", "Notification"),
                new("x-amz-sns-message-id", told.Id),
                new("x-amz-sns-topic-arn", topic),
            ])
        {
            ContentType = "text/plain",
            // It carries no amount; another object is what a forger would name.
            AmountMark = @"\""ObjectId\"":\""",
        };
    }

    public override void Completed() => book.Complete(this);

    public override void GivenUp() => book.DisableIpn(this);

    private static string AwsRegion(AmazonPayAccount account) =>
        account.Region switch { "eu" => "eu-west-1", "jp" => "ap-northeast-1", _ => "us-east-1" };
}
