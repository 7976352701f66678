using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Juspay;

/// <summary>What follows from Juspay's two objects, the order and the transactions on it.</summary>
public sealed class JuspayFlowTests : IAsyncLifetime
{
    private static readonly string StatusPath = $"/orders/{JuspayRig.Order}";
    private static readonly string CapturePath = $"/v2/txns/{JuspayRig.Txn}/capture";
    private static readonly string VoidPath = $"/v2/txns/{JuspayRig.Txn}/void";
    private static readonly string RefundPath = $"/orders/{JuspayRig.Order}/refunds";

    private const string NotFound = """{"status":"NOT_FOUND","status_id":40}""";

    private readonly JuspayRig _rig = new();
    private readonly Dictionary<(string Method, string Path), (int Status, string Json)> _responses = [];
    private ScriptedServer _server = null!;

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
    public async Task A_failed_order_leaves_the_charge_unsent(int status, string json)
    {
        _responses[("POST", "/orders")] = (status, json);
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync());
        AssertNoTxn();
    }

    [Theory]
    [InlineData("123.46", "INR"), InlineData("123.45", "USD")]
    [InlineData("\"123.4500001\"", "INR"), InlineData("null", "INR")]
    public async Task An_order_for_another_amount_is_not_paid(string amount, string currency)
    {
        _responses[("POST", "/orders")] = (200, JuspayRig.OrderJson(
            "NEW", amount: amount, currency: currency, txn: null));
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync());
        AssertNoTxn();
    }

    [Theory]
    [InlineData(200, """{"id":"wlt_1","linked":false}""", true)]
    [InlineData(200, """{"id":"wlt_1","linked":true}""", false)]
    [InlineData(404, """{"status":"invalid_request_error","error_code":"invalid"}""", true)]
    [InlineData(500, "{}", null)]
    public async Task A_link_that_cannot_be_given_up_is_looked_at(int status, string json, bool? isGone)
    {
        _responses[("POST", "/wallets/wlt_1")] = (400, JuspayRig.ErrorJson("INVALID_INPUT", "Wallet is not linked"));
        _responses[("GET", "/wallets/wlt_1")] = (status, json);
        var connector = Assert.IsAssignableFrom<ILinkedWallets>(Create());
        var request = new WalletRequest
        {
            Wallet = "mobikwik", Customer = new Customer { Id = "asha" }, ProviderCustomer = "cst_1",
        };
        var response = await connector.UnlinkWalletAsync(request, "wlt_1", _rig.Credentials);
        Assert.Equal(isGone, (response as ProviderResult<bool>.Given)?.Value);
    }

    [Fact]
    public async Task A_refused_order_is_a_decline_if_there_is_none()
    {
        _responses[("POST", "/orders")] = (400, JuspayRig.ErrorJson("INVALID_INPUT", "Invalid amount"));
        _responses[("GET", StatusPath)] = (404, NotFound);
        var declined = Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync());
        Assert.Equal(
            (FailureCodes.RequestRefused, FailureParty.Merchant), (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task An_order_refused_as_a_duplicate_is_found_and_used()
    {
        _responses[("POST", "/orders")] = (400, JuspayRig.ErrorJson("ALREADY_EXISTS", "Order exists"));
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync());
    }

    [Theory]
    [InlineData("CHARGED", typeof(ProviderOutcome.Succeeded))]
    [InlineData("PENDING_VBV", typeof(ProviderOutcome.Pending))]
    [InlineData("AUTHORIZATION_FAILED", typeof(ProviderOutcome.Declined))]
    public async Task An_order_that_has_a_payment_on_it_is_not_paid_again(string status, Type expected)
    {
        _responses[("POST", "/orders")] = (200, JuspayRig.OrderJson(status));
        Assert.IsType(expected, await ChargeAsync());
        AssertNoTxn();
    }

    [Theory]
    [InlineData("CHARGED", typeof(ProviderOutcome.Succeeded))]
    [InlineData("AUTHORIZED", typeof(ProviderOutcome.Succeeded))]
    [InlineData("PENDING_VBV", typeof(ProviderOutcome.Pending))]
    [InlineData("AUTHENTICATION_FAILED", typeof(ProviderOutcome.Declined))]
    public async Task A_resend_does_not_pay_an_order_that_has_a_transaction(string status, Type expected)
    {
        _responses[("GET", StatusPath)] = (200, JuspayRig.OrderJson(status));
        Assert.IsType(expected, await ChargeAsync(resend: true));
        Assert.DoesNotContain(_server.Requests, request => request.Method == "POST");
    }

    [Fact]
    public async Task A_resend_uses_the_order_that_is_there()
    {
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(resend: true));
        Assert.DoesNotContain(_server.Requests, request => request is { Method: "POST", Path: "/orders" });
    }

    [Fact]
    public async Task A_resend_does_not_use_an_order_of_another_amount()
    {
        _responses[("GET", StatusPath)] = (200, JuspayRig.OrderJson("NEW", amount: "1", txn: null));
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(resend: true));
        Assert.DoesNotContain(_server.Requests, request => request.Method == "POST");
    }

    [Theory]
    [InlineData(500, "{}", typeof(ProviderOutcome.NotSent)), InlineData(404, "<html>", typeof(ProviderOutcome.NotSent))]
    [InlineData(200, "{}", typeof(ProviderOutcome.Unknown))]
    public async Task A_resend_that_cannot_look_first_sends_nothing(int status, string json, Type expected)
    {
        _responses[("GET", StatusPath)] = (status, json);
        Assert.IsType(expected, await ChargeAsync(resend: true));
        Assert.DoesNotContain(_server.Requests, request => request.Method == "POST");
    }

    [Theory]
    [InlineData("INVALID_ACTION"), InlineData("ALREADY_EXISTS")]
    public async Task A_transaction_refused_because_the_order_is_paid_returns_that_payment(string code)
    {
        _responses[("POST", "/txns")] = (400, JuspayRig.ErrorJson(code, "The order is paid"));
        _responses[("GET", StatusPath)] = (200, JuspayRig.OrderJson("CHARGED"));
        Assert.IsType<ProviderOutcome.Succeeded>(await ChargeAsync());
        _responses[("GET", StatusPath)] = (500, "{}");
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync());
    }

    [Fact]
    public async Task A_race_for_one_order_is_unknown()
    {
        _responses[("POST", "/txns")] = (400, JuspayRig.ErrorJson("DUPLICATE_REQUEST", "In process"));
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync());
    }

    [Theory]
    [InlineData("GATEWAY_NOT_FOUND", "gateway_not_found", FailureParty.Provider)]
    [InlineData("EXPIRED", "expired", FailureParty.Customer)]
    [InlineData("INVALID_INPUT", FailureCodes.RequestRefused, FailureParty.Merchant)]
    [InlineData("UNAUTHORIZED", FailureCodes.CredentialsRefused, FailureParty.Merchant)]
    [InlineData("SOMETHING_NEW", FailureCodes.RequestRefused, FailureParty.Merchant)]
    public async Task A_refusal_blames_who_is_to_blame(string code, string expected, FailureParty party)
    {
        _responses[("POST", "/txns")] = (400, JuspayRig.ErrorJson(code, "No"));
        var declined = Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync());
        Assert.Equal((expected, party), (declined.Failure.Code, declined.Failure.Party));
    }

    [Theory]
    [InlineData("CHARGED", typeof(ProviderOutcome.Succeeded))]
    [InlineData("AUTHORIZATION_FAILED", typeof(ProviderOutcome.Declined))]
    [InlineData("PENDING_VBV", typeof(ProviderOutcome.Pending)), InlineData("NEW", typeof(ProviderOutcome.Pending))]
    public async Task What_a_new_transaction_says_of_its_end_is_requested(string status, Type expected)
    {
        _responses[("POST", "/txns")] = (200, JuspayRig.TxnJson("CHARGED"));
        _responses[("GET", StatusPath)] = (200, JuspayRig.OrderJson(status));
        Assert.IsType(expected, await ChargeAsync());
    }

    [Theory]
    [InlineData("""{"method":"GET","url":"https://bank.example/p"}""", CustomerActionKind.Redirect)]
    [InlineData(
        """{"method":"POST","url":"https://bank.example/p","params":{"a":"1","b":2,"c":null}}""",
        CustomerActionKind.Form)]
    [InlineData("""{"method":"GET","url":"javascript:alert(1)"}""", null)]
    [InlineData("""{"method":"GET","url":"ftp://x"}""", null)]
    [InlineData("""{"method":"POST","url":"https://bank.example/p"}""", null)]
    [InlineData("""{"method":"POST","url":"https://bank.example/p","params":{"a":[]}}""", null)]
    [InlineData("""{"method":"PUT","url":"https://bank.example/p"}""", null)]
    [InlineData("""{"method":"GET"}""", null)]
    [InlineData("null", null)]
    public async Task The_customers_step_is_shown_if_it_is_safe(string authentication, CustomerActionKind? kind)
    {
        _responses[("POST", "/txns")] = (200, JuspayRig.TxnJson(authentication: authentication));
        var pending = Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync());
        Assert.Equal(kind, pending.Action?.Kind);
        if (kind == CustomerActionKind.Form)
        {
            Assert.Equal(
                ["a=1", "b=2", "c="], pending.Action!.Fields!.Select(field => $"{field.Key}={field.Value}").Order());
        }
    }

    [Theory]
    [InlineData(
        ",\"sdk_params\":{\"merchant_vpa\":\"m@bank\",\"merchant_name\":\"A & B\",\"tr\":\"T1\",\"mcc\":\"5411\",\"amount\":\"123.45\"}",
        "upi://pay?pa=m@bank&pn=A%20%26%20B&mc=5411&tr=T1&am=123.45&cu=INR")]
    [InlineData(
        ",\"sdk_params\":{\"merchant_vpa\":\"m@bank\",\"tr\":\"T1\",\"amount\":123.45}",
        "upi://pay?pa=m@bank&tr=T1&am=123.45&cu=INR")]
    [InlineData(",\"sdk_params\":{\"merchant_vpa\":\"m@bank\",\"tr\":\"T1\",\"amount\":\"1.00\"}", null)]
    [InlineData(",\"sdk_params\":{\"tr\":\"T1\",\"amount\":\"123.45\"}", null)]
    public async Task A_upi_link_is_made_of_what_juspay_gave_and_only_for_this_amount(string parameters, string? link)
    {
        _responses[("POST", "/txns")] = (200, JuspayRig.TxnJson(sdk: parameters));
        var pending = Assert.IsType<ProviderOutcome.Pending>(
            await ChargeAsync(method: new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Intent }));
        Assert.Equal(link, pending.Action?.Url);
    }

    [Theory]
    [InlineData("CHARGED", typeof(ProviderOutcome.Succeeded))]
    [InlineData("AUTHORIZED", typeof(ProviderOutcome.Declined))]
    [InlineData("VOIDED", typeof(ProviderOutcome.Declined))]
    [InlineData("CAPTURE_INITIATED", typeof(ProviderOutcome.Pending))]
    public async Task A_refused_capture_is_what_the_order_says(string status, Type expected)
    {
        _responses[("POST", CapturePath)] = (400, JuspayRig.ErrorJson("INVALID_INPUT", "Cannot Capture"));
        _responses[("GET", StatusPath)] = (200, JuspayRig.OrderJson(status));
        Assert.IsType(expected, await _rig.ActAsync(Create(), Effect.Capture, TimeProvider.System));
        _responses[("GET", StatusPath)] = (500, "{}");
        Assert.IsType<ProviderOutcome.Unknown>(await _rig.ActAsync(Create(), Effect.Capture, TimeProvider.System));
    }

    [Theory]
    [InlineData("CHARGED", typeof(ProviderOutcome.Succeeded))]
    [InlineData("AUTHORIZED", typeof(ProviderOutcome.Pending))]
    [InlineData("CAPTURE_INITIATED", typeof(ProviderOutcome.Pending))]
    [InlineData("CAPTURE_FAILED", typeof(ProviderOutcome.Declined))]
    public async Task A_captures_status_says_what_became_of_it(string status, Type expected)
    {
        _responses[("POST", CapturePath)] = (200, JuspayRig.OrderJson(status));
        Assert.IsType(expected, await _rig.ActAsync(Create(), Effect.Capture, TimeProvider.System));
    }

    [Theory]
    [InlineData("VOIDED", typeof(ProviderOutcome.Succeeded))]
    [InlineData("VOID_INITIATED", typeof(ProviderOutcome.Pending))]
    [InlineData("AUTHORIZED", typeof(ProviderOutcome.Pending))]
    [InlineData("VOID_FAILED", typeof(ProviderOutcome.Declined))]
    [InlineData("CHARGED", typeof(ProviderOutcome.Declined))]
    public async Task A_releases_status_says_what_became_of_it(string status, Type expected)
    {
        _responses[("POST", VoidPath)] = (200, JuspayRig.OrderJson(status));
        Assert.IsType(expected, await _rig.ActAsync(Create(), Effect.Void, TimeProvider.System));
    }

    [Theory]
    [InlineData("VOIDED", typeof(ProviderOutcome.Succeeded))]
    [InlineData("VOID_INITIATED", typeof(ProviderOutcome.Pending))]
    [InlineData("CHARGED", typeof(ProviderOutcome.Declined))]
    [InlineData("AUTHENTICATION_FAILED", typeof(ProviderOutcome.Declined))]
    public async Task A_refused_release_is_what_the_order_says(string status, Type expected)
    {
        _responses[("POST", VoidPath)] = (400, JuspayRig.ErrorJson("INVALID_INPUT", "Cannot Void"));
        _responses[("GET", StatusPath)] = (200, JuspayRig.OrderJson(status));
        Assert.IsType(expected, await _rig.ActAsync(Create(), Effect.Void, TimeProvider.System));
        _responses[("GET", StatusPath)] = (500, "{}");
        Assert.IsType<ProviderOutcome.Unknown>(await _rig.ActAsync(Create(), Effect.Void, TimeProvider.System));
    }

    [Fact]
    public async Task A_response_about_another_transaction_or_order_is_unknown()
    {
        _responses[("POST", CapturePath)] = (200, JuspayRig.OrderJson("CHARGED", txn: "eulOther"));
        _responses[("POST", VoidPath)] = (200, JuspayRig.OrderJson("VOIDED", order: "other"));
        _responses[("POST", RefundPath)] = (200, JuspayRig.OrderJson(
            "CHARGED", more: JuspayRig.RefundsJson(JuspayRig.RefundJson("SUCCESS", "other"))));
        _responses[("POST", "/txns")] = (200, JuspayRig.TxnJson()
            .Replace(JuspayRig.Order, "other", StringComparison.Ordinal));
        foreach (var effect in Enum.GetValues<Effect>())
        {
            Assert.IsType<ProviderOutcome.Unknown>(await _rig.ActAsync(Create(), effect, TimeProvider.System));
        }
    }

    [Theory]
    [InlineData("../orders"), InlineData("a?b=1"), InlineData("a/b"), InlineData(""), InlineData("a b")]
    public async Task What_is_no_id_of_juspays_becomes_no_part_of_a_path(string txn)
    {
        var window = SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(1));
        Assert.IsType<ProviderOutcome.Unknown>(await Create().CaptureAsync(
            new CaptureRequest
            {
                Attempt = ConnectorRig.Attempt, Amount = _rig.Amount, ProviderReference = txn, Window = window,
            },
            _rig.Credentials));
        Assert.IsType<ProviderOutcome.Unknown>(await Create().VoidAsync(
            new VoidAuthorizationRequest
            {
                Attempt = ConnectorRig.Attempt, Amount = _rig.Amount, ProviderReference = txn, Window = window,
            },
            _rig.Credentials));
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("duplicate.call", true, typeof(ProviderOutcome.Succeeded))]
    [InlineData("duplicate.call", false, typeof(ProviderOutcome.NotSent))]
    [InlineData("invalid.amount.exceeded", true, typeof(ProviderOutcome.Succeeded))]
    [InlineData("invalid.amount.exceeded", false, typeof(ProviderOutcome.Declined))]
    public async Task A_refused_refund_is_what_the_orders_list_says(string code, bool listed, Type expected)
    {
        _responses[("POST", RefundPath)] = (
            400, $$"""{"status_id":-1,"status":"ERROR","error_code":"{{code}}","error_message":"no"}""");
        _responses[("GET", StatusPath)] = (200, JuspayRig.OrderJson("CHARGED", more: JuspayRig.RefundsJson(
            JuspayRig.RefundJson("SUCCESS", listed ? JuspayRig.RefundName : "someone"))));
        Assert.IsType(expected, await _rig.ActAsync(Create(), Effect.Refund, TimeProvider.System));
        _responses[("GET", StatusPath)] = (500, "{}");
        Assert.IsType<ProviderOutcome.Unknown>(await _rig.ActAsync(Create(), Effect.Refund, TimeProvider.System));
    }

    [Theory]
    [InlineData(404), InlineData(400), InlineData(200)]
    public async Task An_order_that_juspay_does_not_know_is_not_found(int status)
    {
        _responses[("GET", StatusPath)] = (status, NotFound);
        var query = new ChargeQuery { Attempt = ConnectorRig.Attempt, Amount = _rig.Amount };
        Assert.Null(Assert.IsType<ProviderOutcome.NotFound>(
            await Create().QueryChargeAsync(query, _rig.Credentials)).ProviderOrder);
    }

    private Task<ProviderOutcome> ChargeAsync(bool resend = false, PaymentMethod? method = null)
    {
        var request = _rig.ChargeOf(TimeProvider.System, SendWindow.Open(
            TimeProvider.System, TimeSpan.FromMinutes(1))) with
        { Resend = resend };
        return Create().ChargeAsync(
            method is null ? request : request with { Instrument = ConnectorRig.InstrumentOf(method) },
            _rig.Credentials);
    }

    private void AssertNoTxn() => Assert.DoesNotContain(_server.Requests, request => _rig.Is(Effect.Charge, request));

    private IConnector Create() => _rig.Create(
        options =>
        {
            options.BaseUrl = _server.Url;
            options.RetryDelay = TimeSpan.FromMilliseconds(1);
        },
        TimeProvider.System,
        new CapturedLogs());
}
