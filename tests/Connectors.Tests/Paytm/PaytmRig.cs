using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Paytm;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Tests.Paytm;

/// <summary>Paytm as its documents have it, when all is well.</summary>
public sealed class PaytmRig : ConnectorRig
{
    public const string Mid = "TESTMID0000000000001";
    public const string Key = "ABCDEFGH12345678";
    public const string Txn = "20240101111212800110168470101509706";
    public const string RefundTxn = "20240102111212800110168470101509707";
    public const string Token = "tok0001";
    public const string Initiate = "/theia/api/v1/initiateTransaction";
    public const string Process = "/theia/api/v1/processTransaction";
    public const string Status = "/v3/order/status";
    public const string RefundStatus = "/v2/refund/status";

    public override ProviderCredentials Credentials { get; } = CredentialsOf(Key);

    public override IReadOnlyList<string> SecretCredentials => [Key];

    public override string PaymentReference => Txn;

    public override string OrderReference => Attempt.ToString();

    public override string RefundReference => RefundTxn;

    public override string WebhookSecret => Key;

    // The checksum covers values, and not their names.
    public override bool WebhookSignsBody => false;

    public override IEnumerable<(Money Amount, string InBody)> AmountFormats =>
    [
        (Money.Of(12_345, Currency.Inr), "\"txnAmount\":{\"value\":\"123.45\",\"currency\":\"INR\"}"),
        (Money.Of(100, Currency.Inr), "\"value\":\"1.00\""),
        (Money.Of(5, Currency.Inr), "\"value\":\"0.05\""),
        (Money.Of(12_345_678_90, Currency.Inr), "\"value\":\"12345678.90\""),
    ];

    public static ProviderCredentials CredentialsOf(string key, string mid = Mid) => new(
        "shop",
        ImmutableDictionary<string, Secret>.Empty
            .Add("mid", new Secret(mid)).Add("merchant_key", new Secret(key)).Add("website", new Secret("WEBSTAGING")));

    public override IConnector Create(Action<ProviderHttpOptions> configure, TimeProvider time, ILoggerFactory logs)
    {
        var options = new PaytmOptions();
        configure(options);
        return new PaytmConnector(Options.Create(options), time, logs.CreateLogger<PaytmConnector>());
    }

    public override bool Is(Effect effect, Received request) => request.Method == "POST"
        && request.Path == effect switch
        {
            Effect.Charge => Process,
            Effect.Capture => "/order/v2/capture",
            Effect.Refund => "/refund/apply",
            Effect.Void => "/order/v2/release",
        };

    public override bool StatesAmount(Received request) => request.Path == Initiate;

    // A card's response is the bank's form alone.
    public override bool NamesPayment(Effect effect) => effect != Effect.Charge;

    public override Task RespondAsync(Received request, HttpContext context) => request.Path switch
    {
        Initiate or "/order/v2/preAuth" => RespondAsync(
            context,
            $$"""{{{Result("S", "0000")}},"txnToken":"{{Token}}","isPromoCodeValid":false,"authenticated":false}"""),
        "/fetchBinDetail" => RespondAsync(
            context, $$$"""{{{{Result("S", "0000")}}},"binDetail":{"bin":"411111","paymentMode":"DEBIT_CARD"}}"""),
        Process => RespondAsync(context, BankForm("https://bank.example/acs")),
        Status => RespondAsync(context, StatusJson("TXN_SUCCESS", "01", TypeOf(request))),
        "/order/v2/capture" or "/order/v2/release" => RespondAsync(context, $$"""{{{Result("S", "0000")}}}"""),
        "/refund/apply" => RespondAsync(context, RefundJson("PENDING", "601")),
        RefundStatus => RespondAsync(context, RefundJson("TXN_SUCCESS", "10")),
        _ => Responses.JsonAsync(context, 404, "{}"),
    };

    public override Task DeclineAsync(HttpContext context) =>
        RespondAsync(context, $$"""{{{Result("F", "227", "Declined by 4111 1111 1111 1111's bank")}}}""");

    public override Task RefuseCredentialsAsync(HttpContext context) =>
        RespondAsync(context, $$"""{{{Result("F", "2005", "Checksum provided is invalid")}}}""", signed: false);

    public override InboundWebhook Webhook(AttemptId attempt, string secret) =>
        Form(secret, Callback(attempt.ToString()));

    public override InboundWebhook WithoutSignature(InboundWebhook webhook) => webhook with
    {
        Body = Encoding.UTF8.GetBytes(QueryHelpers.ParseQuery(Encoding.UTF8.GetString(webhook.Body.Span))
            .Where(field => field.Key != "CHECKSUMHASH")
            .Aggregate("", (text, field) => $"{text}&{field.Key}={Uri.EscapeDataString(field.Value.ToString())}")[1..]),
    };

