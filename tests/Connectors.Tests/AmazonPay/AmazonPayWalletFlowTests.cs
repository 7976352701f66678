using Microsoft.AspNetCore.Http;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using Xunit;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>Links by consent and their charges, against answers that the simulator does not give:
/// developer.amazon.com/docs/amazon-pay-paymentmethodonfile-setupintent and …/amazon-pay-paymentmethodonfile.</summary>
public sealed class AmazonPayWalletFlowTests() : ConformanceSetting(new AmazonPayRig())
{
    private const string Link = "C02-1234567-1234567";
    private const string Setup = "/v2/checkoutSessions";
    private const string Page = $"/v2/checkoutSessions/{AmazonPayRig.Session}";
    private const string Completion = $"{Page}/complete";
    private const string Permission = $"/v2/chargePermissions/{Link}";

    private static readonly Uri Callback = new("https://engine.example/return/shop/wallets/asha/amazonpay/n1");
    private static readonly WalletRequest Asked = new() { Wallet = "amazonpay", Customer = new Customer { Id = "asha" } };

    /// <summary>What no call may take for Amazon's word.</summary>
    public static TheoryData<int, string> Nonsense() => new()
    {
        { 200, "" }, { 200, "{" }, { 200, "{}" }, { 200, "<html>" }, { 200, "[]" }, { 200, "null" }, { 302, "{}" }, { 400, "{}" },
        { 404, "<html>" }, { 408, "{}" }, { 500, "{}" }, { 503, "<html>" },
    };

    public static TheoryData<int, string> RefusedKeys() => new()
    {
        { 401, "{}" }, { 401, """{"reasonCode":"UnauthorizedAccess"}""" }, { 403, """{"reasonCode":"InvalidRequestSignature"}""" },
        { 403, """{"reasonCode":"InvalidAuthorizationToken"}""" },
    };

    [Fact]
    public async Task The_page_is_asked_for_as_documented_and_under_a_name_of_its_own()
    {
        Server.Script = (_, context) => Answers.JsonAsync(context, 201, AmazonPayRig.SessionJson("Open", amount: "null"));
        var consent = Assert.IsType<ProviderAnswer<WalletConsent>.Given>(await RequestAsync()).Value;
        Assert.Equal((AmazonPayRig.Session, "https://payments.amazon.example/checkout"), (consent.Reference, consent.Url));
        await RequestAsync();
        await RequestAsync(new Uri(Callback, "n2"));

        var sent = Server.Requests.Select(request => (request.Path, Key: KeyOf(request), request.Text)).ToList();
        Assert.Equal(
            $$$"""
            {"webCheckoutDetails":{"checkoutResultReturnUrl":"{{{Callback}}}","checkoutCancelUrl":"{{{Callback}}}","checkoutMode":"ProcessOrder"},
            "storeId":"{{{AmazonPayRig.StoreId}}}","chargePermissionType":"PaymentMethodOnFile","paymentMethodOnFileMetadata":{"setupOnly":true},
            "paymentDetails":{"paymentIntent":"Confirm"},"merchantMetadata":{"merchantReferenceId":"{{{sent[0].Key}}}"}}
            """.ReplaceLineEndings(""),
            sent[0].Text);
        Assert.Equal((Setup, sent[0]), (sent[0].Path, sent[1]));
        Assert.NotEqual(sent[0].Key, sent[2].Key);
    }

    [Fact]
    public async Task A_saved_wallet_is_completed_without_an_amount()
    {
        Completing((_, context) => Answers.JsonAsync(context, 200, AmazonPayRig.SessionJson("Completed", permission: Link)));
        var wallet = Assert.IsType<ProviderAnswer<ProviderWallet>.Given>(await CompleteAsync()).Value;
        Assert.Equal((Link, true, null, Link), (wallet.Reference, wallet.Linked, wallet.Balance, wallet.Token!.Reveal()));
        Assert.Equal("{}", Assert.Single(Server.Requests, request => request.Path == Completion).Text);
    }

    [Theory]
    [InlineData("BuyerCanceled", "buyer_canceled"), InlineData("Declined", "declined"), InlineData("Expired", "expired")]
    public async Task A_page_of_which_nothing_can_come_is_refused(string reason, string code)
    {
        Server.Script = (_, context) => Answers.JsonAsync(context, 200, AmazonPayRig.SessionJson("Canceled", reason: reason));
        Assert.Equal(code, Assert.IsType<ProviderAnswer<ProviderWallet>.Refused>(await CompleteAsync()).Failure.Code);
        Server.Script = (_, context) => AmazonPayRig.RefuseAsync(context, 404, "ResourceNotFound");
        Assert.Equal("expired", Assert.IsType<ProviderAnswer<ProviderWallet>.Refused>(await CompleteAsync()).Failure.Code);
    }

