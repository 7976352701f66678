using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.PayU;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Tests.PayU;

/// <summary>PayU as its documents have it, when all is well.</summary>
public sealed class PayURig : ConnectorRig
{
    public const string Pay = "403993715500000001";
    public const string Request = "136400001";
    public const string Key = "TESTKEY1";
    public const string Salt = "TESTSALT01234567";
    public const string Page =
        "<html><body><form id=\"acs\" method=\"post\" action=\"https://acs.bank.example/\"></form></body></html>";

    private bool _declined;

    public override ProviderCredentials Credentials { get; } = CredentialsOf(Key, Salt);

    public override IReadOnlyList<string> SecretCredentials => [Salt];

    public override string PaymentReference => Pay;

    public override string OrderReference => "order-1";

    public override string RefundReference => Request;

    public override string WebhookSecret => Salt;

    // The hash covers neither the payment's id nor whether it was captured.
    public override bool WebhookSignsBody => false;

    public override IEnumerable<(Money Amount, string InBody)> AmountFormats =>
    [
        (Money.Of(12_345, Currency.Inr), "&amount=123.45&"),
        (Money.Of(100, Currency.Inr), "&amount=1.00&"),
        (Money.Of(7, Currency.Inr), "&amount=0.07&"),
        (Money.Of(Money.MaxAmountMinor, Currency.Inr), "&amount=1000000000000.00&"),
    ];

    public static string NotFoundJson =>
        $$$"""
        {"status":0,"msg":"0 out of 1 Transactions Fetched Successfully","transaction_details":{"{{{Attempt}}}":{"mihpayid":"Not Found","status":"Not Found"} } }
        """;

    public static string NoActionsJson =>
        $$$"""{"status":0,"msg":"0 out of 1 Transactions Fetched Successfully","transaction_details":{"{{{Pay}}}":"No action status found"}}""";

    public static string CaptureQueuedJson =>
        $$"""{"status":1,"msg":"Capture Request Queued","request_id":"{{Request}}","bank_ref_num":"1"}""";

    public static string RefundQueuedJson =>
        $$"""{"status":1,"msg":"Refund Request Queued","request_id":"{{Request}}","bank_ref_num":"1","mihpayid":"{{Pay}}","error_code":102}""";

    public static string CancelQueuedJson =>
        $$"""{"status":1,"msg":"Cancel Request Queued","txn_update_id":"{{Request}}","bank_ref_num":"1","mihpayid":"{{Pay}}"}""";

    public static ProviderCredentials CredentialsOf(string key, string salt) => new(
        "shop", ImmutableDictionary<string, Secret>.Empty.Add("key", new Secret(key)).Add("salt", new Secret(salt)));

    public override IConnector Create(Action<ProviderHttpOptions> configure, TimeProvider time, ILoggerFactory logs)
    {
        var options = new PayUOptions();
        configure(options);
        options.CommandUrl = options.BaseUrl;
        return new PayUConnector(Options.Create(options), time, logs.CreateLogger<PayUConnector>());
    }

    public override bool Is(Effect effect, Received request) => effect switch
    {
        Effect.Charge => request.Path == "/_payment",
        Effect.Capture => CommandOf(request) == "capture_transaction",
        // One command, distinguished by its token.
        Effect.Refund => CommandOf(request) == "cancel_refund_transaction"
            && FieldOf(request, "var2") != PayUMapping.VoidToken(Attempt),
        Effect.Void => CommandOf(request) == "cancel_refund_transaction"
            && FieldOf(request, "var2") == PayUMapping.VoidToken(Attempt),
    };

    public override Task RespondAsync(Received request, HttpContext context) => Responses.JsonAsync(
        context,
        200,
        request.Path == "/_payment"
            ? PaymentJson($"\"acsTemplate\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(Page))}\"")
        : request.Path != "/merchant/postservice.php" || request.Query != "?form=2" ? "a:0:{}"
        : CommandOf(request) switch
        {
            // What was declined is not there; what is to be released was authorised.
            "verify_payment" => _declined ? NotFoundJson : ChargeJson("success", "auth"),
            "capture_transaction" => CaptureQueuedJson,
            "cancel_refund_transaction" => Is(Effect.Void, request) ? CancelQueuedJson : RefundQueuedJson,
            "check_action_status" => NoActionsJson,
            _ => """{"status":0,"msg":"Invalid command"}""",
        });

    public override Task DeclineAsync(HttpContext context)
    {
        _declined = true;
        return Responses.JsonAsync(context, 200, RefusalJson("E310", "Bank Declined Transaction"));
    }

