using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Razorpay;

/// <summary>Signatures made and requests sent by Razorpay's official Node SDK 2.9.8, and its documents'
/// tables.</summary>
public sealed class RazorpayFactsTests : IAsyncLifetime
{
    // The SDK accepts this body under this secret with this signature, and refuses it with 12346 for 12345.
    private const string WebhookBody =
        """{"entity":"event","account_id":"acc_TESTacct000001","event":"payment.captured","contains":["payment"],"payload":{"payment":{"entity":{"id":"pay_TESTpay0000001","entity":"payment","amount":12345,"currency":"INR","status":"captured","order_id":"order_TESTord00001","method":"upi","captured":true,"notes":{"k":"café ₹"},"created_at":1700000000}}},"created_at":1700000001}""";

    private const string WebhookSignature = "18fd88c64cc01a0f417959d57bcebeb7e7171413e45e9fb18e6820b6795a595b";

    private const string BasicAuthorization = "Basic cnpwX3Rlc3RfMTIzNDU2Nzg5MGFiY2Q6VEVTVGtleVNlY3JldEFCQ0RFRkdISUpL";

    private readonly RazorpayRig _rig = new();
    private ScriptedServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _server.Script = _rig.RespondAsync;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_webhook_that_the_sdk_accepts_is_accepted() => Assert.IsType<WebhookReading.Unmatched>(
        await Create().ReadWebhookAsync(Signed(WebhookBody), _rig.Credentials));

    [Fact]
    public async Task The_webhook_that_the_sdk_refuses_is_forged()
    {
        var webhook = Signed(WebhookBody.Replace("12345", "12346", StringComparison.Ordinal));
        Assert.IsType<WebhookReading.Forged>(await Create().ReadWebhookAsync(webhook, _rig.Credentials));
    }