    [Theory]
    [InlineData("Open", """[{"constraintId":"BuyerNotAssociated"}]"""), InlineData("Postponed", "[]")]
    public async Task A_page_on_which_nobody_decided_yet_is_not_completed(string state, string constraints)
    {
        Server.Script = (_, context) => Answers.JsonAsync(context, 200, AmazonPayRig.SessionJson(state, constraints: constraints));
        Assert.False(Assert.IsType<ProviderAnswer<ProviderWallet>.Given>(await CompleteAsync()).Value.Linked);
        Assert.DoesNotContain(Server.Requests, request => request.Method == "POST");
    }

    [Fact]
    public async Task A_refused_completion_is_what_the_session_says()
    {
        var states = new Queue<string>(
        [
            AmazonPayRig.SessionJson("Open"), AmazonPayRig.SessionJson("Open"), AmazonPayRig.SessionJson("Open"),
            AmazonPayRig.SessionJson("Completed", permission: Link), AmazonPayRig.SessionJson("Open"),
            AmazonPayRig.SessionJson("Canceled", reason: "BuyerCanceled"),
        ]);
        Server.Script = (request, context) => request.Path == Completion
            ? AmazonPayRig.RefuseAsync(context, 422, "InvalidCheckoutSessionStatus")
            : Answers.JsonAsync(context, 200, states.Dequeue());
        Assert.False(Assert.IsType<ProviderAnswer<ProviderWallet>.Given>(await CompleteAsync()).Value.Linked);
        Assert.True(Assert.IsType<ProviderAnswer<ProviderWallet>.Given>(await CompleteAsync()).Value.Linked);
        Assert.IsType<ProviderAnswer<ProviderWallet>.Refused>(await CompleteAsync());
    }

    [Theory, MemberData(nameof(Nonsense)), MemberData(nameof(RefusedKeys))]
    public async Task What_is_not_Amazons_word_on_a_link_is_no_word(int status, string body)
    {
        Server.Script = (_, context) => Answers.JsonAsync(context, status, body);
        Assert.IsType<ProviderAnswer<WalletConsent>.Unavailable>(await RequestAsync());
        Assert.IsType<ProviderAnswer<ProviderWallet>.Unavailable>(await CompleteAsync());
        Assert.IsType<ProviderAnswer<ProviderWallet>.Unavailable>(await ReadAsync());
        Assert.IsType<ProviderAnswer<bool>.Unavailable>(await UnlinkAsync());
    }

    [Theory, MemberData(nameof(Nonsense))]
    public async Task A_completion_that_may_have_been_made_is_asked_for_again(int status, string body)
    {
        Completing((_, context) => Answers.JsonAsync(context, status, body));
        Assert.IsType<ProviderAnswer<ProviderWallet>.Unavailable>(await CompleteAsync());
        Assert.Single(Server.Requests, request => request.Path == Completion);
    }

    [Fact]
    public async Task Another_object_than_was_asked_about_is_no_word()
    {
        var another = AmazonPayRig.SessionJson("Completed", permission: Link)
            .Replace(AmazonPayRig.Session, "another", StringComparison.Ordinal);
        Server.Script = (request, context) => Answers.JsonAsync(
            context,
            200,
            request.Path.StartsWith(Permission, StringComparison.Ordinal)
                ? AmazonPayRig.PermissionJson(id: "C02-7654321-7654321", state: "Closed")
                : another);
        Assert.IsType<ProviderAnswer<ProviderWallet>.Unavailable>(await CompleteAsync());
        Assert.IsType<ProviderAnswer<ProviderWallet>.Unavailable>(await ReadAsync());
        Assert.IsType<ProviderAnswer<bool>.Unavailable>(await UnlinkAsync());
        Completing((_, context) => Answers.JsonAsync(context, 200, another));
        Assert.IsType<ProviderAnswer<ProviderWallet>.Unavailable>(await CompleteAsync());
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("../x"), InlineData("a b")]
    public async Task A_completed_session_without_a_permission_of_Amazons_is_no_word(string? permission)
    {
        Server.Script = (_, context) => Answers.JsonAsync(context, 200, AmazonPayRig.SessionJson("Completed", permission: permission));
        Assert.IsType<ProviderAnswer<ProviderWallet>.Unavailable>(await CompleteAsync());
    }

