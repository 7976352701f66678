using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Simulators.Juspay;

namespace PaymentCluster.Connectors.Tests.Juspay;

/// <summary>Juspay for a merchant with keys: it opens requests and seals responses, by the simulator's independent
/// reading of the envelopes.</summary>
public sealed class JuspaySealedRig : JuspayRig
{
    public const string KeyId = "key_test1";

    private static readonly RSA MerchantKey = RSA.Create(2048);
    private static readonly RSA JuspayKey = RSA.Create(2048);

    public static string MerchantPublicKey { get; } = MerchantKey.ExportSubjectPublicKeyInfoPem();

    public static string JuspayPrivateKey { get; } = JuspayKey.ExportPkcs8PrivateKeyPem();

    /// <summary>The account on Juspay's side.</summary>
    internal static JuspayAccount Account { get; } = new()
    {
        MerchantId = Merchant,
        ApiKey = ApiKey,
        ResponseKey = "unused",
        KeyId = KeyId,
        MerchantPublicKey = MerchantPublicKey,
        JuspayPrivateKey = JuspayPrivateKey,
    };

    public override ProviderCredentials Credentials { get; } = CredentialsOf(
        ApiKey,
        "p4ssw0rd",
        ("key_id", KeyId),
        ("private_key", MerchantKey.ExportPkcs8PrivateKeyPem().Trim()),
        ("juspay_public_key", JuspayKey.ExportSubjectPublicKeyInfoPem().Trim()));

    public override IReadOnlyList<string> SecretCredentials =>
        [
            .. base.SecretCredentials,
            MerchantKey.ExportPkcs8PrivateKeyPem()[40..90],
            Convert.ToBase64String(MerchantKey.ExportPkcs8PrivateKey())[..40],
        ];

    // What is in an envelope is a third longer, and then once more.
    public override int LongestResponse => 6_000;

    public override IEnumerable<(Money Amount, string InBody)> AmountFormats => [];

    public override bool Is(Effect effect, Received request) => effect is Effect.Charge or Effect.Refund
        ? request.Path.StartsWith("/v4/", StringComparison.Ordinal)
            && base.Is(effect, request with { Path = request.Path[3..] })
        : base.Is(effect, request);

    public override Task RefuseCredentialsAsync(HttpContext context) =>
        Responses.JsonAsync(
            context,
            401,
            """{"status":"error","error_code":"access_denied","error_message":"Invalid Authentication"}""");

    public override async Task RespondAsync(Received request, HttpContext context)
    {
        if (!request.Path.StartsWith("/v4/", StringComparison.Ordinal))
        {
            await base.RespondAsync(request, context);
            return;
        }

        Assert_nothing_but_the_signature_says_who_calls(request);
        using var sent = JsonDocument.Parse(JuspayEnvelope.Open(request.Body, Account)
            ?? throw new InvalidOperationException("The envelope cannot be opened."));
        var response = request.Path[3..] switch
        {
            "/session" => SessionJson(Text("order_id"), Text("amount"), Text("currency")),
            "/txns" => TxnJson(),
            "/order-status" => OrderJson("NEW", txn: null),
            _ => OrderJson("CHARGED", more: RefundsJson(RefundJson("PENDING"))),
        };
        await Responses.JsonAsync(
            context, 200, Encoding.UTF8.GetString(JuspayEnvelope.Seal(Encoding.UTF8.GetBytes(response), Account)));

        string Text(string name) => sent.RootElement.GetProperty(name).GetString()!;
    }

    public static string SessionJson(string order, string amount, string currency) => $$"""
        {"status":"NEW","id":"ordeh_1","order_id":"{{order}}","payment_links":{"web":"https://juspay.example/pay","expiry":"2024-01-01T10:15:00Z"},
        "sdk_payload":{"requestId":"r1","service":"in.juspay.hyperpay","payload":{"action":"paymentPage","clientAuthToken":"tkn_1",
        "merchantId":"testmerchant","orderId":"{{order}}","amount":"{{amount}}","currency":"{{currency}}"},"expiry":"2024-01-01T10:15:00Z"} }
        """;

    private static void Assert_nothing_but_the_signature_says_who_calls(Received request)
    {
        if (request.Headers.ContainsKey("Authorization")
            || request.Text.Contains(ConnectorRig.CardNumber, StringComparison.Ordinal))
        {
            throw new InvalidOperationException("The key or the card was sent outside of the envelope.");
        }
    }
}
