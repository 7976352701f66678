using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.AmazonPay;

/// <summary>A shop with an account at the simulated Amazon Pay, and its signed calls.</summary>
internal static class AmazonPayShop
{
    public const string KeyId = "SANDBOX-TESTPUBLICKEYID0000001";
    public const string MerchantId = "A1TESTMERCHANT";
    public const string StoreId = "amzn1.application-oa2-client.x";
    public const string Reference = "att_1";

    public static readonly TimeSpan BuyersDelay = TimeSpan.FromMilliseconds(300);

    private static readonly JsonElement Vectors = TestData.Read("amazonpay-vectors");

    private static int _keys;

    public static string PublicKey => Vector("amazonpay-key", "public_key");

    public static string PrivateKey => Vector("amazonpay-key", "private_key");

    public static string Vector(string id, string name) =>
        Vectors.GetProperty(id).GetProperty(name).GetString()!;

    public static JsonElement Inputs(string id) => Vectors.GetProperty(id).GetProperty("inputs");

    public static async Task<Simulator> OpenAsync(Uri? ipn = null, params string[] settings)
    {
        var simulator = await Simulator.StartAsync(settings);
        await simulator.AddAmazonAccountAsync(ipn: ipn);
        return simulator;
    }

    public static async Task AddAmazonAccountAsync(
        this Simulator simulator,
        string keyId = KeyId,
        string merchantId = MerchantId,
        string region = "eu",
        Uri? ipn = null)
    {
        var reply = await simulator.PutAsync($"/_accounts/amazonpay/{keyId}", JsonSerializer.Serialize(new
        {
            merchant_id = merchantId,
            store_id = StoreId,
            region,
            public_key = PublicKey,
            ipn_url = ipn?.ToString(),
        }));
        Assert.Equal(HttpStatusCode.OK, reply.Status);
    }

