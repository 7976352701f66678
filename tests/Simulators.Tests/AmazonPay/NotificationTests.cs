using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.AmazonPay;

public sealed class NotificationTests
{
    [Theory]
    [InlineData(1), InlineData(2)]
    public async Task A_charge_is_reported_by_its_id_alone_and_signed(int version)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await AmazonPayShop.OpenAsync(
            receiver.Url, $"--Simulators:AmazonPay:SignatureVersion={version}");
        var charge = await simulator.PaidAsync();

        var envelope = (await receiver.NextAsync(1, "the charge"))[0].Json;

        var message = JsonDocument.Parse(Text(envelope, "Message")).RootElement;
        Assert.Equal(("CHARGE", charge), (Text(message, "ObjectType"), Text(message, "ObjectId")));
        Assert.Equal(
            (AmazonPayShop.MerchantId, "STATE_CHANGE"),
            (Text(message, "MerchantID"), Text(message, "NotificationType")));
        Assert.DoesNotContain("Captured", Text(envelope, "Message"), StringComparison.Ordinal);
        Assert.Equal(version.ToString(), Text(envelope, "SignatureVersion"));
        Assert.True(await IsSignedAsync(simulator, envelope, version));
    }

    [Fact]
    public async Task Captures_cancellations_refunds_and_closed_permissions_are_reported()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await AmazonPayShop.OpenAsync(receiver.Url);
        var charge = await simulator.PaidAsync();
        await simulator.CallAsync(
            "POST",
            "/v2/refunds",
            $$$"""{"chargeId":"{{{charge}}}","refundAmount":{"amount":"1.00","currencyCode":"EUR"}}""");
        simulator.Clock.Advance(TimeSpan.FromSeconds(1));
        var permission = charge[..charge.LastIndexOf('-')];
        await simulator.CallAsync(
            "DELETE", $"/v2/chargePermissions/{permission}/close", """{"closureReason":"done"}""");

        var told = await receiver.NextAsync(3, "the notifications");

        Assert.Equal(
            ["CHARGE", "CHARGE_PERMISSION", "REFUND"],
            told.Select(one => Text(JsonDocument.Parse(Text(one.Json, "Message")).RootElement, "ObjectType"))
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_not_taken_is_sent_again_also_after_a_restart()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Responses.Enqueue(503);
        await using var simulator = await AmazonPayShop.OpenAsync(receiver.Url);
        await simulator.PaidAsync();
        var first = (await receiver.NextAsync(1, "the first try"))[0].Json;

        await simulator.RestartAsync();

        var second = (await receiver.NextAsync(1, "the second try"))[0].Json;
        Assert.Equal(Text(first, "Message"), Text(second, "Message"));
        Assert.True(await IsSignedAsync(simulator, second, 1));
    }

    [Fact]
    public async Task The_duplicate_dial_sends_the_same_notification_twice()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await AmazonPayShop.OpenAsync(receiver.Url);
        await simulator.PutAsync("/_dials/amazonpay", """{"webhook_duplicate":1}""");
        await simulator.PaidAsync();

        var both = receiver.NextAsync(2, "the two copies");
        while (!both.IsCompleted)
        {
            simulator.Clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.WhenAny(both, Task.Delay(5));
        }

        Assert.Equal((await both)[0].Body, (await both)[1].Body);
    }

    private static async Task<bool> IsSignedAsync(Simulator simulator, JsonElement envelope, int version)
    {
        var pem = await simulator.GetAsync(new Uri(Text(envelope, "SigningCertURL")).AbsolutePath);
        using var certificate = X509Certificate2.CreateFromPem(pem.Text);
        using var key = certificate.GetRSAPublicKey()!;
        var signed = string.Concat(
            ((string[])["Message", "MessageId", "Timestamp", "TopicArn", "Type"]).Select(name =>
                $"{name}\n{Text(envelope, name)}\n"));
        return key.VerifyData(
            Encoding.UTF8.GetBytes(signed),
            Convert.FromBase64String(Text(envelope, "Signature")),
            version == 1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1);
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
