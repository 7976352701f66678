using Microsoft.AspNetCore.Http;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>The flows that are Amazon Pay's own: a session that a status query completes, and refunds without a
/// list.</summary>
public sealed class AmazonPayFlowTests() : ConformanceSetting(new AmazonPayRig())
{
    private const string Complete = $"/v2/checkoutSessions/{AmazonPayRig.Session}/complete";

    [Fact]
    public async Task A_charge_opens_a_session_under_the_attempts_name_and_sends_the_buyer_there()
    {
        var pending = Assert.IsType<ProviderOutcome.Pending>(await Rig.ActAsync(Create(), Effect.Charge, Time));
        Assert.Equal(
            (AmazonPayRig.Session, null, CustomerActionKind.Redirect, "https://payments.amazon.example/checkout"),
            (pending.ProviderOrder, pending.ProviderReference, pending.Action!.Kind, pending.Action.Url));

        var request = Assert.Single(Server.Requests);
        Assert.Equal(CompactName.Of(ConnectorRig.Attempt.ToString(), 32), request.Headers["x-amz-pay-idempotency-key"]);
        Assert.Contains($"\"merchantReferenceId\":\"{ConnectorRig.Attempt}\"", request.Text, StringComparison.Ordinal);
        Assert.Contains("\"paymentIntent\":\"AuthorizeWithCapture\"", request.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sent_again_it_is_the_same_request()
    {
        var connector = Create();
        await Rig.ActAsync(connector, Effect.Charge, Time);
        var request = Rig.ChargeOf(Time, SendWindow.Open(Time, TimeSpan.FromMinutes(1)));
        await connector.ChargeAsync(request with { Resend = true }, Rig.Credentials);

        Assert.Equal(Server.Requests[0].Text, Server.Requests[1].Text);
        Assert.Equal(
            Server.Requests[0].Headers["x-amz-pay-idempotency-key"],
            Server.Requests[1].Headers["x-amz-pay-idempotency-key"]);
    }

    [Theory]
    [InlineData("http://payments.amazon.example/checkout", true)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("", false)]
    public async Task A_session_without_an_address_to_go_to_is_not_sent(string redirect, bool isTaken)
    {
        Server.Script = (_, context) =>
            Responses.JsonAsync(context, 201, AmazonPayRig.SessionJson("Open", redirect: redirect));
        var outcome = await Rig.ActAsync(Create(), Effect.Charge, Time);
        // Plain HTTP is taken from a provider that is itself reached by it.
        Assert.True(
            isTaken ? outcome is ProviderOutcome.Pending : outcome is ProviderOutcome.NotSent, outcome.ToString());
    }

    [Fact]
    public async Task A_session_of_another_amount_is_not_shown_to_the_buyer()
    {
        Server.Script = (_, context) => Responses.JsonAsync(
            context, 201, AmazonPayRig.SessionJson("Open", amount: """{"amount":"1.00","currencyCode":"EUR"}"""));
        Assert.IsType<ProviderOutcome.NotSent>(await Rig.ActAsync(Create(), Effect.Charge, Time));
    }

    [Fact]
    public async Task A_name_that_was_used_for_another_session_is_a_refusal_because_no_one_can_have_paid_that_one()
    {
        Server.Script = (_, context) => AmazonPayRig.RefuseAsync(context, 400, "DuplicateIdempotencyKey");
        var declined = Assert.IsType<ProviderOutcome.Declined>(await Rig.ActAsync(Create(), Effect.Charge, Time));
        Assert.Equal(
            ("duplicate_idempotency_key", FailureParty.Merchant), (declined.Failure.Code, declined.Failure.Party));
    }

    [Fact]
    public async Task The_query_completes_an_open_session_for_the_payments_own_amount()
    {
        var captured = Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync());
        Assert.Equal(
            (ChargeStage.Captured, AmazonPayRig.Euros, AmazonPayRig.Session, AmazonPayRig.Charge),
            (captured.Stage, captured.Amount, captured.ProviderOrder, captured.ProviderReference));
        Assert.Equal(
            """{"chargeAmount":{"amount":"14.00","currencyCode":"EUR"}}""",
            Assert.Single(Server.Requests, request => request.Path == Complete).Text);
    }

    [Fact]
    public async Task A_payment_that_does_not_wait_any_more_is_only_looked_at()
    {
        Assert.IsType<ProviderOutcome.Pending>(await QueryAsync(completes: false));
        Assert.DoesNotContain(Server.Requests, request => request.Method == "POST");
    }

    [Fact]
    public async Task A_frozen_query_completes_nothing()
    {
        Assert.IsType<ProviderOutcome.Pending>(await QueryAsync(window: SendWindow.Open(Time, TimeSpan.Zero)));
        Assert.DoesNotContain(Server.Requests, request => request.Path == Complete);
    }

    [Fact]
    public async Task A_session_with_constraints_is_not_completed()
    {
        Server.Script = (_, context) => Responses.JsonAsync(
            context, 200, AmazonPayRig.SessionJson("Open", constraints: """[{"constraintId":"BuyerNotAssociated"}]"""));
        Assert.IsType<ProviderOutcome.Pending>(await QueryAsync());
        Assert.DoesNotContain(Server.Requests, request => request.Method == "POST");
    }

    [Fact]
    public async Task A_buyer_who_has_not_placed_the_order_is_waited_for()
    {
        Completing((_, context) => AmazonPayRig.RefuseAsync(context, 422, "InvalidCheckoutSessionStatus"));
        var pending = Assert.IsType<ProviderOutcome.Pending>(await QueryAsync());
        Assert.Equal(AmazonPayRig.Session, pending.ProviderOrder);
    }

    [Theory]
    [InlineData("BuyerCanceled", "buyer_canceled")]
    [InlineData("Declined", "declined")]
    [InlineData("Expired", "expired")]
    public async Task A_session_that_was_cancelled_meanwhile_is_declined(string reason, string code)
    {
        var isCancelled = false;
        Server.Script = (request, context) =>
        {
            if (request.Path != Complete)
            {
                return Responses.JsonAsync(
                    context,
                    200,
                    AmazonPayRig.SessionJson(isCancelled ? "Canceled" : "Open", reason: isCancelled ? reason : null));
            }

            isCancelled = true;
            return AmazonPayRig.RefuseAsync(context, 422, "CheckoutSessionCanceled");
        };
        var declined = Assert.IsType<ProviderOutcome.Declined>(await QueryAsync());
        Assert.Equal((code, AmazonPayRig.Session), (declined.Failure.Code, declined.ProviderOrder));
    }

    [Fact]
    public async Task A_session_that_another_query_completed_is_paid()
    {
        var isCompleted = false;
        Server.Script = (request, context) =>
        {
            if (request.Path == Complete)
            {
                isCompleted = true;
                return AmazonPayRig.RefuseAsync(context, 422, "InvalidCheckoutSessionStatus");
            }

            return isCompleted && request.Path.Contains("/checkoutSessions/", StringComparison.Ordinal)
                ? Responses.JsonAsync(context, 200, AmazonPayRig.SessionJson("Completed", charge: AmazonPayRig.Charge))
                : Rig.RespondAsync(request, context);
        };
        Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync());
    }

