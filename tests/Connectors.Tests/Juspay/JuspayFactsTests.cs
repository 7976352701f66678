using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Juspay;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Juspay;

/// <summary>Requests sent and envelopes made by Juspay's official Node library 1.0.0, published signatures,
/// and what the documents say of lengths and spellings.</summary>
public sealed class JuspayFactsTests : IAsyncLifetime
{
    private static readonly JsonElement Vectors = Read("juspay-vectors");

    private readonly JuspayRig _rig = new();
    private ScriptedServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _server.Script = _rig.RespondAsync;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_key_is_the_user_and_there_is_no_password()
    {
        await _rig.ActAsync(Create(), Effect.Charge, TimeProvider.System);
        Assert.All(_server.Requests, request =>
        {
            Assert.Equal(
                Vector("juspay-basic-auth-1").GetProperty("expected").GetString(), request.Headers["Authorization"]);
            Assert.Equal(("testmerchant", "2023-06-30"), (request.Headers["x-merchantid"], request.Headers["version"]));
            Assert.Equal(JuspayRig.Order, request.Headers["x-routing-id"]);
            Assert.StartsWith(
                "application/x-www-form-urlencoded", request.Headers["Content-Type"], StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task An_order_is_sent_as_the_library_does()
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Netbanking, Bank = "HDFC" });
        AssertSent("/orders", $"order_id={JuspayRig.Order}&amount=123.45&currency=INR&udf6={ConnectorRig.Attempt}");
        AssertSent(
            "/orders",
            "return_url=https%3A%2F%2Fengine.example%2Freturn&customer_email=a%40b.example&customer_phone=9876543210");
    }

    [Theory]
    [InlineData(CaptureMode.Automatic, null), InlineData(CaptureMode.Manual, "false")]
    public async Task An_order_says_who_captures(CaptureMode mode, string? expected)
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Netbanking, Bank = "HDFC" }, mode);
        Assert.Equal(expected, (string?)Form("/orders").GetValueOrDefault("metadata.txns.auto_capture"));
    }

    [Fact]
    public async Task A_collect_request_is_sent_as_the_library_does()
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Collect, Vpa = "a@upi" });
        AssertSent(
            "/txns", $"order_id={JuspayRig.Order}&payment_method_type=UPI&payment_method=UPI_COLLECT&upi_vpa=a%40upi"
                + "&redirect_after_payment=true&merchant_id=testmerchant&format=json");
    }

    [Theory]
    [InlineData(UpiFlow.Intent), InlineData(UpiFlow.Qr)]
    public async Task A_upi_link_is_sent_with_its_parameters(UpiFlow flow)
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = flow });
        AssertSent("/txns", "payment_method_type=UPI&payment_method=UPI_PAY&sdk_params=true");
    }

    [Theory]
    [InlineData("HDFC", "NB_HDFC"), InlineData("UTIB", "NB_AXIS")]
    [InlineData("SBIN", "NB_SBI"), InlineData("IDIB", "NB_INDB")]
    [InlineData("INDB", "NB_INDUS"), InlineData("YESB", "NB_YESB")]
    public async Task Banks_have_names_of_their_own(string bank, string expected)
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Netbanking, Bank = bank });
        AssertSent("/txns", $"payment_method_type=NB&payment_method={expected}");
    }

    [Fact]
    public async Task A_linked_wallet_is_debited_with_its_token()
    {
        var method = new PaymentMethod { Kind = PaymentMethodKind.Wallet, Wallet = "mobikwik" };
        await ChargeAsync(method);
        Assert.False(Form("/txns").ContainsKey("direct_wallet_token"));
        await ChargeAsync(method, with: request => request with
        {
            Instrument = new ChargeInstrument.LinkedWallet("mobikwik", new Secret("tok_1")),
        });
        AssertSent("/txns", "payment_method_type=WALLET&payment_method=MOBIKWIK&direct_wallet_token=tok_1");
    }

    [Fact]
    public async Task A_card_is_sent_as_documented_and_kept_where_its_owner_agrees()
    {
        await ChargeAsync(_rig.Method);
        AssertSent(
            "/txns",
            "payment_method_type=CARD&payment_method=VISA&card_number=4111111111111111&card_exp_month=04"
                + "&card_exp_year=31&name_on_card=A%20B&card_security_code=9173&auth_type=THREE_DS");
        Assert.False(Form("/txns").ContainsKey("save_to_locker"));
        await ChargeAsync(_rig.Method, with: request => request with
        {
            Instrument = ConnectorRig.TypedCard(saving: new(null)),
        });
        AssertSent("/txns", "save_to_locker=true&tokenize=true");
    }

    [Fact]
    public async Task A_saved_card_is_paid_with_by_its_token()
    {
        await ChargeAsync(_rig.Method, with: request => request with
        {
            Instrument = ConnectorRig.SavedCard("ctkn_1", "123"),
        });
        AssertSent("/txns", "payment_method_type=CARD&payment_method=VISA&card_token=ctkn_1&card_security_code=123");
        Assert.False(Form("/txns").ContainsKey("card_number"));
    }

    [Fact]
    public async Task A_refund_is_sent_as_the_library_does()
    {
        await _rig.ActAsync(Create(), Effect.Refund, TimeProvider.System);
        AssertSent($"/orders/{JuspayRig.Order}/refunds", $"unique_request_id={JuspayRig.RefundName}&amount=123.45");
    }

    [Fact]
    public void Names_fit_the_documented_lengths_and_characters()
    {
        Assert.Matches("^[a-z0-9]{17}$", JuspayRig.Order);
        Assert.Matches("^[a-z0-9]{20}$", JuspayRig.RefundName);
        Assert.NotEqual(
            JuspayMapping.OrderId(ConnectorRig.Attempt),
            JuspayMapping.OrderId(ConnectorRig.Attempt with { Number = 2 }));
        Assert.NotEqual(
            JuspayMapping.RefundName(ConnectorRig.Refund),
            JuspayMapping.RefundName(ConnectorRig.Refund with { Number = 1 }));
    }

    [Fact]
    public async Task The_webhook_is_known_by_user_and_password()
    {
        var vector = Vector("juspay-webhook-basic-auth-1");
        var webhook = _rig.Webhook(ConnectorRig.Attempt, "p4ssw0rd");
        Assert.Equal(vector.GetProperty("expected").GetString(), webhook.Headers["authorization"]);
        Assert.IsType<WebhookReading.OfCharge>(await Create().ReadWebhookAsync(webhook, _rig.Credentials));
    }

    [Fact]
    public void An_envelope_of_the_libraries_is_opened()
    {
        var vector = Vector("juspay-jwe-jws-request-1");
        var opened = JuspayEnvelope.Open(
            Encoding.UTF8.GetBytes(vector.GetProperty("jwe").GetRawText()), KeysOf(vector));
        Assert.Equal(vector.GetProperty("expected").GetString(), Encoding.UTF8.GetString(opened!));
    }

    [Fact]
    public void An_envelope_that_was_changed_or_is_none_is_not_opened()
    {
        var vector = Vector("juspay-jwe-jws-request-1");
        var keys = KeysOf(vector);
        foreach (var member in vector.GetProperty("jwe").EnumerateObject())
        {
            var text = member.Value.GetString()!;
            var changed = vector.GetProperty("jwe").GetRawText()
                .Replace(text, (text[0] == 'A' ? 'B' : 'A') + text[1..], StringComparison.Ordinal);
            Assert.Null(JuspayEnvelope.Open(Encoding.UTF8.GetBytes(changed), keys));
        }

        Assert.All(
            ["", "{}", "[]", "null", "1", """{"header":1}""", """{"header":"!"}""", """{"header":"e30"}"""],
            text => Assert.Null(JuspayEnvelope.Open(Encoding.UTF8.GetBytes(text), keys)));
    }

    [Fact]
    public void Keys_that_are_none_close_no_envelope() =>
        Assert.Null(JuspayEnvelope.Seal("{}"u8, JuspayRig.CredentialsOf(
            "k", "p", ("key_id", "k"), ("private_key", "not a key"), ("juspay_public_key", "not a key"))));

    [Fact]
    public async Task Keys_that_are_none_are_the_merchants_fault_and_nothing_is_sent()
    {
        var credentials = JuspayRig.CredentialsOf(
            "k", "p", ("key_id", "k"), ("private_key", "x"), ("juspay_public_key", "x"));
        var request = _rig.ChargeOf(TimeProvider.System, SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(1)));
        var declined = Assert.IsType<Grains.Abstractions.Providers.ProviderOutcome.Declined>(
            await Create().ChargeAsync(request, credentials));
        Assert.Equal("credentials_refused", declined.Failure.Code);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public void The_published_return_is_signed_and_no_other()
    {
        var vector = Vector("juspay-return-url-hmac-published");
        var key = new Secret(vector.GetProperty("secret").GetString()!);
        var parameters = vector.GetProperty("inputs").GetProperty("params").EnumerateObject()
            .ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!, StringComparer.Ordinal);
        parameters["signature"] = vector.GetProperty("published").GetString()!;
        parameters["signature_algorithm"] = "HMAC-SHA256";
        Assert.True(JuspayReturn.IsSigned(parameters, key));

        Assert.False(JuspayReturn.IsSigned(parameters, new Secret("another key")));
        Assert.False(JuspayReturn.IsSigned(parameters, new Secret("")));
        foreach (var (name, value) in new (string, string?)[]
        {
            ("status", "CHARGED"), ("myQP", "aGVsbG9Xb3JsZA="), ("added", "1"), ("order_id", null), ("signature", null),
            ("signature", ""), ("signature", "not base64"), ("signature", "AAAA"), ("signature_algorithm", "HMAC-SHA1"),
        })
        {
            var changed = new Dictionary<string, string>(parameters, StringComparer.Ordinal);
            changed.Remove(name);
            if (value is not null)
            {
                changed[name] = value;
            }

            Assert.False(JuspayReturn.IsSigned(changed, key), name);
        }
    }

    private static JsonElement Read(string name)
    {
        using var stream = typeof(JuspayFactsTests).Assembly.GetManifestResourceStream(name)!;
        return JsonDocument.Parse(stream).RootElement.Clone();
    }

    private static JsonElement Vector(string id) =>
        Vectors.EnumerateArray().Single(vector => vector.GetProperty("id").GetString() == id);

    // Seen from Juspay: its private key opens, and the merchant's public key tells who signed.
    private static ProviderCredentials KeysOf(JsonElement vector) => JuspayRig.CredentialsOf(
        "k",
        "p",
        ("key_id", "key_test1"),
        ("private_key", vector.GetProperty("provider_private_key").GetString()!),
        ("juspay_public_key", vector.GetProperty("merchant_public_key").GetString()!));

    private Task ChargeAsync(
        PaymentMethod method,
        CaptureMode capture = CaptureMode.Automatic,
        Func<ChargeRequest, ChargeRequest>? with = null)
    {
        var request =
            _rig.ChargeOf(TimeProvider.System, SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(1))) with
            {
                Instrument = ConnectorRig.InstrumentOf(method),
                Capture = capture,
            };
        return Create().ChargeAsync(with?.Invoke(request) ?? request, _rig.Credentials);
    }

    private Dictionary<string, Microsoft.Extensions.Primitives.StringValues> Form(string path) =>
        QueryHelpers.ParseQuery(
            _server.Requests.Last(request => request is { Method: "POST" } && request.Path == path).Text);

    // All these fields were sent, whatever stood beside them.
    private void AssertSent(string path, string form)
    {
        var sent = Form(path);
        Assert.All(
            QueryHelpers.ParseQuery(form), field => Assert.Equal(field.Value.ToString(), sent[field.Key].ToString()));
    }

    private IConnector Create() =>
        _rig.Create(options => options.BaseUrl = _server.Url, TimeProvider.System, new CapturedLogs());
}
