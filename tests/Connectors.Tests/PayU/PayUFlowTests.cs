using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.PayU;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.PayU;

/// <summary>What is special to PayU: one command for two effects, refusals that come with HTTP 200, tokens that were
/// used.</summary>
public sealed class PayUFlowTests : IAsyncLifetime
{
    private readonly PayURig _rig = new();
    private readonly ShiftedTime _time = new();
    private readonly Dictionary<string, string> _responses = new(StringComparer.Ordinal);
    private ScriptedServer _server = null!;

    private static PaymentMethod Intent { get; } = new() { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Intent };

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _server.Script = (request, context) =>
            _responses.TryGetValue(PayURig.CommandOf(request) ?? "_payment", out var response)
                ? Responses.JsonAsync(context, 200, response)
                : _rig.RespondAsync(request, context);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(UpiFlow.Intent, CustomerActionKind.UpiIntent), InlineData(UpiFlow.Qr, CustomerActionKind.UpiQr)]
    public async Task A_upi_link_is_passed_on_as_it_is_but_for_spaces(UpiFlow flow, CustomerActionKind kind)
    {
        _responses["_payment"] = PayURig.PaymentJson(
            "\"intentURIData\":\"pa=acme@hdfcbank&pn=Acme Stores&tr=1&am=123.45&cu=INR\"");
        var pending = Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Intent with { Flow = flow }));
        Assert.Equal(
            (kind, "upi://pay?pa=acme@hdfcbank&pn=Acme%20Stores&tr=1&am=123.45&cu=INR"),
            (pending.Action!.Kind, pending.Action.Url));
        Assert.Equal(PayURig.Pay, pending.ProviderReference);
    }

    [Fact]
    public async Task A_dynamic_codes_link_is_whole()
    {
        _responses["_payment"] = PayURig.PaymentJson("\"qrString\":\"upi://pay?pa=acme@hdfcbank&am=123.45\"");
        var pending = Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Intent with { Flow = UpiFlow.Qr }));
        Assert.Equal("upi://pay?pa=acme@hdfcbank&am=123.45", pending.Action!.Url);
    }

    [Fact]
    public async Task A_card_leads_to_the_banks_page()
    {
        var pending = Assert.IsType<ProviderOutcome.Pending>(await _rig.ActAsync(Create(), Effect.Charge, _time));
        Assert.Equal((CustomerActionKind.Page, PayURig.Page), (pending.Action!.Kind, pending.Action.Html));
    }

    [Theory]
    [InlineData("\"x\":1"), InlineData("\"intentURIData\":\"\"")]
    [InlineData("\"intentURIData\":\"am=1\""), InlineData("\"intentURIData\":\"pa=a@b\\\"><script>\"")]
    [InlineData("\"qrString\":\"https://evil.example/?pa=a@b\"")]
    [InlineData("\"qrString\":\"javascript:upi://pay?pa=\"")]
    public async Task A_response_without_a_link_that_can_be_followed_is_unknown(string result)
    {
        _responses["_payment"] = PayURig.PaymentJson(result);
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Intent));
    }

    [Theory]
    [InlineData("\"acsTemplate\":\"%%%\""), InlineData("\"acsTemplate\":\"dGV4dA==\"")]
    [InlineData("\"acsTemplate\":null"), InlineData("\"acsTemplate\":[]")]
    public async Task A_response_without_a_page_that_can_be_shown_is_unknown(string result)
    {
        _responses["_payment"] = PayURig.PaymentJson(result);
        Assert.IsType<ProviderOutcome.Unknown>(await _rig.ActAsync(Create(), Effect.Charge, _time));
    }

    [Theory]
    [InlineData("\"txnId\":\"att_01k8dq2v7me8k9c4ss8m3y5d6f_1\"", "\"txnId\":\"another\"")]
    [InlineData("\"paymentId\":\"403993715500000001\"", "\"paymentId\":\"../1\"")]
    public async Task A_response_about_another_payment_is_unknown(string text, string other)
    {
        _responses["_payment"] = PayURig.PaymentJson("\"intentURIData\":\"pa=a@b\"")
            .Replace(text, other, StringComparison.Ordinal);
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Intent));
    }

    [Fact]
    public async Task Success_at_once_is_queried_all_the_same()
    {
        _responses["_payment"] = PayURig.PaymentJson("\"intentURIData\":\"pa=a@b\"", "success");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Intent));
    }

    [Theory]
    [InlineData("E1101", "request_refused", FailureParty.Merchant)]
    [InlineData("E216", "acquirer_unreachable", FailureParty.Provider)]
    public async Task A_refused_payment_that_payu_does_not_know_is_declined(
        string code, string expected, FailureParty party)
    {
        _responses["_payment"] = PayURig.RefusalJson(code, "no");
        _responses["verify_payment"] = PayURig.NotFoundJson;
        var declined = Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync(Intent));
        Assert.Equal(
            (expected == "request_refused" ? "payu_e1101" : expected, party),
            (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task A_refusal_in_the_older_form_is_declined()
    {
        _responses["_payment"] =
            """{"result":null,"status":"failed","error":"EX158","message":"bad 4111111111111111"}""";
        _responses["verify_payment"] = PayURig.NotFoundJson;
        var declined = Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync(Intent));
        Assert.Equal(("payu_ex158", "bad ***"), (declined.Failure.Code, declined.Failure.Message));
    }

    [Fact]
    public async Task A_used_txnid_is_the_payment_that_used_it()
    {
        _responses["_payment"] = PayURig.RefusalJson("E202", "Duplicate transaction id");
        _responses["verify_payment"] = PayURig.ChargeJson("success", "captured");
        Assert.IsType<ProviderOutcome.Succeeded>(await ChargeAsync(Intent));
        _responses["verify_payment"] = PayURig.NotFoundJson;
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Intent));
        _responses["verify_payment"] = "{}";
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync(Intent));
    }

    [Theory]
    [InlineData("_payment", "Too many Requests. Please try after 60 seconds")]
    [InlineData("_payment", """{"status":"failed","message":"Too many Requests"}""")]
    public async Task Haste_in_words_is_not_sent(string where, string response)
    {
        _responses[where] = response;
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync(Intent));
    }

    [Theory]
    [InlineData(Effect.Capture, "capture_transaction")]
    [InlineData(Effect.Refund, "cancel_refund_transaction")]
    [InlineData(Effect.Void, "cancel_refund_transaction")]
    public async Task A_command_that_came_too_hastily_is_not_sent(Effect effect, string command)
    {
        _responses[command] = """{"status":0,"msg":"Requests limit reached"}""";
        Assert.IsType<ProviderOutcome.NotSent>(await _rig.ActAsync(Create(), effect, _time));
    }

    [Fact]
    public async Task A_resend_looks_first_and_sends_nothing_if_it_cannot()
    {
        _responses["verify_payment"] = """{"status":0,"msg":"Requests limit reached"}""";
        Assert.IsType<ProviderOutcome.NotSent>(await ChargeAsync(Intent, resend: true));
        _responses["verify_payment"] = PayURig.ChargeJson("pending", "in progress");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Intent, resend: true));
        Assert.DoesNotContain(_server.Requests, request => request.Path == "/_payment");
        _responses["verify_payment"] = PayURig.NotFoundJson;
        _responses["_payment"] = PayURig.PaymentJson("\"intentURIData\":\"pa=a@b\"");
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Intent, resend: true));
        Assert.Single(_server.Requests, request => request.Path == "/_payment");
    }

    [Theory]
    [InlineData("captured", typeof(ProviderOutcome.Succeeded))]
    [InlineData("autoRefund", typeof(ProviderOutcome.Declined))]
    public async Task A_refused_capture_is_what_the_payment_is(string state, Type expected)
    {
        _responses["capture_transaction"] =
            """{"status":0,"msg":"token already used or request pending","error_code":106}""";
        _responses["verify_payment"] = PayURig.ChargeJson(state == "captured" ? "success" : "failure", state);
        Assert.IsType(expected, await _rig.ActAsync(Create(), Effect.Capture, _time));
    }

    [Theory]
    [InlineData("queued", typeof(ProviderOutcome.Pending))]
    [InlineData("FAILURE", typeof(ProviderOutcome.Declined))]
    [InlineData(null, typeof(ProviderOutcome.Declined))]
    public async Task A_refused_capture_of_what_is_still_authorised_is_pending_only_if_one_is_under_way(
        string? state, Type expected)
    {
        _responses["capture_transaction"] = """{"status":0,"msg":"token already used or request pending"}""";
        _responses["check_action_status"] = state is null
            ? PayURig.NoActionsJson
            : PayURig.ActionsJson("capture", "t", state);
        Assert.IsType(expected, await _rig.ActAsync(Create(), Effect.Capture, _time));
        _responses["check_action_status"] = "{}";
        Assert.IsType<ProviderOutcome.Unknown>(await _rig.ActAsync(Create(), Effect.Capture, _time));
    }

    [Theory]
    [InlineData("SUCCESS", typeof(ProviderOutcome.Succeeded))]
    [InlineData("in progress", typeof(ProviderOutcome.Pending))]
    [InlineData("failure", typeof(ProviderOutcome.Declined))]
    public async Task A_refund_whose_token_was_used_is_looked_up_by_it(string state, Type expected)
    {
        _responses["cancel_refund_transaction"] = """{"status":0,"msg":"token already used or request pending"}""";
        _responses["check_action_status"] = PayURig.ActionsJson(
            "refund", PayUMapping.RefundToken(ConnectorRig.Refund), state);
        var outcome = await _rig.ActAsync(Create(), Effect.Refund, _time);
        Assert.IsType(expected, outcome);
        Assert.Equal(PayURig.Request, outcome.ProviderReference);
    }

    [Theory]
    [InlineData(
        """{"status":0,"msg":"Refund FAILURE - same amount","error_code":214}""", typeof(ProviderOutcome.NotSent))]
    [InlineData("""{"status":0,"msg":"lock","error_code":"120"}""", typeof(ProviderOutcome.NotSent))]
    [InlineData(
        """{"status":0,"msg":"Refund FAILURE - Invalid amount","error_code":105}""", typeof(ProviderOutcome.Declined))]
    // "102 should be treated as success; the rest are failures": docs.payu.in/reference, cancel_refund_transaction.
    [InlineData(
        """{"status":1,"msg":"Refund Request Queued","request_id":"1","error_code":105}""",
        typeof(ProviderOutcome.Declined))]
    [InlineData(
        """{"status":1,"msg":"Capture is done today, please check for refund status tomorrow","request_id":"1","error_code":226}""",
        typeof(ProviderOutcome.Pending))]
    [InlineData("""{"status":1,"msg":"Refund Request Queued"}""", typeof(ProviderOutcome.Unknown))]
    [InlineData("""{"status":2,"msg":"Refund Request Queued","request_id":"1"}""", typeof(ProviderOutcome.Unknown))]
    public async Task A_refund_is_what_its_code_says(string response, Type expected)
    {
        _responses["cancel_refund_transaction"] = response;
        Assert.IsType(expected, await _rig.ActAsync(Create(), Effect.Refund, _time));
    }

    [Fact]
    public async Task A_capture_that_came_first_is_not_refunded_by_a_release()
    {
        _responses["verify_payment"] = PayURig.ChargeJson("success", "captured");
        var declined = Assert.IsType<ProviderOutcome.Declined>(await _rig.ActAsync(Create(), Effect.Void, _time));
        Assert.Equal("already_captured", declined.Failure.Code);
        Assert.DoesNotContain(_server.Requests, request => _rig.Is(Effect.Void, request));
    }

    [Fact]
    public async Task A_release_that_payu_took_for_a_refund_is_unknown()
    {
        _responses["cancel_refund_transaction"] = PayURig.RefundQueuedJson;
        Assert.IsType<ProviderOutcome.Unknown>(await _rig.ActAsync(Create(), Effect.Void, _time));
    }

    [Theory]
    [InlineData("auth", "success"), InlineData("cancelled", "failure"), InlineData("cancelled", "success")]
    public async Task A_released_authorisation_is_voided_whatever_word_it_keeps(string word, string status)
    {
        _responses["verify_payment"] = PayURig.ChargeJson(status, word);
        _responses["check_action_status"] = PayURig.ActionsJson("cancel", "t", "SUCCESS");
        Assert.Equal(FailureCodes.Voided, Assert.IsType<ProviderOutcome.Declined>(await QueryAsync()).Failure.Code);
        Assert.IsType<ProviderOutcome.Succeeded>(await _rig.ActAsync(Create(), Effect.Void, _time));
        _responses["check_action_status"] = PayURig.ActionsJson("cancel", "t", "QUEUED");
        Assert.IsType<ProviderOutcome.Pending>(await QueryAsync());
        _responses["check_action_status"] = "{}";
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
    }

    [Fact]
    public async Task Customers_are_names_and_need_no_call()
    {
        var accounts = (ICustomerAccounts)Create();
        var given = Assert.IsType<ProviderResult<string>.Given>(
            await accounts.OpenCustomerAsync(new Customer { Id = "c-1" }, _rig.Credentials));
        Assert.Equal("c-1", given.Value);
        var odd = Assert.IsType<ProviderResult<string>.Given>(
            await accounts.OpenCustomerAsync(new Customer { Id = "a:b|c" }, _rig.Credentials));
        Assert.Matches("^[0-9a-z]{26}$", odd.Value);
        Assert.IsType<ProviderResult<string>.Refused>(
            await accounts.OpenCustomerAsync(new Customer(), _rig.Credentials));
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("""{"status":"SUCCESS","vpa":"a@upi","isVPAValid":1,"payerAccountName":"ABC"}""", true, "ABC")]
    [InlineData("""{"status":"SUCCESS","vpa":"a@upi","isVPAValid":0,"payerAccountName":"NA"}""", false, null)]
    public async Task A_upi_id_is_verified(string response, bool exists, string? name)
    {
        _responses["validateVPA"] = response;
        Assert.Equal(
            new UpiHolder(exists, name),
            Assert.IsType<ProviderResult<UpiHolder>.Given>(
                await ((IUpiVerification)Create()).VerifyUpiAsync("a@upi", _rig.Credentials)).Value);
        _responses["validateVPA"] = "{}";
        Assert.IsType<ProviderResult<UpiHolder>.Unavailable>(
            await ((IUpiVerification)Create()).VerifyUpiAsync("a@upi", _rig.Credentials));
    }

    [Fact]
    public async Task Cards_are_listed_if_they_can_be_paid_with()
    {
        static string Card(string token, string expired) => $$"""
            "{{token}}":{"card_no":"512345XXXXXX2346","card_token":"{{token}}","card_name":"A","card_mode":"CC","card_type":"MAST",
            "network_token":{"token_value":"x","is_expired":{{expired}},"token_exp_mon":"05","token_exp_yr":2031} }
            """;
        _responses["get_user_cards"] = $$$"""
            {"status":1,"msg":"Cards fetched Succesfully","user_cards":{{{{Card("t1", "0")}}},{{{Card("t2", "1")}}},"t3":{"card_no":"1","network_token":[]} } }
            """;
        var cards = (ISavedCards)Create();
        var listed = Assert.IsType<ProviderResult<System.Collections.Immutable.ImmutableArray<ProviderCard>>.Given>(
            await cards.ListCardsAsync("c-1", _rig.Credentials));
        var card = Assert.Single(listed.Value);
        Assert.Equal(
            ("t1", "2346", "mastercard", 5, 2031),
            (card.Reference, card.Last4, card.Network, card.ExpiryMonth, card.ExpiryYear));
        Assert.Equal("TESTKEY1:c-1", PayURig.FieldOf(_server.Requests[^1], "var1"));

        _responses["get_user_cards"] = """{"status":0,"msg":"Card not found."}""";
        Assert.Empty(Assert.IsType<ProviderResult<System.Collections.Immutable.ImmutableArray<ProviderCard>>.Given>(
            await cards.ListCardsAsync("c-1", _rig.Credentials)).Value);
        Assert.IsType<ProviderResult<System.Collections.Immutable.ImmutableArray<ProviderCard>>.Refused>(
            await cards.ListCardsAsync("c:1", _rig.Credentials));
    }

    [Theory]
    [InlineData("""{"status":1,"msg":"My_card card deleted successfully"}""")]
    [InlineData("""{"status":0,"msg":"card not found"}""")]
    public async Task A_card_that_is_gone_is_deleted(string response)
    {
        _responses["delete_user_card"] = response;
        Assert.True(Assert.IsType<ProviderResult<bool>.Given>(
            await ((ISavedCards)Create()).DeleteCardAsync("c-1", "t1", _rig.Credentials)).Value);
        Assert.Equal("t1", PayURig.FieldOf(_server.Requests[^1], "var2"));
    }

    [Theory]
    [InlineData("""{"status":0,"msg":"Invalid Hash."}""", CredentialsCheck.Refused)]
    [InlineData("{}", CredentialsCheck.NotChecked)]
    [InlineData(
        """{"status":0,"msg":"0 out of 1","transaction_details":{"credentials-check":{"mihpayid":"Not Found","status":"Not Found"}}}""",
        CredentialsCheck.Accepted)]
    public async Task Credentials_are_checked_by_a_query(string response, CredentialsCheck expected)
    {
        _responses["verify_payment"] = response;
        Assert.Equal(expected, await Create().CheckAsync(_rig.Credentials));
    }

    [Fact]
    public async Task A_saved_card_without_a_customer_is_declined_unsent()
    {
        var request = _rig.ChargeOf(_time, SendWindow.Open(_time, TimeSpan.FromMinutes(1))) with
        {
            Instrument = ConnectorRig.SavedCard("t1"),
        };
        Assert.IsType<ProviderOutcome.Declined>(await Create().ChargeAsync(request, _rig.Credentials));
        Assert.Empty(_server.Requests);
    }

    private Task<ProviderOutcome> ChargeAsync(PaymentMethod method, bool resend = false) => Create().ChargeAsync(
        _rig.ChargeOf(_time, SendWindow.Open(_time, TimeSpan.FromMinutes(1))) with
        {
            Instrument = ConnectorRig.InstrumentOf(method),
            Resend = resend,
        },
        _rig.Credentials);

    private Task<ProviderOutcome> QueryAsync() => Create().QueryChargeAsync(
        new ChargeQuery { Attempt = ConnectorRig.Attempt, Amount = ConnectorRig.Rupees }, _rig.Credentials);

    private IConnector Create() => _rig.Create(
        options =>
        {
            options.BaseUrl = _server.Url;
            options.RetryDelay = TimeSpan.FromMilliseconds(1);
        },
        _time,
        new CapturedLogs());
}