    /// <summary>A call with everything right, but for what <paramref name="spoil"/> does to it after signing.</summary>
    public static Task<Reply> CallAsync(
        this Simulator simulator,
        string method,
        string path,
        string body = "",
        string? key = null,
        string keyId = KeyId,
        string region = "eu",
        Action<HttpRequestMessage>? spoil = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(method), path)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        var url = new Uri(simulator.Http.BaseAddress!, path);
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["accept"] = "application/json",
            ["content-type"] = "application/json",
            ["x-amz-pay-date"] = simulator.Clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'"),
            ["x-amz-pay-host"] = url.Authority,
            ["x-amz-pay-region"] = region,
        };
        if (method == "POST" && !path.EndsWith("/complete", StringComparison.Ordinal))
        {
            headers["x-amz-pay-idempotency-key"] = key ?? $"key-{Interlocked.Increment(ref _keys)}";
        }

        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        var canonical = $"{method}\n{url.AbsolutePath}\n{url.Query.TrimStart('?')}\n"
            + string.Concat(headers.Select(header => $"{header.Key}:{header.Value}\n"))
            + $"\n{string.Join(';', headers.Keys)}\n{Hash(body)}";
        request.Headers.TryAddWithoutValidation(
            "authorization",
            $"AMZN-PAY-RSASSA-PSS-V2 PublicKeyId={keyId}, SignedHeaders={string.Join(';', headers.Keys)}, "
                + $"Signature={Sign(canonical)}");
        spoil?.Invoke(request);
        return SendAsync(simulator, request);
    }

    /// <summary>Version 2's signature of a content.</summary>
    public static string Sign(string content)
    {
        using var key = RSA.Create();
        key.ImportFromPem(PrivateKey);
        return Convert.ToBase64String(key.SignData(
            Encoding.UTF8.GetBytes($"AMZN-PAY-RSASSA-PSS-V2\n{Hash(content)}"),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pss));
    }

    public static string Session(
        string intent = "AuthorizeWithCapture", string amount = "14.00", string currency = "EUR") => $$$"""
        {"webCheckoutDetails":{"checkoutResultReturnUrl":"https://shop.example/back?x=1","checkoutCancelUrl":"https://shop.example/left",
        "checkoutMode":"ProcessOrder"},"storeId":"{{{StoreId}}}","chargePermissionType":"OneTime","paymentDetails":{"paymentIntent":"{{{intent}}}",
        "canHandlePendingAuthorization":false,"chargeAmount":{"amount":"{{{amount}}}","currencyCode":"{{{currency}}}"}},
        "merchantMetadata":{"merchantReferenceId":"{{{Reference}}}"}}
        """;

    /// <summary>A session by which a payment method is saved, and nothing is charged.</summary>
    public static string Setup(string details = "") => $$$"""
        {"webCheckoutDetails":{"checkoutResultReturnUrl":"https://shop.example/back","checkoutMode":"ProcessOrder"},"storeId":"{{{StoreId}}}",
        "chargePermissionType":"PaymentMethodOnFile","paymentMethodOnFileMetadata":{"setupOnly":true},
        "paymentDetails":{"paymentIntent":"Confirm"{{{details}}}},"merchantMetadata":{"merchantReferenceId":"customer_1"}}
        """;

    /// <summary>A charge of a saved wallet.</summary>
    public static string Order(string permission, string amount = "14.00", string currency = "EUR", string more = "") =>
        $$$"""
        {"chargePermissionId":"{{{permission}}}","chargeAmount":{"amount":"{{{amount}}}","currencyCode":"{{{currency}}}"},"captureNow":true,
        "chargeInitiator":"CITU","channel":"Web","merchantMetadata":{"merchantReferenceId":"{{{Reference}}}"}{{{more}}}}
        """;

    public static string Money(string name, string amount = "14.00", string currency = "EUR") => $$$"""
        {"{{{name}}}":{"amount":"{{{amount}}}","currencyCode":"{{{currency}}}"}}
        """;

    public static async Task<string> CheckoutAsync(this Simulator simulator, string? session = null)
    {
        var reply = await simulator.CallAsync("POST", "/amazonpay/v2/checkoutSessions", session ?? Session());
        Assert.True(reply.Status == HttpStatusCode.Created, reply.Text);
        return reply["checkoutSessionId"];
    }

    public static Task<Reply> CompleteAsync(this Simulator simulator, string session, string? amount = null) =>
        simulator.CallAsync(
            "POST", $"/amazonpay/v2/checkoutSessions/{session}/complete", amount ?? Money("chargeAmount"));

    /// <summary>A session whose buyer placed the order, completed; returns its charge.</summary>
    public static async Task<string> PaidAsync(this Simulator simulator, string intent = "AuthorizeWithCapture")
    {
        var session = await simulator.CheckoutAsync(Session(intent));
        simulator.Clock.Advance(BuyersDelay);
        var reply = await simulator.CompleteAsync(session);
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
        return reply["chargeId"];
    }

    /// <summary>A saved wallet whose buyer agreed; returns its permission.</summary>
    public static async Task<string> SavedAsync(this Simulator simulator, string details = "")
    {
        var session = await simulator.CheckoutAsync(Setup(details));
        simulator.Clock.Advance(BuyersDelay);
        var reply = await simulator.CompleteAsync(session, "{}");
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
        return reply["chargePermissionId"];
    }

    public static Task<Reply> ChargeAsync(this Simulator simulator, string order, string? key = null) =>
        simulator.CallAsync("POST", "/amazonpay/v2/charges", order, key);

    public static async Task<Reply> ReadAsync(this Simulator simulator, string path)
    {
        var reply = await simulator.CallAsync("GET", "/amazonpay/v2/" + path);
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
        return reply;
    }

    public static string State(this Reply reply) =>
        reply.Json.GetProperty("statusDetails").GetProperty("state").GetString()!;

    public static string? Reason(this Reply reply) => reply.Json.TryGetProperty("reasonCode", out var refused)
        ? refused.GetString()
        : reply.Json.GetProperty("statusDetails").GetProperty("reasonCode").GetString();

    private static async Task<Reply> SendAsync(Simulator simulator, HttpRequestMessage request)
    {
        using (request)
        {
            return await simulator.SendAsync(request);
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
