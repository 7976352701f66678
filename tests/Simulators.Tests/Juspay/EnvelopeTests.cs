using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentCluster.Simulators.Juspay;
using PaymentCluster.Simulators.Tests.Hosting;

namespace PaymentCluster.Simulators.Tests.Juspay;

public sealed class EnvelopeTests : IDisposable
{
    private readonly RSA _merchant = RSA.Create(2048);
    private readonly RSA _juspay = RSA.Create(2048);

    private JuspayAccount Juspay => new()
    {
        MerchantId = JuspayShop.Merchant,
        ApiKey = JuspayShop.ApiKey,
        ResponseKey = JuspayShop.ResponseKey,
        KeyId = "key_test1",
        MerchantPublicKey = _merchant.ExportSubjectPublicKeyInfoPem(),
        JuspayPrivateKey = _juspay.ExportPkcs8PrivateKeyPem(),
    };

    // The merchant's side is the same with the keys the other way round.
    private JuspayAccount Merchant => Juspay with
    {
        MerchantPublicKey = _juspay.ExportSubjectPublicKeyInfoPem(),
        JuspayPrivateKey = _merchant.ExportPkcs8PrivateKeyPem(),
    };

    public void Dispose()
    {
        _merchant.Dispose();
        _juspay.Dispose();
    }

    [Fact]
    public void What_the_node_library_sealed_is_opened()
    {
        var vector = Vector("juspay-jwe-jws-request-1");
        var account = Juspay with
        {
            MerchantPublicKey = vector.GetProperty("merchant_public_key").GetString(),
            JuspayPrivateKey = vector.GetProperty("provider_private_key").GetString(),
        };
        var body = Encoding.UTF8.GetBytes(vector.GetProperty("jwe").GetRawText());
        Assert.Equal("key_test1", JuspayEnvelope.KeyIdOf(body));
        Assert.Equal(
            vector.GetProperty("expected").GetString(), Encoding.UTF8.GetString(JuspayEnvelope.Open(body, account)!));
    }

    [Fact]
    public void What_was_changed_or_signed_by_another_is_not_opened()
    {
        var vector = Vector("juspay-jwe-jws-request-1");
        var account = Juspay with { JuspayPrivateKey = vector.GetProperty("provider_private_key").GetString() };
        Assert.Null(JuspayEnvelope.Open(Encoding.UTF8.GetBytes(vector.GetProperty("jwe").GetRawText()), account));
        foreach (var member in (string[])["header", "encryptedKey", "iv", "encryptedPayload", "tag"])
        {
            var jwe = JsonSerializer.Deserialize<Dictionary<string, string>>(vector.GetProperty("jwe").GetRawText())!;
            var bytes = Base64Url.DecodeFromChars(jwe[member]);
            bytes[^1] ^= 1;
            jwe[member] = Base64Url.EncodeToString(bytes);
            var changed = Juspay with
            {
                MerchantPublicKey = vector.GetProperty("merchant_public_key").GetString(),
                JuspayPrivateKey = vector.GetProperty("provider_private_key").GetString(),
            };
            Assert.Null(JuspayEnvelope.Open(JsonSerializer.SerializeToUtf8Bytes(jwe), changed));
        }
    }

    [Fact]
    public async Task An_encrypted_sale_from_session_to_refund()
    {
        await using var simulator = await OpenAsync();
        var session = await SendAsync(simulator, "/v4/session",
            """{"order_id":"A1","amount":"10.00","currency":"INR","payment_page_client_id":"testmerchant","action":"paymentPage"}""");
        Assert.Equal("NEW", session.GetProperty("status").GetString());
        var begun = await SendAsync(simulator, "/v4/txns",
            """{"order_id":"A1","merchant_id":"testmerchant","payment_method_type":"NB","payment_method":"NB_HDFC","format":"json"}""");
        Assert.Equal("PENDING_VBV", begun.GetProperty("status").GetString());
        simulator.Clock.Advance(JuspayShop.CustomersDelay);
        Assert.Equal(
            "CHARGED",
            (await SendAsync(simulator, "/v4/order-status", """{"order_id":"A1"}""")).GetProperty("status")
                .GetString());
        var refunded = await SendAsync(
            simulator, "/v4/orders/A1/refunds", """{"unique_request_id":"R1","amount":"1.00"}""");
        Assert.Equal("R1", refunded.GetProperty("refunds")[0].GetProperty("unique_request_id").GetString());
        Assert.Equal(
            "NOT_FOUND",
            (await SendAsync(simulator, "/v4/order-status", """{"order_id":"A2"}""", HttpStatusCode.NotFound))
                .GetProperty("status").GetString());
    }

    [Fact]
    public async Task What_no_one_sealed_is_not_let_in_under_v4()
    {
        await using var simulator = await OpenAsync();
        foreach (var body in (string[])["""{"order_id":"A1"}""", "{}", "", "[]", """{"header":"e30"}"""])
        {
            var reply = await simulator.CallAsync(HttpMethod.Post, "/juspay/v4/order-status", body, "application/json");
            Assert.Equal(HttpStatusCode.Unauthorized, reply.Status);
        }
    }

    private static JsonElement Vector(string id) => TestData.Read("juspay-vectors").EnumerateArray()
        .Single(vector => vector.GetProperty("id").GetString() == id);

    private async Task<Simulator> OpenAsync()
    {
        var simulator = await Simulator.StartAsync();
        var keys = JsonSerializer.Serialize(new
        {
            key_id = "key_test1",
            merchant_public_key = Juspay.MerchantPublicKey,
            juspay_private_key = Juspay.JuspayPrivateKey,
        });
        await simulator.RegisterAtJuspayAsync(more: "," + keys[1..^1]);
        return simulator;
    }

    private async Task<JsonElement> SendAsync(
        Simulator simulator, string path, string json, HttpStatusCode status = HttpStatusCode.OK)
    {
        var body = Encoding.UTF8.GetString(JuspayEnvelope.Seal(Encoding.UTF8.GetBytes(json), Merchant));
        var reply = await simulator.CallAsync(HttpMethod.Post, "/juspay" + path, body, "application/json", key: "");
        Assert.True(reply.Status == status, reply.Text);
        return JsonDocument.Parse(JuspayEnvelope.Open(Encoding.UTF8.GetBytes(reply.Text), Merchant)).RootElement;
    }
}