    [Theory]
    [InlineData("javascript:alert(1)"), InlineData("ftp://x.example/"), InlineData("")]
    public async Task A_page_that_is_none_is_not_shown(string redirect)
    {
        Server.Script = (_, context) => Answers.JsonAsync(context, 201, AmazonPayRig.SessionJson("Open", redirect: redirect));
        Assert.IsType<ProviderAnswer<WalletConsent>.Unavailable>(await RequestAsync());
    }

    [Fact]
    public async Task A_merchant_who_may_not_save_wallets_is_refused()
    {
        Server.Script = (_, context) => AmazonPayRig.RefuseAsync(context, 403, "InvalidAccountStatus");
        var refused = Assert.IsType<ProviderAnswer<WalletConsent>.Refused>(await RequestAsync());
        Assert.Equal(("invalid_account_status", FailureParty.Merchant), (refused.Failure.Code, refused.Failure.Party));
    }

    [Theory]
    [InlineData("Chargeable", "null", true), InlineData("NonChargeable", """[{"reasonCode":"PaymentMethodExpired"}]""", true)]
    [InlineData("Closed", """[{"reasonCode":"MerchantClosed"}]""", false), InlineData("Postponed", "[]", true)]
    public async Task Only_a_closed_permission_is_no_link(string state, string reasons, bool linked)
    {
        Server.Script = (_, context) => Answers.JsonAsync(
            context, 200, AmazonPayRig.PermissionJson(id: Link, state: state, reasons: reasons, type: "PaymentMethodOnFile"));
        var wallet = Assert.IsType<ProviderAnswer<ProviderWallet>.Given>(await ReadAsync()).Value;
        Assert.Equal((Link, linked, linked), (wallet.Reference, wallet.Linked, wallet.Token is not null));
    }

    [Theory]
    [InlineData("Closed", true), InlineData("Chargeable", false)]
    public async Task A_refused_unlinking_is_what_the_permission_says(string state, bool unlinked)
    {
        Server.Script = (request, context) => request.Method == "DELETE"
            ? AmazonPayRig.RefuseAsync(context, 422, "InvalidChargePermissionStatus")
            : Answers.JsonAsync(context, 200, AmazonPayRig.PermissionJson(id: Link, state: state));
        Assert.Equal(new ProviderAnswer<bool>.Given(unlinked), await UnlinkAsync());
        Assert.Equal(
            ($"{Permission}/close", """{"closureReason":"The wallet was unlinked.","cancelPendingCharges":false}"""),
            (Server.Requests[0].Path, Server.Requests[0].Text));
    }

    [Fact]
    public async Task Keys_that_cannot_be_Amazons_and_names_that_could_bend_a_path_are_not_sent()
    {
        var other = AmazonPayRig.CredentialsOf(privateKey: "not a key");
        Assert.IsType<ProviderAnswer<WalletConsent>.Unavailable>(await Wallets().RequestWalletConsentAsync(Asked, Callback, other));
        Assert.IsType<ProviderAnswer<ProviderWallet>.Unavailable>(await Wallets().CompleteWalletConsentAsync(Asked, AmazonPayRig.Session, other));
        Assert.IsType<ProviderAnswer<ProviderWallet>.Unavailable>(await Wallets().ReadWalletAsync(Asked, Link, other));
        Assert.IsType<ProviderAnswer<bool>.Unavailable>(await Wallets().UnlinkWalletAsync(Asked, Link, other));
        foreach (var name in (string[])["../charges", "a?b", "x y", ""])
        {
            Assert.IsType<ProviderAnswer<ProviderWallet>.Unavailable>(await Wallets().CompleteWalletConsentAsync(Asked, name, Rig.Credentials));
            Assert.IsType<ProviderAnswer<ProviderWallet>.Unavailable>(await Wallets().ReadWalletAsync(Asked, name, Rig.Credentials));
            Assert.IsType<ProviderAnswer<bool>.Unavailable>(await Wallets().UnlinkWalletAsync(Asked, name, Rig.Credentials));
            Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync(link: name));
            Assert.IsType<ProviderOutcome.Unknown>(await AskAsync(link: name));
        }

