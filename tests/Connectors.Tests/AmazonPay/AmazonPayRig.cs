using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.AmazonPay;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>Amazon Pay as its documents have it, when all is well.</summary>
public sealed class AmazonPayRig : ConnectorRig
{
    public const string Session = "bd504926-f659-4ad7-a1a9-9a747aaf5275";
    public const string Permission = "S02-1234567-1234567";
    public const string Charge = "S02-1234567-1234567-C012345";
    public const string Rfnd = "S02-1234567-1234567-R012345";
    public const string KeyId = "SANDBOX-TESTPUBLICKEYID0000001";
    public const string MerchantId = "A1TESTMERCHANT";
    public const string Topic = "arn:aws:sns:eu-west-1:598607868003:A3TEST";
    public const string StoreId = "amzn1.application-oa2-client.x";
    public const string CertificatePath = "/SimpleNotificationService-test.pem";

    private static readonly RSA SnsKey = RSA.Create(2048);
    private static readonly RSA OtherKey = RSA.Create(2048);

    public static Money Euros { get; } = Money.Of(1_400, Currency.Parse("EUR"));

    /// <summary>The certificate of <see cref="SnsKey"/>.</summary>
    public static string Certificate { get; } = CertificateOf(SnsKey);

    public override ProviderCredentials Credentials { get; } = CredentialsOf();

    public override IReadOnlyList<string> SecretCredentials => [.. AmazonPayVectors.PrivateKey.Split('\n')[1..^1]];

    public override string PaymentReference => Charge;

    public override string OrderReference => Session;

    public override string RefundReference => Rfnd;

    public override string WebhookSecret => "the key of SNS";

    public override bool WebhookProvesContent => false;

    public override bool FindsByAttempt => false;

    public override Money Amount => Euros;

    public override PaymentMethod Method { get; } =
        new() { Kind = PaymentMethodKind.Wallet, Wallet = "amazonpay" };

    public override IEnumerable<(Money Amount, string InBody)> AmountFormats =>
    [
        (Money.Of(1_400, Currency.Parse("EUR")), """{"amount":"14.00","currencyCode":"EUR"}"""),
        (Money.Of(5, Currency.Parse("USD")), """{"amount":"0.05","currencyCode":"USD"}"""),
        (Money.Of(295, Currency.Parse("JPY")), """{"amount":"295","currencyCode":"JPY"}"""),
    ];

    public override bool MovesMoney(Effect effect) => effect != Effect.Charge;

    public override bool NamesPayment(Effect effect) => effect != Effect.Charge;

    /// <summary>The credentials with the topic of the merchant's notifications.</summary>
    public static ProviderCredentials Pinned => new(
        "shop",
        ((ImmutableArray<string>)["public_key_id", "private_key", "store_id", "region", "merchant_id"])
            .ToImmutableDictionary(name => name, name => CredentialsOf()[name])
            .Add("topic_arn", new Secret(Topic)));

    public static ProviderCredentials CredentialsOf(
        string keyId = KeyId, string region = "eu", string? privateKey = null, string merchantId = MerchantId) => new(
            "shop",
            ImmutableDictionary<string, Secret>.Empty
                .Add("public_key_id", new Secret(keyId))
                .Add("private_key", new Secret(privateKey ?? AmazonPayVectors.PrivateKey.Trim()))
                .Add("store_id", new Secret(StoreId))
                .Add("region", new Secret(region))
                .Add("merchant_id", new Secret(merchantId)));

    public override IConnector Create(Action<ProviderHttpOptions> configure, TimeProvider time, ILoggerFactory logs) =>
        Create(configure, time, logs, _ => { });

    public static IConnector Create(
        Action<ProviderHttpOptions> configure, TimeProvider time, ILoggerFactory logs, Action<AmazonPayOptions> further)
    {
        var options = new AmazonPayOptions();
        configure(options);
        options.CertificateUrl = new Uri(options.BaseUrl!, "/");
        further(options);
        return new AmazonPayConnector(Options.Create(options), time, logs.CreateLogger<AmazonPayConnector>());
    }