    [Fact]
    public async Task An_order_is_sent_as_the_sdk_does()
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Netbanking, Bank = "HDFC" });
        AssertSent(
            "POST", "/v1/orders", $$$"""{"currency":"INR","amount":12345,"receipt":"{{{ConnectorRig.Attempt}}}"}""");
        AssertSent("POST", "/v1/orders", $$$"""{"notes":{"attempt":"{{{ConnectorRig.Attempt}}}"}}""");
    }

    [Theory]
    [InlineData(
        CaptureMode.Automatic,
        """{"capture":"automatic","capture_options":{"automatic_expiry_period":15,"manual_expiry_period":7200,"refund_speed":"normal"}}""")]
    [InlineData(
        CaptureMode.Manual,
        """{"capture":"manual","capture_options":{"manual_expiry_period":7200,"refund_speed":"normal"}}""")]
    public async Task An_order_says_who_captures(CaptureMode mode, string expected)
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Netbanking, Bank = "HDFC" }, mode);
        AssertSent("POST", "/v1/orders", $$"""{"payment":{{expected}}}""");
    }

    [Fact]
    public async Task A_netbanking_payment_is_sent_as_the_sdk_does()
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Netbanking, Bank = "HDFC" });
        AssertSent("POST", "/v1/payments/create/json", """
            {"amount":12345,"currency":"INR","order_id":"order_TESTord00001","email":"a@b.c","contact":"9000000000","method":"netbanking","bank":"HDFC"}
            """);
    }

    [Theory]
    [InlineData(UpiFlow.Intent), InlineData(UpiFlow.Qr)]
    public async Task A_upi_link_is_sent_as_the_sdk_does(UpiFlow flow)
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = flow });
        AssertSent("POST", "/v1/payments/create/json", """
            {"amount":12345,"currency":"INR","order_id":"order_TESTord00001","email":"a@b.c","contact":"9000000000","method":"upi","upi":{"flow":"intent"}}
            """);
    }

    [Fact]
    public async Task A_collect_request_names_the_upi_id_and_how_long_it_is_open()
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Collect, Vpa = "a@upi" });
        AssertSent(
            "POST",
            "/v1/payments/create/json",
            """{"method":"upi","upi":{"flow":"collect","vpa":"a@upi","expiry_time":15}}""");
    }

    [Fact]
    public async Task A_wallet_payment_names_the_wallet()
    {
        await ChargeAsync(new PaymentMethod { Kind = PaymentMethodKind.Wallet, Wallet = "mobikwik" });
        AssertSent("POST", "/v1/payments/create/json", """{"method":"wallet","wallet":"mobikwik"}""");
    }

    [Fact]
    public async Task A_card_payment_is_sent_as_documented()
    {
        await _rig.ActAsync(Create(), Effect.Charge, TimeProvider.System);
        AssertSent("POST", "/v1/payments/create/json", """
            {"method":"card","card":{"number":"4111111111111111","name":"A B","expiry_month":"04","expiry_year":"31","cvv":"9173"},
            "authentication":{"authentication_channel":"browser"},"callback_url":"https://engine.example/return",
            "referer":"https://engine.example/","ip":"127.0.0.1","user_agent":"Mozilla/5.0"}
            """);
    }

    [Fact]
    public async Task A_capture_is_sent_as_the_sdk_does()
    {
        await _rig.ActAsync(Create(), Effect.Capture, TimeProvider.System);
        AssertSent("POST", "/v1/payments/pay_TESTpay0000001/capture", """{"amount":12345,"currency":"INR"}""");
    }

    [Fact]
    public async Task A_refund_is_sent_as_the_sdk_does_under_an_idempotency_key()
    {
        await _rig.ActAsync(Create(), Effect.Refund, TimeProvider.System);
        var sent = AssertSent(
            "POST",
            "/v1/payments/pay_TESTpay0000001/refund",
            $$"""{"amount":12345,"speed":"normal","receipt":"{{ConnectorRig.Refund}}"}""");
        Assert.Equal(ConnectorRig.Refund.ToString(), sent.Headers["X-Refund-Idempotency"]);
        Assert.Matches("^[A-Za-z0-9_-]{10,}$", sent.Headers["X-Refund-Idempotency"]);
    }

    [Fact]
    public void References_fit_the_receipts_forty_characters()
    {
        Assert.InRange((ConnectorRig.Attempt with { Number = 99 }).ToString().Length, 1, 40);
        Assert.InRange((ConnectorRig.Refund with { Number = 999 }).ToString().Length, 1, 40);
    }

    [Fact]
    public void Every_currency_is_one_of_ours_with_the_documented_exponent()
    {
        string[] zero =
        [
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
            "XPF",
        ];
        string[] three = ["BHD", "IQD", "JOD", "KWD", "OMR", "TND"];
        foreach (var code in Create().Capabilities.Currencies)
        {
            var expected = zero.Contains(code) ? 0 : three.Contains(code) ? 3 : 2;
            Assert.Equal((code, expected), (code, Currency.Parse(code).MinorDigits));
        }
    }

    [Theory]
    [InlineData(PaymentMethodKind.Card, "INR", 1, true), InlineData(PaymentMethodKind.Card, "KWD", 99_990, true)]
    [InlineData(PaymentMethodKind.Card, "KWD", 99_991, false), InlineData(PaymentMethodKind.Card, "KPW", 100, false)]
    [InlineData(PaymentMethodKind.Netbanking, "INR", 100, true)]
    [InlineData(PaymentMethodKind.Netbanking, "USD", 100, false)]
    [InlineData(PaymentMethodKind.Wallet, "USD", 100, false), InlineData(PaymentMethodKind.Upi, "INR", 100, true)]
    [InlineData(PaymentMethodKind.Upi, "USD", 100, false), InlineData(PaymentMethodKind.Card, "INR", 0, false)]
    public void Methods_take_the_currencies_that_they_take(PaymentMethodKind kind, string code, long amount, bool taken)
    {
        var method = new PaymentMethod { Kind = kind, Flow = kind == PaymentMethodKind.Upi ? UpiFlow.Qr : null };
        var refusal = Create().Capabilities.Refuses(method, Money.Of(amount, Currency.Parse(code)));
        Assert.Equal(taken, refusal is null);
    }

    private static InboundWebhook Signed(string body)
    {
        var webhook = RazorpayRig.Signed(body, "another");
        return webhook with { Headers = webhook.Headers.SetItem("x-razorpay-signature", WebhookSignature) };
    }

    private IConnector Create() =>
        _rig.Create(options => options.BaseUrl = _server.Url, TimeProvider.System, new CapturedLogs());

    private Task ChargeAsync(PaymentMethod method, CaptureMode capture = CaptureMode.Automatic)
    {
        var time = TimeProvider.System;
        return Create().ChargeAsync(
            _rig.ChargeOf(time, SendWindow.Open(time, TimeSpan.FromMinutes(1))) with
            {
                Instrument = ConnectorRig.InstrumentOf(method),
                Capture = capture,
                Customer = new Customer { Email = "a@b.c", Phone = "9000000000" },
            },
            _rig.Credentials);
    }

    /// <summary>That such a request was sent once, with at least these members, and the SDK's way to sign in.</summary>
    private Received AssertSent(string method, string path, string members)
    {
        var sent = Assert.Single(_server.Requests, request => request.Method == method && request.Path == path);
        Assert.Equal(BasicAuthorization, sent.Headers["Authorization"]);
        Assert.Equal("application/json", sent.Headers["Content-Type"]);
        using var actual = JsonDocument.Parse(sent.Body);
        using var expected = JsonDocument.Parse(members);
        foreach (var member in expected.RootElement.EnumerateObject())
        {
            Assert.True(
                actual.RootElement.TryGetProperty(member.Name, out var value),
                $"{member.Name} is missing in {sent.Text}");
            Assert.True(
                JsonElement.DeepEquals(member.Value, value),
                $"{member.Name}: {member.Value} is expected, {value} was sent");
        }

        return sent;
    }
}