        Assert.Empty(Server.Requests);
    }

    [Theory]
    [InlineData(CaptureMode.Automatic, "true"), InlineData(CaptureMode.Manual, "false")]
    public async Task The_question_is_the_same_request_byte_for_byte(CaptureMode capture, string captures)
    {
        Charging((_, context) => Answers.JsonAsync(context, 201, Charged("Captured")));
        var paid = Assert.IsType<ProviderOutcome.Succeeded>(await ChargeAsync(capture: capture));
        Assert.Equal(
            (ChargeStage.Captured, AmazonPayRig.Euros, AmazonPayRig.Charge), (paid.Stage, paid.Amount, paid.ProviderReference));
        Assert.Equal(paid, await AskAsync(capture: capture));

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
        Charging((_, context) => Answers.JsonAsync(context, status, body));
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync());
        Assert.IsType<ProviderOutcome.Unknown>(await AskAsync());
        Assert.Equal(2, Server.Requests.Count);
    }

    [Fact]
    public async Task A_charge_of_another_wallet_is_not_ours()
    {
        Charging((_, context) => Answers.JsonAsync(context, 201, AmazonPayRig.ChargeJson("Captured", permission: "C02-7654321-7654321")));
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync());
        Assert.IsType<ProviderOutcome.Unknown>(await AskAsync());
    }

    [Theory, MemberData(nameof(RefusedKeys))]
    public async Task A_refused_key_fails_the_charge_and_says_nothing_to_the_question(int status, string body)
    {
        Charging((_, context) => Answers.JsonAsync(context, status, body));
        Assert.Equal(
            FailureCodes.CredentialsRefused, Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync()).Failure.Code);
        Assert.IsType<ProviderOutcome.Unknown>(await AskAsync());
    }

    [Theory]
    [InlineData(422, "SoftDeclined", "soft_declined", FailureParty.Bank), InlineData(422, "HardDeclined", "hard_declined", FailureParty.Bank)]
    [InlineData(422, "AmazonRejected", "amazon_rejected", FailureParty.Customer)]
    [InlineData(422, "PeriodicAmountExceeded", "periodic_amount_exceeded", FailureParty.Merchant)]
    [InlineData(400, "TransactionAmountExceeded", "transaction_amount_exceeded", FailureParty.Merchant)]
    [InlineData(400, "CurrencyMismatch", "currency_mismatch", FailureParty.Merchant)]
    [InlineData(400, "InvalidParameterValue", "invalid_parameter_value", FailureParty.Merchant)]
    public async Task A_refusal_is_a_decline_to_the_charge_and_to_the_question(int status, string reason, string code, FailureParty party)
    {
        Charging((_, context) => AmazonPayRig.RefuseAsync(context, status, reason));
        foreach (var outcome in (ProviderOutcome[])[await ChargeAsync(), await AskAsync()])
        {
            var declined = Assert.IsType<ProviderOutcome.Declined>(outcome);
            Assert.Equal((code, party), (declined.Failure.Code, declined.Failure.Party));
        }
    }

    [Theory]
    [InlineData(403, "InvalidAccountStatus"), InlineData(404, "ResourceNotFound"), InlineData(400, "InvalidHeaderValue")]
    [InlineData(400, "InvalidRequest"), InlineData(426, "TLSVersionNotSupported")]
    public async Task A_request_that_was_refused_unseen_says_nothing_to_the_question(int status, string reason)
    {
        Charging((_, context) => AmazonPayRig.RefuseAsync(context, status, reason));
        Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync());
        Assert.IsType<ProviderOutcome.Unknown>(await AskAsync());
    }

    [Fact]
    public async Task A_name_that_was_used_for_another_charge_is_unknown()
    {
        Charging((_, context) => AmazonPayRig.RefuseAsync(context, 400, "DuplicateIdempotencyKey"));
        Assert.IsType<ProviderOutcome.Unknown>(await ChargeAsync());
        Assert.IsType<ProviderOutcome.Unknown>(await AskAsync());
    }

    [Theory]
    [InlineData("Closed", """[{"reasonCode":"MerchantClosed"}]""", true), InlineData("Closed", "null", true)]
    [InlineData("NonChargeable", """[{"reasonCode":"PaymentMethodExpired"}]""", true)]
    [InlineData("NonChargeable", """[{"reasonCode":"ChargeInProgress"}]""", false)]
    [InlineData("NonChargeable", """[{"reasonCode":"MFAFailed"},{"reasonCode":"ChargeInProgress"}]""", false)]
    [InlineData("NonChargeable", "[]", false), InlineData("NonChargeable", "null", false), InlineData("NonChargeable", "[null]", false)]
    [InlineData("Chargeable", "null", false), InlineData("Chargeable", "7", false)]
    public async Task A_wallet_that_cannot_be_charged_is_declined_unless_the_charge_itself_may_be_the_reason(
        string state, string reasons, bool declined)
    {
        Server.Script = (request, context) => request.Method == "POST"
            ? AmazonPayRig.RefuseAsync(context, 422, "InvalidChargePermissionStatus")
            : Answers.JsonAsync(context, 200, AmazonPayRig.PermissionJson(id: Link, state: state, reasons: reasons));
        foreach (var outcome in (ProviderOutcome[])[await ChargeAsync(), await AskAsync()])
        {
            Assert.True(declined ? outcome is ProviderOutcome.Declined : outcome is ProviderOutcome.Unknown, outcome.ToString());
        }
    }

    [Fact]
    public async Task A_pending_authorisation_is_asked_for_by_its_id()
    {
        Charging((_, context) => Answers.JsonAsync(context, 201, Charged("AuthorizationInitiated")));
        var pending = Assert.IsType<ProviderOutcome.Pending>(await AskAsync());
        Assert.Equal((AmazonPayRig.Charge, null, null), (pending.ProviderReference, pending.ProviderOrder, pending.Action));

        Assert.IsType<ProviderOutcome.Succeeded>(await AskAsync(charge: pending.ProviderReference));
        Assert.Equal($"/v2/charges/{AmazonPayRig.Charge}", Server.Requests[^1].Path);
    }

    [Fact]
    public async Task A_question_that_is_frozen_or_only_looks_makes_no_charge()
    {
        Assert.IsType<ProviderOutcome.Unknown>(await AskAsync(window: SendWindow.Open(Time, TimeSpan.Zero)));
        Assert.IsType<ProviderOutcome.Unknown>(await AskAsync(completes: false));
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

    private static string KeyOf(Received request) => request.Headers["x-amz-pay-idempotency-key"];

    private static string Charged(string state) => AmazonPayRig.ChargeJson(state, permission: Link, initiator: "CITU");

    private void Completing(Func<Received, HttpContext, Task> script) => Server.Script = (request, context) =>
        request.Path == Completion ? script(request, context) : Rig.AnswerAsync(request, context);

    private void Charging(Func<Received, HttpContext, Task> script) => Server.Script = (request, context) =>
        (request.Method, request.Path) == ("POST", "/v2/charges") ? script(request, context) : Rig.AnswerAsync(request, context);

    private static ChargeInstrument.LinkedWallet Linked(string link) => new("amazonpay", new Secret(link));

    private SendWindow Window() => SendWindow.Open(Time, TimeSpan.FromMinutes(1));

    private IWalletsByConsent Wallets() => Assert.IsAssignableFrom<IWalletsByConsent>(Create());

    private Task<ProviderAnswer<WalletConsent>> RequestAsync(Uri? callback = null) =>
        Wallets().RequestWalletConsentAsync(Asked, callback ?? Callback, Rig.Credentials);

    private Task<ProviderAnswer<ProviderWallet>> CompleteAsync() =>
        Wallets().CompleteWalletConsentAsync(Asked, AmazonPayRig.Session, Rig.Credentials);

    private Task<ProviderAnswer<ProviderWallet>> ReadAsync() => Wallets().ReadWalletAsync(Asked, Link, Rig.Credentials);

    private Task<ProviderAnswer<bool>> UnlinkAsync() => Wallets().UnlinkWalletAsync(Asked, Link, Rig.Credentials);

    private Task<ProviderOutcome> ChargeAsync(string link = Link, CaptureMode capture = CaptureMode.Automatic) => Create().ChargeAsync(
        Rig.ChargeOf(Time, Window()) with { Capture = capture, Instrument = Linked(link), Description = "shoes" }, Rig.Credentials);

    private Task<ProviderOutcome> AskAsync(
        string link = Link, CaptureMode capture = CaptureMode.Automatic, string? charge = null, bool completes = true, SendWindow? window = null) =>
        Create().QueryChargeAsync(
            new ChargeQuery
            {
                Attempt = ConnectorRig.Attempt,
                Amount = AmazonPayRig.Euros,
                ProviderReference = charge,
                Linked = new LinkedCharge(link, capture),
                Completion = completes ? window ?? Window() : null,
            },
            Rig.Credentials);
}