    public override bool Is(Effect effect, Received request) => (request.Method, request.Path) == effect switch
    {
        Effect.Charge => ("POST", "/v2/checkoutSessions"),
        Effect.Capture => ("POST", $"/v2/charges/{Charge}/capture"),
        Effect.Refund => ("POST", "/v2/refunds"),
        Effect.Void => ("DELETE", $"/v2/charges/{Charge}/cancel"),
    };

    public override Task RespondAsync(Received request, HttpContext context) => (request.Method, request.Path) switch
    {
        ("POST", "/v2/checkoutSessions") => Responses.JsonAsync(context, 201, SessionJson(
            "Open",
            amount: JsonDocument.Parse(request.Text).RootElement
                .GetProperty("paymentDetails")
                .GetProperty("chargeAmount")
                .GetRawText())),
        ("GET", $"/v2/checkoutSessions/{Session}") => Responses.JsonAsync(context, 200, SessionJson("Open")),
        ("POST", $"/v2/checkoutSessions/{Session}/complete") =>
            Responses.JsonAsync(context, 200, SessionJson("Completed", charge: Charge)),
        ("GET", $"/v2/charges/{Charge}") => Responses.JsonAsync(context, 200, ChargeJson("Captured")),
        ("GET", $"/v2/chargePermissions/{Permission}") => Responses.JsonAsync(context, 200, PermissionJson()),
        ("POST", $"/v2/charges/{Charge}/capture") => Responses.JsonAsync(context, 200, ChargeJson("Captured")),
        ("DELETE", $"/v2/charges/{Charge}/cancel") =>
            Responses.JsonAsync(context, 200, ChargeJson("Canceled", reason: "MerchantCanceled")),
        ("POST", "/v2/refunds") => Responses.JsonAsync(context, 201, RefundJson("RefundInitiated")),
        ("GET", $"/v2/refunds/{Rfnd}") => Responses.JsonAsync(context, 200, RefundJson("Refunded")),
        ("GET", "/v2/reports") => Responses.JsonAsync(context, 200, """{"reports":[],"nextToken":null}"""),
        ("GET", CertificatePath) => Responses.JsonAsync(context, 200, Certificate),
        _ => RefuseAsync(context, 404, "ResourceNotFound"),
    };

    public static Task RefuseAsync(HttpContext context, int status, string reason) =>
        Responses.JsonAsync(context, status, $$"""{"reasonCode":"{{reason}}","message":"No."}""");

    public override Task DeclineAsync(HttpContext context) => RefuseAsync(context, 422, "AmazonRejected");

    public override string Echo(Received request) => JsonSerializer.Serialize(
        new
        {
            reasonCode = "InvalidParameterValue",
            message = $"{request.Text} is not valid for {AmazonPayVectors.PrivateKey}",
        });

    public override InboundWebhook Webhook(AttemptId attempt, string secret) => Notify(
        new Uri(ServerUrl, CertificatePath), "CHARGE", Charge, secret == WebhookSecret ? SnsKey : OtherKey);

