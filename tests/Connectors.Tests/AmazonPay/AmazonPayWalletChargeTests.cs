using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>Charges of linked wallets, against responses that the simulator does not give.</summary>
public sealed class AmazonPayWalletChargeTests : AmazonPayWalletSetting
{
    [Theory]
    [InlineData(CaptureMode.Automatic, "true"), InlineData(CaptureMode.Manual, "false")]
    public async Task The_query_is_the_same_request_byte_for_byte(CaptureMode capture, string captures)
    {
        Charging((_, context) => Responses.JsonAsync(context, 201, Charged("Captured")));
        var paid = Assert.IsType<ProviderOutcome.Succeeded>(await ChargeAsync(capture: capture));
        Assert.Equal(
            (ChargeStage.Captured, AmazonPayRig.Euros, AmazonPayRig.Charge),
            (paid.Stage, paid.Amount, paid.ProviderReference));
        Assert.Equal(paid, await QueryAsync(capture: capture));

        Assert.Equal(
            $$$"""
            {"chargePermissionId":"{{{Link}}}","chargeAmount":{"amount":"14.00","currencyCode":"EUR"},"captureNow":{{{captures}}},
            "canHandlePendingAuthorization":false,"chargeInitiator":"CITU","channel":"Web",
            "merchantMetadata":{"merchantReferenceId":"{{{ConnectorRig.Attempt}}}"}}
            """.ReplaceLineEndings(""),
            Server.Requests[0].Text);
        Assert.Equal(Server.Requests[0].Body, Server.Requests[1].Body);
        Assert.Equal(KeyOf(Server.Requests[0]), KeyOf(Server.Requests[1]));
        Assert.NotEqual(CompactName.Of(ConnectorRig.Attempt.ToString(), 32), KeyOf(Server.Requests[0]));
    }

    [Theory, MemberData(nameof(Nonsense))]
    public async Task A_charge_that_may_have_been_made_is_unknown(int status, string body)
    {
        Charging((_, context) => Responses.JsonAsync(context, status, body));
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync());
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
        Assert.Equal(2, Server.Requests.Count);
    }

    [Fact]
    public async Task A_charge_of_another_wallet_is_not_ours()
    {
        Charging((_, context) =>
            Responses.JsonAsync(context, 201, AmazonPayRig.ChargeJson("Captured", permission: "C02-7654321-7654321")));
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync());
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
    }

    [Theory, MemberData(nameof(RefusedKeys))]
    public async Task A_refused_key_fails_the_charge_and_says_nothing_to_the_query(int status, string body)
    {
        Charging((_, context) => Responses.JsonAsync(context, status, body));
        Assert.Equal(
            FailureCodes.CredentialsRefused, Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync()).Failure.Code);
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
    }

    [Theory]
    [InlineData(422, "SoftDeclined", "soft_declined", FailureParty.Bank)]
    [InlineData(422, "HardDeclined", "hard_declined", FailureParty.Bank)]
    [InlineData(422, "AmazonRejected", "amazon_rejected", FailureParty.Customer)]
    [InlineData(422, "PeriodicAmountExceeded", "periodic_amount_exceeded", FailureParty.Merchant)]
    [InlineData(400, "TransactionAmountExceeded", "transaction_amount_exceeded", FailureParty.Merchant)]
    [InlineData(400, "CurrencyMismatch", "currency_mismatch", FailureParty.Merchant)]
    [InlineData(400, "InvalidParameterValue", "invalid_parameter_value", FailureParty.Merchant)]
    public async Task A_refusal_is_a_decline_to_the_charge_and_to_the_query(
        int status, string reason, string code, FailureParty party)
    {
        Charging((_, context) => AmazonPayRig.RefuseAsync(context, status, reason));
        foreach (var outcome in (ProviderOutcome[])[await ChargeAsync(), await QueryAsync()])
        {
            var declined = Assert.IsType<ProviderOutcome.Declined>(outcome);
            Assert.Equal((code, party), (declined.Failure.Code, declined.Failure.Party));
        }
    }

    [Theory]
    [InlineData(403, "InvalidAccountStatus")]
    [InlineData(404, "ResourceNotFound")]
    [InlineData(400, "InvalidHeaderValue")]
    [InlineData(400, "InvalidRequest"), InlineData(426, "TLSVersionNotSupported")]
    public async Task A_request_that_was_refused_unseen_says_nothing_to_the_query(int status, string reason)
    {
        Charging((_, context) => AmazonPayRig.RefuseAsync(context, status, reason));
        Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync());
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
    }

    [Fact]
    public async Task A_name_that_was_used_for_another_charge_is_unknown()
    {
        Charging((_, context) => AmazonPayRig.RefuseAsync(context, 400, "DuplicateIdempotencyKey"));
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync());
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync());
    }

    [Theory]
    [InlineData("Closed", """[{"reasonCode":"MerchantClosed"}]""", true), InlineData("Closed", "null", true)]
    [InlineData("NonChargeable", """[{"reasonCode":"PaymentMethodExpired"}]""", true)]
    [InlineData("NonChargeable", """[{"reasonCode":"ChargeInProgress"}]""", false)]
    [InlineData("NonChargeable", """[{"reasonCode":"MFAFailed"},{"reasonCode":"ChargeInProgress"}]""", false)]
    [InlineData("NonChargeable", "[]", false)]
    [InlineData("NonChargeable", "null", false)]
    [InlineData("NonChargeable", "[null]", false)]
    [InlineData("Chargeable", "null", false), InlineData("Chargeable", "7", false)]
    public async Task A_wallet_that_cannot_be_charged_is_declined_unless_the_charge_itself_may_be_the_reason(
        string state, string reasons, bool declined)
    {
        Server.Script = (request, context) => request.Method == "POST"
            ? AmazonPayRig.RefuseAsync(context, 422, "InvalidChargePermissionStatus")
            : Responses.JsonAsync(context, 200, AmazonPayRig.PermissionJson(id: Link, state: state, reasons: reasons));
        foreach (var outcome in (ProviderOutcome[])[await ChargeAsync(), await QueryAsync()])
        {
            Assert.True(
                declined ? outcome is ProviderOutcome.Declined : outcome is ProviderOutcome.Unknown,
                outcome.ToString());
        }
    }

    [Fact]
    public async Task A_pending_authorisation_is_queried_by_its_id()
    {
        Charging((_, context) => Responses.JsonAsync(context, 201, Charged("AuthorizationInitiated")));
        var pending = Assert.IsType<ProviderOutcome.Pending>(await QueryAsync());
        Assert.Equal(
            (AmazonPayRig.Charge, null, null), (pending.ProviderReference, pending.ProviderOrder, pending.Action));

        Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync(charge: pending.ProviderReference));
        Assert.Equal($"/v2/charges/{AmazonPayRig.Charge}", Server.Requests[^1].Path);
    }

    [Fact]
    public async Task A_query_that_is_frozen_or_only_looks_makes_no_charge()
    {
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync(window: SendWindow.Open(Time, TimeSpan.Zero)));
        Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync(completes: false));
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task What_Amazon_Pay_cannot_take_is_refused_unsent()
    {
        var request = Rig.ChargeOf(Time, Window(), ConnectorRig.Rupees) with
        {
            Instrument = Linked(Link),
        };
        Assert.IsType<ProviderOutcome.Declined>(await Create().ChargeAsync(request, Rig.Credentials));
        Assert.Empty(Server.Requests);
    }
}
