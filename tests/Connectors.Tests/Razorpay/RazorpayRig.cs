using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Razorpay;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Tests.Razorpay;

/// <summary>Razorpay as its documents have it, when all is well.</summary>
public sealed class RazorpayRig : ConnectorRig
{
    public const string Order = "order_TESTord00001";
    public const string Pay = "pay_TESTpay0000001";
    public const string Rfnd = "rfnd_TESTrfnd00001";
    public const string KeyId = "rzp_test_1234567890abcd";
    public const string KeySecret = "TESTkeySecretABCDEFGHIJK";

    public override ProviderCredentials Credentials { get; } = CredentialsOf(KeyId, KeySecret, "whsec_test_Secret#1");

    public override IReadOnlyList<string> SecretCredentials =>
        [KeySecret, WebhookSecret, Convert.ToBase64String(Encoding.UTF8.GetBytes($"{KeyId}:{KeySecret}"))];

    public override string PaymentReference => Pay;

    public override string OrderReference => Order;

    public override string RefundReference => Rfnd;

    public override string WebhookSecret => "whsec_test_Secret#1";

    public override IEnumerable<(Money Amount, string InBody)> AmountFormats =>
    [
        (Money.Of(12_345, Currency.Inr), "\"amount\":12345,\"currency\":\"INR\""),
        (Money.Of(295, Currency.Parse("JPY")), "\"amount\":295,\"currency\":\"JPY\""),
        (Money.Of(295_990, Currency.Parse("KWD")), "\"amount\":295990,\"currency\":\"KWD\""),
    ];

    public static ProviderCredentials CredentialsOf(string keyId, string keySecret, string webhookSecret) => new(
        "shop",
        ImmutableDictionary<string, Secret>.Empty
            .Add("key_id", new Secret(keyId))
            .Add("key_secret", new Secret(keySecret))
            .Add("webhook_secret", new Secret(webhookSecret)));

    public override IConnector Create(Action<ProviderHttpOptions> configure, TimeProvider time, ILoggerFactory logs)
    {
        var options = new RazorpayOptions();
        configure(options);
        return new RazorpayConnector(Options.Create(options), time, logs.CreateLogger<RazorpayConnector>());
    }

    public override bool Is(Effect effect, Received request) => request.Method == "POST"
        && request.Path == effect switch
        {
            Effect.Charge => "/v1/payments/create/json",
            Effect.Capture => $"/v1/payments/{Pay}/capture",
            Effect.Refund => $"/v1/payments/{Pay}/refund",
            Effect.Void => "there is no such call",
        };

    public override Task RespondAsync(Received request, HttpContext context) => (request.Method, request.Path) switch
    {
        // The requested order, with an id.
        ("POST", "/v1/orders") => Responses.JsonAsync(
            context,
            200,
            $$"""{"id":"{{Order}}","entity":"order","status":"created","notes":[],{{request.Text[1..request.Text.IndexOf(",\"notes", StringComparison.Ordinal)]}}}"""),
        ("POST", "/v1/payments/create/json") => Responses.JsonAsync(
            context,
            200,
            $$"""{"razorpay_payment_id":"{{Pay}}","next":[{"action":"redirect","url":"https://bank.example/{{Pay}}"}]}"""),
        ("POST", $"/v1/payments/{Pay}/capture") => Responses.JsonAsync(context, 200, PaymentJson("captured")),
        ("POST", $"/v1/payments/{Pay}/refund") => Responses.JsonAsync(context, 200, RefundJson("pending")),
        ("GET", "/v1/orders") => Responses.JsonAsync(context, 200, Collection()),
        ("GET", $"/v1/orders/{Order}/payments") => Responses.JsonAsync(context, 200, Collection()),
        ("GET", "/v1/payments") => Responses.JsonAsync(context, 200, Collection(PaymentJson("captured"))),
        ("GET", $"/v1/payments/{Pay}") => Responses.JsonAsync(context, 200, PaymentJson("authorized")),
        ("GET", $"/v1/payments/{Pay}/refunds") => Responses.JsonAsync(context, 200, Collection()),
        ("GET", $"/v1/refunds/{Rfnd}") => Responses.JsonAsync(context, 200, RefundJson("processed")),
        _ => Responses.JsonAsync(context, 400, ErrorJson("The requested URL was not found on the server.")),
    };

    public override Task DeclineAsync(HttpContext context) => Responses.JsonAsync(context, 400, $$"""
        {"error":{"code":"BAD_REQUEST_ERROR","description":"Your payment was declined by the bank.","source":"issuer_bank",
        "step":"payment_authorization","reason":"card_declined","metadata":{"payment_id":"{{Pay}}","order_id":"{{Order}}"} } }
        """);

    public override InboundWebhook Webhook(AttemptId attempt, string secret) => Signed(
        $$"""
        {"entity":"event","account_id":"acc_TESTacct000001","event":"payment.captured","contains":["payment"],
        "payload":{"payment":{"entity":{{PaymentJson("captured", notes: $$"""{"attempt":"{{attempt}}"}""")}} } },"created_at":1700000001}
        """,
        secret);

    public static InboundWebhook Signed(string body, string secret, string? eventId = "evt_1")
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var headers = ImmutableDictionary<string, string>.Empty.Add(
            "x-razorpay-signature",
            Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), bytes)));
        return new InboundWebhook
        {
            Headers = eventId is null ? headers : headers.Add("x-razorpay-event-id", eventId), Body = bytes,
        };
    }

    public static string Collection(params string[] items) =>
        $$"""{"entity":"collection","count":{{items.Length}},"items":[{{string.Join(',', items)}}]}""";

    public static string OrderJson(string id, string? receipt, long amount = 12_345) =>
        $$"""{"id":"{{id}}","entity":"order","amount":{{amount}},"currency":"INR","receipt":"{{receipt}}","status":"attempted","notes":[]}""";

    public static string PaymentJson(
        string status,
        string id = Pay,
        string order = Order,
        string notes = "[]",
        bool? captured = null,
        string error = "") => $$"""
        {"id":"{{id}}","entity":"payment","amount":12345,"currency":"INR","status":"{{status}}","order_id":"{{order}}","method":"upi",
        "captured":{{(captured ?? status is "captured" or "refunded" ? "true" : "false")}},"fee":292,"tax":45,"notes":{{notes}},{{error}}
        "acquirer_data":{"rrn":"412345678901"},"created_at":1700000000}
        """;

    public static string RefundJson(string status, string id = Rfnd, string? receipt = null, string payment = Pay) =>
        $$"""
        {"id":"{{id}}","entity":"refund","amount":12345,"currency":"INR","payment_id":"{{payment}}","receipt":"{{receipt ?? Refund.ToString()}}",
        "notes":[],"acquirer_data":{"arn":"74332746053000000000001"},"status":"{{status}}","speed_requested":"normal","created_at":1700000000}
        """;

    public static string ErrorJson(
        string description, string reason = "input_validation_failed", string source = "business") =>
        $$"""{"error":{"code":"BAD_REQUEST_ERROR","description":"{{description}}","source":"{{source}}","reason":"{{reason}}","metadata":{} } }""";
}

/// <summary>Razorpay keeps what every connector keeps.</summary>
public sealed class RazorpayConformance() : ConnectorConformance(new RazorpayRig());

/// <summary>Razorpay lists payments as every provider that does.</summary>
public sealed class RazorpayListConformance() : ListConformance(new RazorpayRig());