    public override Task RefuseCredentialsAsync(HttpContext context) => Responses.JsonAsync(
        context,
        200,
        context.Request.Path == "/_payment"
            ? RefusalJson("E1903", "Transaction failed due to incorrectly calculated hash parameter.")
            : """{"status":0,"msg":"Invalid Hash."}""");

    public override string Echo(Received request) => $$"""{"status":0,"msg":"{{request.Text}}"}""";

    public override InboundWebhook WithoutSignature(InboundWebhook webhook) => webhook with
    {
        Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(webhook.Body.Span).Split("&hash=")[0]),
    };

    public override InboundWebhook Webhook(AttemptId attempt, string secret) => Form(attempt.ToString(), secret);

    public static InboundWebhook Form(string txnId, string salt, string more = "", string status = "success") => new()
    {
        Headers = ImmutableDictionary<string, string>.Empty.Add("content-type", "application/x-www-form-urlencoded"),
        Body = Encoding.UTF8.GetBytes(
            $"mihpayid={Pay}&mode=UPI&status={status}&unmappedstatus=captured&key={Key}&txnid={txnId}&amount=123.45"
            + $"&productinfo=Order+1&firstname=Asha&email=asha%40example.com&udf1=a%7Cb&udf2=&udf3=&udf4=&udf5={more}"
            + $"&hash={Sha512($"{salt}|{status}||||||||||a|b|asha@example.com|Asha|Order 1|123.45|{txnId}|{Key}")}"),
    };

    public static string Sha512(string text) => Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(text)));

    public static InboundWebhook Json(string body) => new()
    {
        Headers = ImmutableDictionary<string, string>.Empty.Add("content-type", "application/json"),
        Body = Encoding.UTF8.GetBytes(body),
    };

    public static string? CommandOf(Received request) =>
        request.Path == "/_payment" ? null : FieldOf(request, "command");

    public static string? FieldOf(Received request, string name) =>
        QueryHelpers.ParseQuery(request.Text).TryGetValue(name, out var value) ? value.ToString() : null;

    public static string PaymentJson(string result, string status = "pending") => $$"""
        {"metaData":{"message":null,"referenceId":"c99a","statusCode":null,"txnId":"{{Attempt}}","txnStatus":"{{status}}","unmappedStatus":"{{status}}"},
        "result":{"paymentId":"{{Pay}}","merchantName":"Acme","merchantVpa":"acme@hdfcbank","amount":"123.45",{{result}} } }
        """;

    public static string RefusalJson(string code, string message) => $$$"""
        {"metaData":{"message":"{{{message}}}","referenceId":null,"statusCode":"{{{code}}}","txnId":"{{{Attempt}}}","txnStatus":"failed","unmappedStatus":"failed"},"result":{}}
        """;

    public static string ChargeJson(
        string status, string unmapped, string amount = "123.45", string charges = "0.00", string? paid = null,
        string mode = "UPI", string code = "E000", string bank = "SUCCESS", string id = Pay,
        string? txnId = null) => $$$"""
        {"status":1,"msg":"1 out of 1 Transactions Fetched Successfully","transaction_details":{"{{{Attempt}}}":{"mihpayid":"{{{id}}}","request_id":"",
        "bank_ref_num":"401234567890","amt":"{{{paid ?? amount}}}","transaction_amount":"{{{amount}}}","txnid":"{{{txnId ?? Attempt.ToString()}}}","additional_charges":"{{{charges}}}",
        "productinfo":"p","bankcode":"INTENT","udf1":"","field9":"{{{bank}}}","error_code":"{{{code}}}","error_Message":"NO ERROR","card_type":null,
        "net_amount_debit":123.45,"mode":"{{{mode}}}","status":"{{{status}}}","unmappedstatus":"{{{unmapped}}}","Merchant_UTR":null,"Settled_At":"0000-00-00 00:00:00"} } }
        """;

    public static string ActionsJson(
        string action, string token, string status, string amount = "123.45", string payment = Pay) => $$$"""
        {"status":1,"msg":"1 out of 1 Transactions Fetched Successfully","transaction_details":{"{{{Pay}}}":{"{{{Request}}}":{"mihpayid":"{{{payment}}}","bank_ref_num":"1",
        "request_id":"{{{Request}}}","amt":"{{{amount}}}","mode":"UPI","action":"{{{action}}}","token":"{{{token}}}","status":"{{{status}}}","bank_arn":74332746053000000000001,
        "settlement_id":null,"refund_mode":"Back to Source"} } } }
        """;
}

/// <summary>PayU keeps what every connector keeps.</summary>
public sealed class PayUConformance() : ConnectorConformance(new PayURig());

/// <summary>And what every connector that releases authorisations keeps.</summary>
public sealed class PayUVoidConformance() : VoidConformance(new PayURig());