    [Theory]
    [InlineData(500), InlineData(503), InlineData(302), InlineData(408)]
    public async Task A_completion_that_may_have_arrived_is_unknown(int status)
    {
        Completing((_, context) => Responses.JsonAsync(context, status, "{}"));
        var unknown = Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
        Assert.Equal(AmazonPayRig.Session, unknown.ProviderOrder);
        Assert.Single(Server.Requests, request => request.Path == Complete);
    }

    [Theory]
    [InlineData(""), InlineData("{"), InlineData("{}"), InlineData("<html>")]
    [InlineData("""{"checkoutSessionId":"another"}""")]
    public async Task A_completion_whose_response_cannot_be_read_is_unknown(string body)
    {
        Completing((_, context) => Responses.JsonAsync(context, 200, body));
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
    }

    [Fact]
    public async Task A_completion_that_is_reset_is_unknown_and_found_by_the_next_query()
    {
        Completing((_, context) => Responses.ResetAsync(context));
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
        Server.Script = Rig.RespondAsync;
        Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync());
    }

    [Fact]
    public async Task A_completed_session_without_a_charge_is_unknown()
    {
        Completing((_, context) => Responses.JsonAsync(context, 200, AmazonPayRig.SessionJson("Completed")));
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
    }

    [Fact]
    public async Task A_charge_that_is_known_is_queried_itself()
    {
        var outcome = await Create().QueryChargeAsync(
            new ChargeQuery
            {
                Attempt = ConnectorRig.Attempt,
                Amount = AmazonPayRig.Euros,
                ProviderOrder = AmazonPayRig.Session,
                ProviderReference = AmazonPayRig.Charge,
                Completion = SendWindow.Open(Time, TimeSpan.FromMinutes(1)),
            },
            Rig.Credentials);
        Assert.IsType<ProviderOutcome.Succeeded>(outcome);
        Assert.Equal($"/v2/charges/{AmazonPayRig.Charge}", Assert.Single(Server.Requests).Path);
    }

    [Fact]
    public async Task A_session_that_no_one_learnt_of_is_not_found_and_needs_no_query()
    {
        Assert.IsType<ProviderOutcome.NotFound>(await Create().QueryChargeAsync(
            new ChargeQuery { Attempt = ConnectorRig.Attempt, Amount = AmazonPayRig.Euros }, Rig.Credentials));
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task A_session_that_Amazon_does_not_know_is_not_found()
    {
        Server.Script = (_, context) => AmazonPayRig.RefuseAsync(context, 404, "ResourceNotFound");
        Assert.IsType<ProviderOutcome.NotFound>(await QueryAsync());
    }

    [Theory]
    [InlineData("../charges"), InlineData("a?b"), InlineData("x y")]
    public async Task Ids_that_could_bend_a_path_are_not_queried(string id)
    {
        var connector = Create();
        var query = new ChargeQuery { Attempt = ConnectorRig.Attempt, Amount = AmazonPayRig.Euros };
        Assert.IsType<ProviderOutcome.Unknown>(
            await connector.QueryChargeAsync(query with { ProviderOrder = id }, Rig.Credentials));
        Assert.IsType<ProviderOutcome.Unknown>(
            await connector.QueryChargeAsync(query with { ProviderReference = id }, Rig.Credentials));
        Assert.Empty(Server.Requests);
    }

    [Theory]
    [InlineData("Captured", null, typeof(ProviderOutcome.Succeeded))]
    [InlineData("Authorized", null, typeof(ProviderOutcome.Declined))]
    [InlineData("CaptureInitiated", null, typeof(ProviderOutcome.Pending))]
    [InlineData("Canceled", "ExpiredUnused", typeof(ProviderOutcome.Declined))]
    public async Task A_refused_capture_is_what_the_charge_says(string state, string? reason, Type expected)
    {
        Server.Script = (request, context) => Rig.Is(Effect.Capture, request)
            ? AmazonPayRig.RefuseAsync(context, 422, "InvalidChargeStatus")
            : Responses.JsonAsync(context, 200, AmazonPayRig.ChargeJson(state, reason));
        Assert.IsType(expected, await Rig.ActAsync(Create(), Effect.Capture, Time));
    }

    [Theory]
    [InlineData("Canceled", "MerchantCanceled", typeof(ProviderOutcome.Succeeded))]
    [InlineData("Canceled", "ExpiredUnused", typeof(ProviderOutcome.Succeeded))]
    [InlineData("Declined", "HardDeclined", typeof(ProviderOutcome.Succeeded))]
    [InlineData("Captured", null, typeof(ProviderOutcome.Declined))]
    [InlineData("Authorized", null, typeof(ProviderOutcome.Declined))]
    [InlineData("CaptureInitiated", null, typeof(ProviderOutcome.Pending))]
    public async Task A_refused_release_is_what_the_charge_says(string state, string? reason, Type expected)
    {
        Server.Script = (request, context) => Rig.Is(Effect.Void, request)
            ? AmazonPayRig.RefuseAsync(context, 422, "InvalidChargeStatus")
            : Responses.JsonAsync(context, 200, AmazonPayRig.ChargeJson(state, reason));
        Assert.IsType(expected, await Rig.ActAsync(Create(), Effect.Void, Time));
    }

    [Fact]
    public async Task A_refund_that_got_lost_is_queried_by_the_same_request()
    {
        var connector = Create();
        await Rig.ActAsync(connector, Effect.Refund, Time);
        var outcome = await connector.QueryRefundAsync(
            new RefundQuery
            {
                Refund = ConnectorRig.Refund,
                Attempt = ConnectorRig.Attempt,
                Amount = AmazonPayRig.Euros,
                ProviderReference = AmazonPayRig.Charge,
            },
            Rig.Credentials);

        Assert.Equal(AmazonPayRig.Rfnd, Assert.IsType<ProviderOutcome.Pending>(outcome).ProviderReference);
        Assert.Equal(Server.Requests[0].Text, Server.Requests[1].Text);
        Assert.Equal(
            Server.Requests[0].Headers["x-amz-pay-idempotency-key"],
            Server.Requests[1].Headers["x-amz-pay-idempotency-key"]);
    }

    [Theory]
    [InlineData(403, "InvalidAccountStatus", typeof(ProviderOutcome.Unknown))]
    [InlineData(404, "ResourceNotFound", typeof(ProviderOutcome.Unknown))]
    [InlineData(422, "InvalidChargeStatus", typeof(ProviderOutcome.Declined))]
    [InlineData(400, "TransactionAmountExceeded", typeof(ProviderOutcome.Declined))]
    public async Task A_repeated_refund_that_was_not_looked_at_says_nothing_of_the_first(
        int status, string reason, Type expected)
    {
        Server.Script = (_, context) => AmazonPayRig.RefuseAsync(context, status, reason);
        Assert.IsType(expected, await Create().QueryRefundAsync(
            new RefundQuery
            {
                Refund = ConnectorRig.Refund,
                Attempt = ConnectorRig.Attempt,
                Amount = AmazonPayRig.Euros,
                ProviderReference = AmazonPayRig.Charge,
            },
            Rig.Credentials));
    }

    [Fact]
    public async Task A_refund_whose_name_is_taken_is_unknown()
    {
        Server.Script = (_, context) => AmazonPayRig.RefuseAsync(context, 400, "DuplicateIdempotencyKey");
        Assert.IsType<ProviderOutcome.Unknown>(await Rig.ActAsync(Create(), Effect.Refund, Time));
    }

    [Theory]
    [InlineData("Refunded", typeof(ProviderOutcome.Succeeded))]
    [InlineData("Declined", typeof(ProviderOutcome.Declined))]
    [InlineData("RefundInitiated", typeof(ProviderOutcome.Pending))]
    public async Task States_of_a_refund_are_outcomes(string state, Type expected)
    {
        Server.Script = (_, context) => Responses.JsonAsync(context, 200, AmazonPayRig.RefundJson(state));
        Assert.IsType(expected, await Rig.ActAsync(Create(), Effect.Refund, Time));
    }

    [Theory]
    [InlineData(200, "{}", CredentialsCheck.Accepted), InlineData(401, "{}", CredentialsCheck.Refused)]
    [InlineData(403, """{"reasonCode":"InvalidRequestSignature"}""", CredentialsCheck.Refused)]
    [InlineData(403, """{"reasonCode":"InvalidAccountStatus"}""", CredentialsCheck.NotChecked)]
    [InlineData(500, "{}", CredentialsCheck.NotChecked)]
    public async Task Credentials_are_checked_by_a_query(int status, string body, CredentialsCheck expected)
    {
        Server.Script = (_, context) => Responses.JsonAsync(context, status, body);
        Assert.Equal(expected, await Create().CheckAsync(Rig.Credentials));
    }

    [Theory]
    [InlineData("region", "in"), InlineData("private_key", "not a key"), InlineData("public_key_id", "a b")]
    public async Task Credentials_that_cannot_be_Amazons_are_refused_unsent(string name, string value)
    {
        var credentials = name switch
        {
            "region" => AmazonPayRig.CredentialsOf(region: value),
            "private_key" => AmazonPayRig.CredentialsOf(privateKey: value),
            _ => AmazonPayRig.CredentialsOf(keyId: value),
        };
        var connector = Create();
        Assert.Equal(CredentialsCheck.Refused, await connector.CheckAsync(credentials));
        var declined = Assert.IsType<ProviderOutcome.Declined>(
            await connector.ChargeAsync(
                Rig.ChargeOf(Time, SendWindow.Open(Time, TimeSpan.FromMinutes(1))), credentials));
        Assert.Equal(FailureCodes.CredentialsRefused, declined.Failure.Code);
        Assert.Empty(Server.Requests);
    }

    [Theory]
    [InlineData("SANDBOX-A1", false, "/v2/reports"), InlineData("LIVE-A1", true, "/v2/reports")]
    [InlineData("A1", false, "/live/v2/reports"), InlineData("A1", true, "/sandbox/v2/reports")]
    public async Task The_key_or_the_path_says_the_environment(string keyId, bool sandbox, string path)
    {
        var connector = AmazonPayRig.Create(
            options => options.BaseUrl = Server.Url, Time, Logs, options => options.Sandbox = sandbox);
        await connector.CheckAsync(AmazonPayRig.CredentialsOf(keyId));
        Assert.Equal(path, Assert.Single(Server.Requests).Path);
    }

    private void Completing(Func<Received, HttpContext, Task> script) => Server.Script = (request, context) =>
        request.Path == Complete ? script(request, context) : Rig.RespondAsync(request, context);

    private Task<ProviderOutcome> QueryAsync(bool completes = true, SendWindow? window = null) =>
        Create().QueryChargeAsync(
            new ChargeQuery
            {
                Attempt = ConnectorRig.Attempt,
                Amount = AmazonPayRig.Euros,
                ProviderOrder = AmazonPayRig.Session,
                Completion = completes ? window ?? SendWindow.Open(Time, TimeSpan.FromMinutes(1)) : null,
            },
            Rig.Credentials);
}
