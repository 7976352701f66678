using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Juspay;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Tests.Juspay;

/// <summary>Juspay as its documents have it, when all is well.</summary>
public class JuspayRig : ConnectorRig
{
    public const string Txn = "eulTESTtxn00001";
    public const string Merchant = "testmerchant";
    public const string ApiKey = "0123456789ABCDEF0123456789ABCDEF";
    public const string WebhookUser = "juspayhook";

    public static string Order { get; } = CompactName.Of(Attempt.ToString(), 17);

    public static string RefundName { get; } = CompactName.Of(Refund.ToString(), 20);

    public override ProviderCredentials Credentials { get; } = CredentialsOf(ApiKey, "p4ssw0rd");

    public override IReadOnlyList<string> SecretCredentials =>
        [ApiKey, WebhookSecret, Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ApiKey}:"))];

    public override string PaymentReference => Txn;

    public override string OrderReference => Order;

    public override string RefundReference => RefundName;

    public override string WebhookSecret => "p4ssw0rd";

    public override bool WebhookIsSigned => false;

    public override IEnumerable<(Money Amount, string InBody)> AmountFormats =>
    [
        (Money.Of(12_345, Currency.Inr), "&amount=123.45&currency=INR"),
        (Money.Of(5, Currency.Inr), "&amount=0.05&currency=INR"),
        (Money.Of(295, Currency.Parse("JPY")), "&amount=295&currency=JPY"),
        (Money.Of(295_990, Currency.Parse("KWD")), "&amount=295.99&currency=KWD"),
    ];

    public static ProviderCredentials CredentialsOf(
        string apiKey, string password, params (string Name, string Value)[] more) => new(
            "shop",
            ImmutableDictionary<string, Secret>.Empty
                .Add("merchant_id", new Secret(Merchant)).Add("api_key", new Secret(apiKey))
                .Add("webhook_username", new Secret(WebhookUser)).Add("webhook_password", new Secret(password))
                .AddRange(more.Select(pair => KeyValuePair.Create(pair.Name, new Secret(pair.Value)))));

    public override IConnector Create(Action<ProviderHttpOptions> configure, TimeProvider time, ILoggerFactory logs)
    {
        var options = new JuspayOptions();
        configure(options);
        return new JuspayConnector(Options.Create(options), time, logs.CreateLogger<JuspayConnector>());
    }

    public override bool Is(Effect effect, Received request) => request.Method == "POST"
        && request.Path == effect switch
        {
            Effect.Charge => "/txns",
            Effect.Capture => $"/v2/txns/{Txn}/capture",
            Effect.Void => $"/v2/txns/{Txn}/void",
            Effect.Refund => $"/orders/{Order}/refunds",
        };

    public override bool StatesAmount(Received request) => request is { Method: "POST", Path: "/orders" };

    public override string Echo(Received request) => $$$"""
        {"status":"Bad Request","error_code":"INVALID_REQUEST","error_message":"Card {{{CardNumber}}} with {{{ApiKey}}} and {{{SecurityCode}}} is not valid",
        "error_info":{"code":"INVALID_INPUT","category":"USER_ERROR"}}
        """;

    public override Task RespondAsync(Received request, HttpContext context) => (request.Method, request.Path) switch
    {
        // The requested order.
        ("POST", "/orders") => Responses.JsonAsync(context, 200, OrderJson("NEW", order: Requested(request, "order_id"),
            amount: Requested(request, "amount"), currency: Requested(request, "currency"), txn: null)),
        ("POST", "/txns") => Responses.JsonAsync(context, 200, TxnJson()),
        ("POST", $"/v2/txns/{Txn}/capture") => Responses.JsonAsync(context, 200, OrderJson("CHARGED")),
        ("POST", $"/v2/txns/{Txn}/void") => Responses.JsonAsync(context, 200, OrderJson("VOIDED")),
        ("POST", var path) when path == $"/orders/{Order}/refunds" =>
            Responses.JsonAsync(context, 200, OrderJson("CHARGED", more: RefundsJson(RefundJson("PENDING")))),
        ("GET", var path) when path == $"/orders/{Order}" =>
            Responses.JsonAsync(context, 200, OrderJson("NEW", txn: null)),
        _ => Responses.JsonAsync(
            context, 404, """{"status":"error","error_code":"not_found","error_message":"no such thing"}"""),
    };