    public override InboundWebhook WithoutSignature(InboundWebhook webhook) => webhook with
    {
        Body = Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(webhook.Body.Span)
                .Replace("\"Signature\":", "\"Unsigned\":", StringComparison.Ordinal)),
    };

    /// <summary>A notification; without a key it is signed with SNS's.</summary>
    public static InboundWebhook Notify(
        Uri certificate,
        string objectType,
        string objectId,
        RSA? key = null,
        int version = 1,
        string merchantId = MerchantId,
        string? subject = null,
        string topic = Topic,
        TimeSpan age = default)
    {
        var published = TimeProvider.System.GetUtcNow() - age;
        var message = JsonSerializer.Serialize(new
        {
            NotificationVersion = "V2",
            NotificationType = "STATE_CHANGE",
            NotificationId = "11111111-2222-3333-4444-555555555555",
            MerchantID = merchantId,
            ObjectType = objectType,
            ObjectId = objectId,
            ChargePermissionId = Permission,
        });
        var envelope = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["Message"] = message,
            ["MessageId"] = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
            ["Timestamp"] = published.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["TopicArn"] = topic,
            ["Type"] = "Notification",
        };
        if (subject is not null)
        {
            envelope["Subject"] = subject;
        }

        var signed = string.Concat(envelope.Select(member => $"{member.Key}\n{member.Value}\n"));
        envelope["Signature"] = Convert.ToBase64String((key ?? SnsKey).SignData(
            Encoding.UTF8.GetBytes(signed),
            version == 1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1));
        envelope["SignatureVersion"] = version == 1 ? "1" : "2";
        envelope["SigningCertURL"] = certificate.AbsoluteUri;
        return new InboundWebhook
        {
            Headers = ImmutableDictionary<string, string>.Empty.Add("content-type", "text/plain"),
            Body = JsonSerializer.SerializeToUtf8Bytes(envelope),
        };
    }

    public static string SessionJson(
        string state, string? charge = null, string? reason = null, string? amount = null, string constraints = "[]",
        string redirect = "https://payments.amazon.example/checkout", string? permission = null) => $$"""
        {"checkoutSessionId":"{{Session}}","webCheckoutDetails":{"amazonPayRedirectUrl":"{{redirect}}"},"productType":"PayOnly",
        "constraints":{{constraints}},"paymentDetails":{"chargeAmount":{{amount ?? """{"amount":"14.00","currencyCode":"EUR"}"""}}},
        "statusDetails":{"state":"{{state}}","reasonCode":{{Quoted(reason)}}},"chargePermissionId":{{Quoted(permission)}},
        "chargeId":{{Quoted(charge)}}}
        """;

    public static string ChargeJson(
        string state, string? reason = null, string id = Charge, string? reference = "", string captured = "14.00",
        string amount = "14.00", string permission = Permission, string? initiator = null) => $$"""
        {"chargeId":"{{id}}","chargePermissionId":"{{permission}}","chargeInitiator":{{Quoted(initiator)}},"chargeAmount":{"amount":"{{amount}}","currencyCode":"EUR"},
        "captureAmount":{{(state == "Captured" ? $$"""{"amount":"{{captured}}","currencyCode":"EUR"}""" : "null")}},"convertedAmount":null,
        "statusDetails":{"state":"{{state}}","reasonCode":{{Quoted(reason)}}},
        "merchantMetadata":{"merchantReferenceId":{{Quoted(reference == "" ? Attempt.ToString() : reference)}} } }
        """;

    public static string PermissionJson(
        string? reference = "",
        string id = Permission,
        string state = "Chargeable",
        string reasons = "[]",
        string type = "OneTime") => $$"""
        {"chargePermissionId":"{{id}}","chargePermissionType":"{{type}}","statusDetails":{"state":"{{state}}","reasons":{{reasons}}},
        "merchantMetadata":{"merchantReferenceId":{{Quoted(reference == "" ? Attempt.ToString() : reference)}} } }
        """;

    public static string RefundJson(string state, string id = Rfnd, string charge = Charge) => $$"""
        {"refundId":"{{id}}","chargeId":"{{charge}}","refundAmount":{"amount":"14.00","currencyCode":"EUR"},"softDescriptor":null,
        "statusDetails":{"state":"{{state}}","reasonCode":null} }
        """;

    public static string CertificateOf(RSA key, int fromYear = 2020, int untilYear = 2120)
    {
        var request = new CertificateRequest(
            "CN=sns.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(
            new DateTimeOffset(fromYear, 1, 1, 0, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(untilYear, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return certificate.ExportCertificatePem();
    }

    private static string Quoted(string? text) => text is null ? "null" : $"\"{text}\"";
}

/// <summary>Amazon Pay keeps what every connector keeps.</summary>
public sealed class AmazonPayConformance() : ConnectorConformance(new AmazonPayRig());

/// <summary>Amazon Pay releases authorisations as every connector that can does.</summary>
public sealed class AmazonPayVoidConformance() : VoidConformance(new AmazonPayRig());
