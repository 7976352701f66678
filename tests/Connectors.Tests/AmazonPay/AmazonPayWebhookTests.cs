using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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

    // Ours or made in Seller Central: the two look the same.
    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task A_refund_that_was_paid_out_is_reported_with_its_charge(bool isReferenceOnCharge)
    {
        Server.Script = (request, context) => request.Path.Contains("/charges/", StringComparison.Ordinal)
            ? Responses.JsonAsync(
                context,
                200,
                isReferenceOnCharge
                    ? AmazonPayRig.ChargeJson("Captured")
                    : AmazonPayRig.ChargeJson("Captured", reference: null))
            : Rig.RespondAsync(request, context);
        var reported = Assert.IsType<WebhookReading.OfProviderRefunds>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "REFUND", AmazonPayRig.Rfnd)));
        Assert.Equal((ConnectorRig.Attempt, true), (reported.Attempt, reported.IsAboutOurs));
        Assert.Equal(
            new ProviderRefund
            {
                ProviderReference = AmazonPayRig.Rfnd,
                Amount = AmazonPayRig.Euros,
                ProviderPayment = AmazonPayRig.Charge,
                MayBeOurs = true,
            },
            Assert.Single(reported.Refunds));
    }

    [Theory]
    [InlineData("RefundInitiated", AmazonPayRig.Rfnd), InlineData("Declined", AmazonPayRig.Rfnd)]
    [InlineData("Refunded", "S02-1234567-1234567-R999999")]
    public async Task A_refund_that_was_not_paid_out_or_is_another_is_a_hint(string state, string id)
    {
        Server.Script = (request, context) => request.Path.Contains("/refunds/", StringComparison.Ordinal)
            ? Responses.JsonAsync(context, 200, AmazonPayRig.RefundJson(state, id))
            : Rig.RespondAsync(request, context);
        Assert.IsType<WebhookReading.About>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "REFUND", AmazonPayRig.Rfnd)));
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
        Assert.IsType<WebhookReading.OfProviderRefunds>(
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
    public async Task Only_the_topic_of_the_credentials_proves_a_notification()
    {
        var own = await PinnedAsync(AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge));
        Assert.True(Assert.IsType<WebhookReading.About>(own).IsProven);
        const string Another = "arn:aws:sns:eu-west-1:000000000001:A3TEST";
        var requests = Server.Requests.Count;
        Assert.IsType<WebhookReading.Forged>(
            await PinnedAsync(AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge, topic: Another)));
        Assert.Equal(requests, Server.Requests.Count);
        // Without one it may be anybody's.
        Assert.False(Assert.IsType<WebhookReading.About>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge))).IsProven);
        Assert.False(Assert.IsType<WebhookReading.Irrelevant>(
            await ReadAsync(AmazonPayRig.Notify(Certificate, "CHARGEBACK", "A1"))).IsProven);
    }

    [Theory]
    [InlineData(14 * 24 * 60, true), InlineData(-14, true), InlineData(16 * 24 * 60, false), InlineData(-20, false)]
    public async Task A_notification_has_its_time(int ageInMinutes, bool isTaken)
    {
        var notification = AmazonPayRig.Notify(
            Certificate, "CHARGE", AmazonPayRig.Charge, age: TimeSpan.FromMinutes(ageInMinutes));
        Assert.Equal(isTaken, await ReadAsync(notification) is WebhookReading.About);
        Assert.Equal(isTaken, Server.Requests.Count > 0);
    }

    [Fact]
    public async Task Each_fetch_is_taken_from_the_budget_and_without_one_it_is_to_be_sent_again()
    {
        var taken = new List<bool>();
        var notification = AmazonPayRig.Notify(Certificate, "REFUND", AmazonPayRig.Rfnd) with
        {
            MayQueryAsync = isProven =>
            {
                taken.Add(isProven);
                return ValueTask.FromResult(taken.Count != 2);
            },
        };
        Assert.IsType<WebhookReading.Unavailable>(await PinnedAsync(notification));
        Assert.Equal([true, true], taken);
        Assert.Single(Server.Requests, request => request.Path.StartsWith("/v2/", StringComparison.Ordinal));
        Assert.IsType<WebhookReading.OfProviderRefunds>(await ReadAsync(notification));
        Assert.Equal([true, true, false, false], taken);
    }

    [Theory]
    [InlineData(404), InlineData(500)]
    public async Task A_certificate_that_cannot_be_had_is_requested_again_after_a_minute(int status)
    {
        var connector = Create();
        var fails = true;
        Server.Script = (request, context) => fails && request.Path == AmazonPayRig.CertificatePath
            ? Responses.JsonAsync(context, status, "{}")
            : Rig.RespondAsync(request, context);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await NotifiedAsync() is WebhookReading.Forged or WebhookReading.Unavailable);
        }

        Assert.Single(Server.Requests);
        fails = false;
        Time.Advance(TimeSpan.FromSeconds(61));
        Assert.IsType<WebhookReading.About>(await NotifiedAsync());

        async Task<WebhookReading> NotifiedAsync() => await connector.ReadWebhookAsync(
            AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge), Rig.Credentials);
    }

    [Fact]
    public async Task Invented_addresses_of_certificates_are_few_a_minute_and_keep_no_pinned_topic_waiting()
    {
        var connector = Create();
        Server.Script = (request, context) =>
            request.Path != AmazonPayRig.CertificatePath
            && request.Path.StartsWith("/SimpleNotificationService-", StringComparison.Ordinal)
                ? Responses.JsonAsync(context, 404, "{}")
                : Rig.RespondAsync(request, context);
        for (var i = 0; i < 50; i++)
        {
            var invented = new Uri(Server.Url, $"/SimpleNotificationService-{i}.pem");
            await connector.ReadWebhookAsync(
                AmazonPayRig.Notify(invented, "CHARGE", AmazonPayRig.Charge), Rig.Credentials);
        }

        Assert.Equal(30, Server.Requests.Count);
        var notification = AmazonPayRig.Notify(Certificate, "CHARGE", AmazonPayRig.Charge);
        Assert.IsType<WebhookReading.Unavailable>(await connector.ReadWebhookAsync(notification, Rig.Credentials));
        Assert.IsType<WebhookReading.About>(await connector.ReadWebhookAsync(notification, AmazonPayRig.Pinned));
    }

    [Fact]
    public void The_published_form_of_an_envelope_is_verified()
    {
        const string Id = "amazonpay-ipn-sns-sigv1";
        using var certificate = X509Certificate2.CreateFromPem(
            AmazonPayVectors.Inputs(Id).GetProperty("signing_certificate_pem").GetString());
        using var key = certificate.GetRSAPublicKey()!;
        var envelope = AmazonPayVectors.Inputs(Id).GetProperty("envelope").Deserialize(AmazonPayJson.Default.Envelope)!;
        Assert.True(AmazonPayWebhook.IsSigned(envelope, key.ExportSubjectPublicKeyInfo()));
        var changed = envelope with
        {
            Message = envelope.Message!.Replace("C012345", "C012346", StringComparison.Ordinal),
        };
        Assert.False(AmazonPayWebhook.IsSigned(changed, key.ExportSubjectPublicKeyInfo()));
    }

    private ValueTask<WebhookReading> PinnedAsync(InboundWebhook webhook) =>
        Create().ReadWebhookAsync(webhook, AmazonPayRig.Pinned);
}