    public static Dictionary<string, string> Callback(string order, string status = "TXN_SUCCESS", string mid = Mid) =>
        new(StringComparer.Ordinal)
        {
            ["ORDERID"] = order,
            ["MID"] = mid,
            ["TXNID"] = Txn,
            ["TXNAMOUNT"] = "123.45",
            ["PAYMENTMODE"] = "UPI",
            ["CURRENCY"] = "INR",
            ["TXNDATE"] = "2024-01-01 10:11:12.0",
            ["STATUS"] = status,
            ["RESPCODE"] = "01",
            ["RESPMSG"] = "Txn Success",
            ["GATEWAYNAME"] = "PPBLC",
            ["BANKTXNID"] = "400112345678",
            ["BANKNAME"] = "",
        };

    public static InboundWebhook Form(string secret, Dictionary<string, string> fields)
    {
        var hash = PaytmChecksum.Make(KeyOf(secret), PaytmChecksum.TextOf(fields));
        var text = string.Join(
            '&',
            fields.Append(new("CHECKSUMHASH", hash)).Select(field =>
                $"{field.Key}={Uri.EscapeDataString(field.Value)}"));
        return new InboundWebhook
        {
            Headers = ImmutableDictionary<string, string>.Empty.Add(
                "content-type", "application/x-www-form-urlencoded"),
            Body = Encoding.UTF8.GetBytes(text),
        };
    }

    public static InboundWebhook Envelope(string secret, string body) => new()
    {
        Headers = ImmutableDictionary<string, string>.Empty.Add("content-type", "application/json"),
        Body = Encoding.UTF8.GetBytes(
            $$"""{"head":{"version":"v1","signature":"{{PaytmChecksum.Make(KeyOf(secret), Encoding.UTF8.GetBytes(body))}}"},"body":{{body}}}"""),
    };

    /// <summary>Wraps a body in its envelope, signed with the merchant's key.</summary>
    public static Task RespondAsync(HttpContext context, string body, bool signed = true, string key = Key) =>
        Responses.JsonAsync(
            context,
            200,
            signed
                ? $$"""
                {"head":{"responseTimestamp":"1700000000123","version":"v1","signature":"{{Sign(body, key)}}"},"body":{{body}}}
                """
                : $$"""{"head":{"responseTimestamp":"1700000000123","version":"v1"},"body":{{body}}}""");

    private static string Sign(string body, string key) =>
        PaytmChecksum.Make(new Secret(key), Encoding.UTF8.GetBytes(body));

    public static string Result(string status, string code, string message = "Said Paytm.") =>
        $$"""
        "resultInfo":{"resultStatus":"{{status}}","resultCode":"{{code}}","resultMsg":"{{message}}"}
        """;

    public static string StatusJson(
        string status, string code, string? type = null, string amount = "123.45", string txn = Txn) =>
        $$"""
        {{{Result(status, code)}},"txnId":"{{txn}}","bankTxnId":"400112345678","orderId":"{{Attempt}}","txnAmount":"{{amount}}","txnType":"{{type ?? "SALE"}}","mid":"{{Mid}}","paymentMode":"UPI","refundAmt":"0.00"}
        """;

    public static string NoRecord() => $$"""{{{Result("NO_RECORD_FOUND", "331")}}}""";

    public static string RefundJson(string status, string code, string amount = "123.45") =>
        $$"""
        {{{Result(status, code)}},"orderId":"{{Attempt}}","mid":"{{Mid}}","refId":"{{Refund}}","refundId":"{{RefundTxn}}","txnId":"{{Txn}}","refundAmount":"{{amount}}","refundDetailInfoList":[{"refundType":"TO_SOURCE","rrn":"400187654321"}]}
        """;

    public static string BankForm(
        string url, string method = "post", string content = "{\"PaReq\":\"eJx\",\"MD\":\"1\"}") =>
        $$"""
        {{{Result("S", "0000")}},"bankForm":{"redirectForm":{"actionUrl":"{{url}}","method":"{{method}}","content":{{content}} } } }
        """;

    /// <summary>The part of a pre-authorisation that a status query names.</summary>
    public static string? TypeOf(Received request) =>
        JsonSerializer.Deserialize<JsonElement>(request.Text)
            .GetProperty("body")
            .TryGetProperty("txnType", out var type) ? type.GetString() : null;

    // A secret that is not a key's length is made one, as the conformance tests sign with any.
    private static Secret KeyOf(string secret) => new(secret.PadRight(16, '*')[..Math.Max(16, secret.Length)]);
}

/// <summary>Paytm keeps what every connector keeps.</summary>
public sealed class PaytmConformance() : ConnectorConformance(new PaytmRig());

/// <summary>And what those keep that release authorisations.</summary>
public sealed class PaytmVoidConformance() : VoidConformance(new PaytmRig());