    public override Task DeclineAsync(HttpContext context) => Responses.JsonAsync(
        context, 400, ErrorJson("EXPIRED", "The card's token has expired."));

    public override InboundWebhook Webhook(AttemptId attempt, string secret) => Hook(
        $$"""
        {"id":"evt_V2_1","event_name":"ORDER_SUCCEEDED","date_created":"2024-01-01T10:00:00Z",
        "content":{"order":{{OrderJson("CHARGED", order: CompactName.Of(attempt.ToString(), 17), more: $",\"udf6\":\"{attempt}\"")}} } }
        """,
        secret);

    public static InboundWebhook Hook(string body, string password, string user = WebhookUser) => new()
    {
        Headers = ImmutableDictionary<string, string>.Empty.Add(
            "authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))),
        Body = Encoding.UTF8.GetBytes(body),
        IsSecure = true,
    };

    /// <summary>One field of a form.</summary>
    public static string Requested(Received request, string name) =>
        QueryHelpers.ParseQuery(request.Text)[name].ToString();

    /// <summary>The order object.</summary>
    public static string OrderJson(
        string status, string? order = null, string amount = "123.45", string currency = "INR", string? txn = Txn,
        string method = "CARD", string more = "") =>
        $$"""
        {"id":"ordeh_0123456789abcdef","order_id":"{{order ?? Order}}","status":"{{status}}","status_id":21,"amount":{{amount}},"currency":"{{currency}}",
        "merchant_id":"testmerchant","customer_id":"","refunded":false,"amount_refunded":0
        """
        + (txn is null ? "" : $$"""
        ,"txn_uuid":"{{txn}}","txn_id":"testmerchant-{{order ?? Order}}-1","payment_method_type":"{{method}}"
        """)
        + more + "}";

    /// <summary>What a gateway says, in an order.</summary>
    public static string GatewayJson(
        string code, string message = "", string rrn = "868709664362", string amount = "123.45") =>
        $$"""
        ,"effective_amount":{{amount}},"bank_error_code":"{{code}}","bank_error_message":"{{message}}",
        "txn_detail":{"net_amount":{{amount}},"currency":"INR","txn_amount":{{amount}} },
        "payment_gateway_response":{"resp_code":"{{code}}","resp_message":"{{message}}","rrn":"{{rrn}}","auth_id_code":"NA"}
        """;

    public static string TxnJson(string status = "PENDING_VBV", string? authentication = null, string sdk = "") => $$"""
        {"order_id":"{{Order}}","txn_id":"testmerchant-{{Order}}-1","txn_uuid":"{{Txn}}","status":"{{status}}",
        "payment":{"authentication":{{authentication ?? """{"method":"GET","url":"https://bank.example/pay/start"}"""}}{{sdk}} } }
        """;

    public static string RefundsJson(params string[] refunds) => $",\"refunds\":[{string.Join(',', refunds)}]";

    public static string RefundJson(string status, string? name = null, string amount = "123.45") => $$"""
        {"unique_request_id":"{{name ?? RefundName}}","status":"{{status}}","sent_to_gateway":false,"refund_type":"STANDARD","ref":null,"id":null,
        "error_message":"","error_code":null,"created":"2021-11-23T15:35:32Z","arn":"74332746053000000000001","amount":{{amount}} }
        """;

    public static string ErrorJson(string code, string message, string old = "INVALID_REQUEST") => $$"""
        {"status":"Bad Request","error_code":"{{old}}","error_message":"{{message}}",
        "error_info":{"code":"{{code}}","category":"USER_ERROR","user_message":"Invalid","developer_message":"{{message}}"} }
        """;
}

/// <summary>Juspay keeps what every connector keeps.</summary>
public sealed class JuspayConformance() : ConnectorConformance(new JuspayRig());

/// <summary>And it keeps it of releases too.</summary>
public sealed class JuspayVoidConformance() : VoidConformance(new JuspayRig());

/// <summary>Encrypted calls change nothing of that.</summary>
public sealed class JuspaySealedConformance() : ConnectorConformance(new JuspaySealedRig());
