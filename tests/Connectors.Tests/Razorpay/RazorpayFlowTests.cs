using System.Text.RegularExpressions;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Razorpay;

/// <summary>What follows from Razorpay's two objects, the order and the payments on it.</summary>
public sealed class RazorpayFlowTests : IAsyncLifetime
{
    private const string OtherOrder = "order_TESTord00002";
    private const string OtherPay = "pay_TESTpay0000002";

    private readonly RazorpayRig _rig = new();
    private readonly Dictionary<(string Method, string Path), (int Status, string Json)> _responses = [];
    private ScriptedServer _server = null!;

    private static string Receipt => ConnectorRig.Attempt.ToString();

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _server.Script = (request, context) => _responses.TryGetValue((request.Method, request.Path), out var response)
            ? Responses.JsonAsync(context, response.Status, response.Json)
            : _rig.RespondAsync(request, context);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(500, "{}"), InlineData(200, "{}"), InlineData(200, "<html>")]
    [InlineData(403, "<html>"), InlineData(429, "{}")]
    [InlineData(200, """{"id":"order_TESTord00001","amount":12346,"currency":"INR"}""")]
    public async Task A_failed_order_leaves_the_charge_unsent(int status, string json)
    {
        _responses[("POST", "/v1/orders")] = (status, json);
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync());
        Assert.DoesNotContain(_server.Requests, request => _rig.Is(Effect.Charge, request));
    }

    [Fact]
    public async Task A_refused_order_is_a_decline()
    {
        _responses[("POST", "/v1/orders")] = (
            400, RazorpayRig.ErrorJson("Order amount less than minimum amount allowed"));
        var declined = Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync());
        Assert.Equal(
            ("input_validation_failed", FailureParty.Merchant), (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task An_order_refused_as_a_duplicate_is_found_and_used()
    {
        _responses[("POST", "/v1/orders")] = (400, RazorpayRig.ErrorJson("The receipt has to be unique"));
        _responses[("GET", "/v1/orders")] = (
            200, RazorpayRig.Collection(RazorpayRig.OrderJson(RazorpayRig.Order, Receipt)));
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync());
    }

    [Fact]
    public async Task The_order_is_reported_even_if_the_payments_outcome_is_unknown()
    {
        _responses[("POST", "/v1/payments/create/json")] = (500, "{}");
        Assert.Equal(RazorpayRig.Order, Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync()).ProviderOrder);
    }

    [Fact]
    public async Task A_declined_payment_tells_its_id()
    {
        _server.Script = (request, context) =>
            _rig.Is(Effect.Charge, request) ? _rig.DeclineAsync(context) : _rig.RespondAsync(request, context);
        var declined = Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync());
        Assert.Equal((RazorpayRig.Order, RazorpayRig.Pay), (declined.ProviderOrder, declined.ProviderReference));
    }

    [Fact]
    public async Task A_resend_uses_the_order_that_is_there()
    {
        _responses[("GET", "/v1/orders")] = (200, RazorpayRig.Collection(
            RazorpayRig.OrderJson(OtherOrder, Receipt + "1"), RazorpayRig.OrderJson(RazorpayRig.Order, Receipt)));
        Assert.Equal(
            RazorpayRig.Order, Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(resend: true)).ProviderOrder);
        Assert.DoesNotContain(_server.Requests, request => request is { Method: "POST", Path: "/v1/orders" });
        Assert.Contains(
            _server.Requests, request => request.Query.Contains($"receipt={Receipt}&", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_resend_does_not_use_an_order_of_another_amount()
    {
        _responses[("GET", "/v1/orders")] = (
            200, RazorpayRig.Collection(RazorpayRig.OrderJson(OtherOrder, Receipt, amount: 1)));
        _responses[("GET", $"/v1/orders/{OtherOrder}/payments")] = (200, RazorpayRig.Collection());
        Assert.Equal(RazorpayRig.Order, (await ChargeAsync(resend: true)).ProviderOrder);
    }

    [Theory]
    [InlineData("captured", typeof(ProviderOutcome.Succeeded))]
    [InlineData("authorized", typeof(ProviderOutcome.Succeeded))]
    [InlineData("created", typeof(ProviderOutcome.Pending)), InlineData("failed", typeof(ProviderOutcome.Declined))]
    public async Task A_resend_does_not_pay_an_order_that_has_a_payment(string status, Type expected)
    {
        _responses[("GET", "/v1/orders")] = (
            200, RazorpayRig.Collection(RazorpayRig.OrderJson(RazorpayRig.Order, Receipt)));
        _responses[("GET", $"/v1/orders/{RazorpayRig.Order}/payments")] = (
            200, RazorpayRig.Collection(RazorpayRig.PaymentJson(status)));
        Assert.IsType(expected, await ChargeAsync(resend: true));
        Assert.DoesNotContain(_server.Requests, request => request.Method == "POST");
    }

    [Fact]
    public async Task A_resend_that_cannot_look_first_stays_unsent()
    {
        _responses[("GET", "/v1/orders")] = (500, "{}");
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync(resend: true));
        Assert.DoesNotContain(_server.Requests, request => request.Method == "POST");
    }

    [Fact]
    public async Task A_resend_that_finds_what_it_cannot_read_is_unknown()
    {
        _responses[("GET", "/v1/orders")] = (
            200, RazorpayRig.Collection(RazorpayRig.OrderJson(RazorpayRig.Order, Receipt)));
        _responses[("GET", $"/v1/orders/{RazorpayRig.Order}/payments")] = (
            200, RazorpayRig.Collection("""{"id":"pay_1"}"""));
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(resend: true));
        Assert.DoesNotContain(_server.Requests, request => request.Method == "POST");
    }

    [Fact]
    public async Task A_resend_refused_because_the_order_is_paid_returns_that_payment()
    {
        _responses[("GET", "/v1/orders")] = (
            200, RazorpayRig.Collection(RazorpayRig.OrderJson(RazorpayRig.Order, Receipt)));
        _responses[("POST", "/v1/payments/create/json")] = (
            400, RazorpayRig.ErrorJson("Your payment has been declined as the order is already paid."));
        var reads = 0;
        var usual = _server.Script;
        _server.Script = (request, context) =>
            request.Path == $"/v1/orders/{RazorpayRig.Order}/payments" && ++reads == 2
                ? Responses.JsonAsync(context, 200, RazorpayRig.Collection(RazorpayRig.PaymentJson("captured")))
                : usual(request, context);
        Assert.IsType<ProviderOutcome.Succeeded>(await ChargeAsync(resend: true));
    }

    [Theory]
    [InlineData("failed", "captured", OtherPay)]
    [InlineData("captured", "failed", RazorpayRig.Pay)]
    [InlineData("created", "authorized", OtherPay)]
    [InlineData("failed", "created", OtherPay), InlineData("authorized", "captured", OtherPay)]
    public async Task Of_an_orders_payments_the_one_that_tells_most_counts(string first, string second, string expected)
    {
        _responses[("GET", $"/v1/orders/{RazorpayRig.Order}/payments")] = (200, RazorpayRig.Collection(
            RazorpayRig.PaymentJson(first), RazorpayRig.PaymentJson(second, id: OtherPay)));
        foreach (var query in new[]
        {
            Query() with { ProviderOrder = RazorpayRig.Order },
            Query() with { ProviderOrder = RazorpayRig.Order, ProviderReference = RazorpayRig.Pay },
        })
        {
            Assert.Equal(expected, (await Create().QueryChargeAsync(query, _rig.Credentials)).ProviderReference);
        }
    }

    [Fact]
    public async Task A_failed_payment_is_not_the_last_word_on_its_order()
    {
        _responses[("GET", $"/v1/payments/{RazorpayRig.Pay}")] = (200, RazorpayRig.PaymentJson("failed"));
        _responses[("GET", $"/v1/orders/{RazorpayRig.Order}/payments")] = (200, RazorpayRig.Collection(
            RazorpayRig.PaymentJson("failed"), RazorpayRig.PaymentJson("captured", id: OtherPay)));
        var outcome = await Create().QueryChargeAsync(
            Query() with { ProviderReference = RazorpayRig.Pay }, _rig.Credentials);
        Assert.Equal(OtherPay, Assert.IsType<ProviderOutcome.Succeeded>(outcome).ProviderReference);
    }

    [Fact]
    public async Task A_payment_of_another_order_is_not_trusted()
    {
        _responses[("GET", $"/v1/orders/{RazorpayRig.Order}/payments")] = (200, RazorpayRig.Collection(
            RazorpayRig.PaymentJson("captured", order: OtherOrder)));
        Assert.IsType<ProviderOutcome.Unknown>(
            await Create().QueryChargeAsync(Query() with { ProviderOrder = RazorpayRig.Order }, _rig.Credentials));
    }

    [Fact]
    public async Task What_has_no_order_or_no_payment_is_not_found()
    {
        Assert.IsType<ProviderOutcome.NotFound>(await Create().QueryChargeAsync(Query(), _rig.Credentials));
        _responses[("GET", "/v1/orders")] = (
            200, RazorpayRig.Collection(RazorpayRig.OrderJson(RazorpayRig.Order, Receipt)));
        Assert.Equal(
            RazorpayRig.Order,
            Assert.IsType<ProviderOutcome.NotFound>(
                await Create().QueryChargeAsync(Query(), _rig.Credentials)).ProviderOrder);
    }

    [Fact]
    public async Task Of_two_orders_with_one_receipt_the_paid_one_counts()
    {
        _responses[("GET", "/v1/orders")] = (200, RazorpayRig.Collection(
            RazorpayRig.OrderJson(RazorpayRig.Order, Receipt), RazorpayRig.OrderJson(OtherOrder, Receipt)));
        _responses[("GET", $"/v1/orders/{OtherOrder}/payments")] = (200, RazorpayRig.Collection(
            RazorpayRig.PaymentJson("captured", id: OtherPay, order: OtherOrder)));
        Assert.Equal(
            OtherOrder,
            Assert.IsType<ProviderOutcome.Succeeded>(
                await Create().QueryChargeAsync(Query(), _rig.Credentials)).ProviderOrder);
    }

    [Theory]
    [InlineData("captured", typeof(ProviderOutcome.Succeeded))]
    [InlineData("refunded", typeof(ProviderOutcome.Succeeded))]
    [InlineData("authorized", typeof(ProviderOutcome.Declined)), InlineData("failed", typeof(ProviderOutcome.Declined))]
    public async Task A_refused_capture_is_what_the_payment_says(string status, Type expected)
    {
        _responses[("POST", $"/v1/payments/{RazorpayRig.Pay}/capture")] = (
            400, RazorpayRig.ErrorJson("This payment has already been captured"));
        _responses[("GET", $"/v1/payments/{RazorpayRig.Pay}")] = (200, RazorpayRig.PaymentJson(status));
        Assert.IsType(expected, await _rig.ActAsync(Create(), Effect.Capture, TimeProvider.System));
    }

    [Fact]
    public async Task A_refused_capture_of_a_payment_that_cannot_be_queried_is_unknown()
    {
        _responses[("POST", $"/v1/payments/{RazorpayRig.Pay}/capture")] = (
            400, RazorpayRig.ErrorJson("This payment has already been captured"));
        _responses[("GET", $"/v1/payments/{RazorpayRig.Pay}")] = (500, "{}");
        Assert.IsType<ProviderOutcome.Unknown>(await _rig.ActAsync(Create(), Effect.Capture, TimeProvider.System));
    }

    [Fact]
    public async Task A_response_about_another_payment_is_unknown()
    {
        _responses[("POST", $"/v1/payments/{RazorpayRig.Pay}/capture")] = (
            200, RazorpayRig.PaymentJson("captured", id: OtherPay));
        _responses[("POST", $"/v1/payments/{RazorpayRig.Pay}/refund")] = (
            200, RazorpayRig.RefundJson("processed", payment: OtherPay));
        Assert.IsType<ProviderOutcome.Unknown>(await _rig.ActAsync(Create(), Effect.Capture, TimeProvider.System));
        Assert.IsType<ProviderOutcome.Unknown>(await _rig.ActAsync(Create(), Effect.Refund, TimeProvider.System));
    }

    [Theory]
    [InlineData(400, true, typeof(ProviderOutcome.Succeeded)), InlineData(400, false, typeof(ProviderOutcome.Declined))]
    [InlineData(409, true, typeof(ProviderOutcome.Succeeded)), InlineData(409, false, typeof(ProviderOutcome.Unknown))]
    public async Task A_refused_refund_is_what_the_list_of_refunds_says(int status, bool listed, Type expected)
    {
        _responses[("POST", $"/v1/payments/{RazorpayRig.Pay}/refund")] = (
            status, RazorpayRig.ErrorJson("The payment has been fully refunded already"));
        _responses[("GET", $"/v1/payments/{RazorpayRig.Pay}/refunds")] = (200, listed
            ? RazorpayRig.Collection(
                RazorpayRig.RefundJson("pending", id: "rfnd_other", receipt: "someone"),
                RazorpayRig.RefundJson("processed"))
            : RazorpayRig.Collection(RazorpayRig.RefundJson("processed", receipt: "someone")));
        Assert.IsType(expected, await _rig.ActAsync(Create(), Effect.Refund, TimeProvider.System));
    }

    [Fact]
    public async Task A_refund_is_found_on_a_later_page()
    {
        _server.Script = (_, context) =>
        {
            var skip = int.Parse(Regex.Match(
                context.Request.QueryString.Value!,
                "skip=([0-9]+)",
                RegexOptions.None,
                TimeSpan.FromSeconds(1)).Groups[1].Value);
            var page = Enumerable.Range(0, skip < 200 ? 100 : 1).Select(i =>
                RazorpayRig.RefundJson(
                    "processed",
                    id: $"rfnd_{skip}x{i}",
                    receipt: skip == 200 ? ConnectorRig.Refund.ToString() : $"other{skip + i}"));
            return Responses.JsonAsync(context, 200, RazorpayRig.Collection([.. page]));
        };
        var query = new RefundQuery
        {
            Refund = ConnectorRig.Refund,
            Attempt = ConnectorRig.Attempt,
            Amount = ConnectorRig.Rupees,
            ProviderReference = RazorpayRig.Pay,
        };
        Assert.Equal("rfnd_200x0", (await Create().QueryRefundAsync(query, _rig.Credentials)).ProviderReference);
    }

    [Theory]
    [InlineData("pay_../../v1/orders"), InlineData("pay_a?x=1")]
    [InlineData("pay_"), InlineData("rfnd_TESTrfnd00001"), InlineData("")]
    public async Task An_id_that_is_not_razorpays_goes_into_no_path(string id)
    {
        var time = TimeProvider.System;
        var connector = Create();
        var capture = new CaptureRequest
        {
            Attempt = ConnectorRig.Attempt,
            Amount = ConnectorRig.Rupees,
            ProviderReference = id,
            Window = SendWindow.Open(time, TimeSpan.FromMinutes(1)),
        };
        Assert.IsType<ProviderOutcome.Unknown>(await connector.CaptureAsync(capture, _rig.Credentials));
        Assert.IsType<ProviderOutcome.Unknown>(
            await connector.QueryChargeAsync(Query() with { ProviderReference = id }, _rig.Credentials));
        Assert.Empty(_server.Requests);
    }

    private static ChargeQuery Query() => new() { Attempt = ConnectorRig.Attempt, Amount = ConnectorRig.Rupees };

    private IConnector Create() => _rig.Create(
        options =>
        {
            options.BaseUrl = _server.Url;
            options.RetryDelay = TimeSpan.FromMilliseconds(1);
        },
        TimeProvider.System,
        new CapturedLogs());

    private Task<ProviderOutcome> ChargeAsync(bool resend = false)
    {
        var time = TimeProvider.System;
        var request = _rig.ChargeOf(time, SendWindow.Open(time, TimeSpan.FromMinutes(1))) with
        {
            Instrument = new ChargeInstrument.Netbanking("HDFC"),
            Resend = resend,
        };
        return Create().ChargeAsync(request, _rig.Credentials);
    }
}
