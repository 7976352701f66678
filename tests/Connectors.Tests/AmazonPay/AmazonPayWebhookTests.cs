using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentCluster.Connectors.AmazonPay;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>developer.amazon.com/docs/amazon-pay-checkout/set-up-instant-payment-notifications.html.</summary>
public sealed class AmazonPayWebhookTests() : ConformanceSetting(new AmazonPayRig())
{
    private Uri Certificate => new(Server.Url, AmazonPayRig.CertificatePath);

    [Theory]
    [InlineData("CHARGE", AmazonPayRig.Charge)]
    [InlineData("REFUND", AmazonPayRig.Rfnd)]
    [InlineData("CHARGE_PERMISSION", AmazonPayRig.Permission)]
    public async Task An_object_leads_to_its_attempt(string type, string id)
    {
        foreach (var version in (int[])[1, 2])
        {
            var about = Assert.IsType<WebhookReading.About>(
                await ReadAsync(AmazonPayRig.Notify(
                    Certificate, type, id, version: version, subject: version == 2 ? "Subject" : null)));
            Assert.Equal(
                (ConnectorRig.Attempt, "11111111-2222-3333-4444-555555555555"), (about.Attempt, about.EventId));
        }
    }

    [Fact]
    public async Task A_charge_without_a_reference_has_that_of_its_permission()
    {
        Server.Script = (request, context) => request.Path.Contains("/charges/", StringComparison.Ordinal)
            ? Responses.JsonAsync(context, 200, AmazonPayRig.ChargeJson("Captured", reference: null))
            : Rig.RespondAsync(request, context);
        Assert.IsType<WebhookReading.About>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge)));
    }

    [Fact]
    public async Task A_charge_of_a_saved_wallet_is_reported_because_its_id_may_be_known_to_no_one()
    {
        Server.Script = (request, context) => request.Path.Contains("/charges/", StringComparison.Ordinal)
            ? Responses.JsonAsync(context, 200, AmazonPayRig.ChargeJson("Captured", initiator: "CITU"))
            : Rig.RespondAsync(request, context);
        var told = Assert.IsType<WebhookReading.OfCharge>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge)));
        var paid = Assert.IsType<ProviderOutcome.Succeeded>(told.Outcome);
        Assert.Equal(
            (ConnectorRig.Attempt, AmazonPayRig.Charge, AmazonPayRig.Euros),
            (told.Attempt, paid.ProviderReference, paid.Amount));
        // Its refund says nothing of the charge.
        Assert.IsType<WebhookReading.About>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "REFUND", AmazonPayRig.Rfnd)));
    }

    [Theory]
    [InlineData("S02-7654321-7654321-C000001", "14.00"), InlineData(AmazonPayRig.Charge, "x")]
    public async Task A_charge_of_a_saved_wallet_that_cannot_be_read_is_queried(string id, string amount)
    {
        Server.Script = (request, context) => request.Path.Contains("/charges/", StringComparison.Ordinal)
            ? Responses.JsonAsync(
                context, 200, AmazonPayRig.ChargeJson("Captured", id: id, amount: amount, initiator: "CITU"))
            : Rig.RespondAsync(request, context);
        Assert.IsType<WebhookReading.About>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge)));
    }

    [Theory]
    [InlineData("1f0c9zj4v8e2"), InlineData("")]
    public async Task A_saved_wallet_itself_is_of_no_attempt(string reference)
    {
        Server.Script = (request, context) => request.Path.Contains("/chargePermissions/", StringComparison.Ordinal)
            ? Responses.JsonAsync(
                context,
                200,
                AmazonPayRig.PermissionJson(reference, state: "Closed", reasons: "null", type: "PaymentMethodOnFile"))
            : Rig.RespondAsync(request, context);
        Assert.IsType<WebhookReading.Irrelevant>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "CHARGE_PERMISSION", AmazonPayRig.Permission)));
    }

    [Fact]
    public async Task What_is_not_ours_is_unmatched_and_what_is_no_payment_irrelevant()
    {
        Server.Script = (request, context) => request.Path switch
        {
            $"/v2/charges/{AmazonPayRig.Charge}" =>
                Responses.JsonAsync(context, 200, AmazonPayRig.ChargeJson("Captured", reference: "ORD-1")),
            $"/v2/chargePermissions/{AmazonPayRig.Permission}" =>
                Responses.JsonAsync(context, 200, AmazonPayRig.PermissionJson("ORD-1")),
            _ => Rig.RespondAsync(request, context),
        };
        Assert.IsType<WebhookReading.Unmatched>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge)));
        Assert.IsType<WebhookReading.Unmatched>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "CHARGE", "S02-0000000-0000000-C000000")));
        Assert.IsType<WebhookReading.Irrelevant>(await ReadAsync(AmazonPayRig.Notify(Certificate, "CHARGEBACK", "A1")));
        Assert.IsType<WebhookReading.Malformed>(await ReadAsync(AmazonPayRig.Notify(Certificate, "CHARGE", "../x")));
    }

    [Theory]
    [InlineData("certificate", 500), InlineData("certificate", 429)]
    [InlineData("charge", 500), InlineData("charge", 401)]
    public async Task What_is_out_of_reach_is_to_be_sent_again(string what, int status)
    {
        Server.Script = (request, context) =>
            request.Path == (what == "certificate"
                ? AmazonPayRig.CertificatePath
                : $"/v2/charges/{AmazonPayRig.Charge}")
                ? Responses.JsonAsync(context, status, "{}")
                : Rig.RespondAsync(request, context);
        Assert.IsType<WebhookReading.Unavailable>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge)));
    }

    [Theory]
    [InlineData(404, "{}"), InlineData(403, "{}"), InlineData(200, "<html>"), InlineData(200, "")]
    public async Task What_has_no_certificate_is_forged(int status, string body)
    {
        Server.Script = (_, context) => Responses.JsonAsync(context, status, body);
        Assert.IsType<WebhookReading.Forged>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge)));
    }

    [Theory]
    [InlineData(2020, 2021), InlineData(2119, 2120)]
    public async Task A_certificate_out_of_its_time_proves_nothing(int from, int until)
    {
        using var key = RSA.Create(2048);
        var pem = AmazonPayRig.CertificateOf(key, from, until);
        Server.Script = (request, context) => request.Path == AmazonPayRig.CertificatePath
            ? Responses.JsonAsync(context, 200, pem)
            : Rig.RespondAsync(request, context);
        Assert.IsType<WebhookReading.Forged>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge, key)));
    }

    [Fact]
    public async Task A_certificate_is_fetched_once()
    {
        var connector = Create();
        for (var i = 0; i < 3; i++)
        {
            Assert.IsType<WebhookReading.About>(await connector.ReadWebhookAsync(
                AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge), Rig.Credentials));
        }

        Assert.Single(Server.Requests, request => request.Path == AmazonPayRig.CertificatePath);
    }

    [Fact]
    public async Task Another_merchants_notification_is_forged()
    {
        Assert.IsType<WebhookReading.Forged>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge, merchantId: "A2OTHER")));
        Assert.DoesNotContain(Server.Requests, request => request.Path.StartsWith("/v2/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Any_changed_byte_of_what_is_signed_is_noticed()
    {
        var connector = Create();
        var webhook = AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge);
        var text = Encoding.UTF8.GetString(webhook.Body.Span);
        var signed = text[..text.IndexOf("\"Signature\"", StringComparison.Ordinal)];
        for (var i = 0; i < signed.Length; i++)
        {
            var body = webhook.Body.ToArray();
            body[i] ^= 1;
            var reading = await connector.ReadWebhookAsync(webhook with { Body = body }, Rig.Credentials);
            Assert.True(reading is WebhookReading.Forged, $"byte {i}: {reading}");
        }
    }

    [Theory]
    [InlineData("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcdef.pem", true)]
    [InlineData("https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-test.pem", true)]
    [InlineData("http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-test.pem", false)]
    [InlineData("https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-x.pem", false)]
    [InlineData("https://evil.example/SimpleNotificationService-x.pem", false)]
    [InlineData("https://sns.eu-west-1.amazonaws.com:444/SimpleNotificationService-x.pem", false)]
    [InlineData("https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-x.pem", false)]
    [InlineData("https://sns.eu-west-1.amazonaws.com/other.pem", false)]
    [InlineData("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-x.pem?a=b", false)]
    [InlineData("https://bucket.s3.amazonaws.com/SimpleNotificationService-x.pem", false)]
    [InlineData("https://sns.eu-west-1.amazonaws.com/a/../x/../SimpleNotificationService-x.pem", true)]
    [InlineData("/SimpleNotificationService-x.pem", false)]
    [InlineData(null, false)]
    public void Certificates_are_taken_from_SNS_alone(string? address, bool expected)
    {
        using var certificates = new AmazonPayCertificates("amazonpay", new AmazonPayOptions(), Time, Logs);
        Assert.Equal(expected, certificates.IsTrusted(address));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8090/amazonpay/SimpleNotificationService.pem", true)]
    [InlineData("http://127.0.0.1:8091/SimpleNotificationService.pem", false)]
    [InlineData("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-x.pem", false)]
    public void An_address_of_the_settings_replaces_them(string address, bool expected)
    {
        var options = new AmazonPayOptions { CertificateUrl = new Uri("http://127.0.0.1:8090/") };
        using var certificates = new AmazonPayCertificates("amazonpay", options, Time, Logs);
        Assert.Equal(expected, certificates.IsTrusted(address));
    }

    [Fact]
    public async Task The_published_form_of_an_envelope_is_verified()
    {
        const string Id = "amazonpay-ipn-sns-sigv1";
        var envelope = AmazonPayVectors.Inputs(Id).GetProperty("envelope").EnumerateObject()
            .ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal);
        envelope["SigningCertURL"] = Certificate.AbsoluteUri;
        Server.Script = (request, context) => request.Path == AmazonPayRig.CertificatePath
            ? Responses.JsonAsync(
                context, 200, AmazonPayVectors.Inputs(Id).GetProperty("signing_certificate_pem").GetString()!)
            : Rig.RespondAsync(request, context);
        // The certificate of the vector is of November 2026.
        Time.Advance(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero) - Time.GetUtcNow());

        Assert.IsType<WebhookReading.About>(await ReadAsync(Webhook(envelope)));
        envelope["Message"] = envelope["Message"].Replace("C012345", "C012346", StringComparison.Ordinal);
        Assert.IsType<WebhookReading.Forged>(await ReadAsync(Webhook(envelope)));
    }

    private static InboundWebhook Webhook(Dictionary<string, string> envelope) => new()
    {
        Headers = ImmutableDictionary<string, string>.Empty, Body = JsonSerializer.SerializeToUtf8Bytes(envelope),
    };
}
