using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>Links by consent and their charges, against responses that the simulator does not give:
/// developer.amazon.com/docs/amazon-pay-paymentmethodonfile-setupintent and …/amazon-pay-paymentmethodonfile.</summary>
public sealed class AmazonPayWalletFlowTests : AmazonPayWalletSetting
{
    [Fact]
    public async Task The_page_is_sent_as_documented_and_under_a_name_of_its_own()
    {
        Server.Script = (_, context) =>
            Responses.JsonAsync(context, 201, AmazonPayRig.SessionJson("Open", amount: "null"));
        var consent = Assert.IsType<ProviderResult<WalletConsent>.Given>(await RequestAsync()).Value;
        Assert.Equal(
            (AmazonPayRig.Session, "https://payments.amazon.example/checkout"), (consent.Reference, consent.Url));
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
        Completing((_, context) =>
            Responses.JsonAsync(context, 200, AmazonPayRig.SessionJson("Completed", permission: Link)));
        var wallet = Assert.IsType<ProviderResult<ProviderWallet>.Given>(await CompleteAsync()).Value;
        Assert.Equal(
            (Link, true, null, Link), (wallet.Reference, wallet.Linked, wallet.Balance, wallet.Token!.Reveal()));
        Assert.Equal("{}", Assert.Single(Server.Requests, request => request.Path == Completion).Text);
    }

    [Theory]
    [InlineData("BuyerCanceled", "buyer_canceled")]
    [InlineData("Declined", "declined")]
    [InlineData("Expired", "expired")]
    public async Task A_page_of_which_nothing_can_come_is_refused(string reason, string code)
    {
        Server.Script = (_, context) =>
            Responses.JsonAsync(context, 200, AmazonPayRig.SessionJson("Canceled", reason: reason));
        Assert.Equal(code, Assert.IsType<ProviderResult<ProviderWallet>.Refused>(await CompleteAsync()).Failure.Code);
        Server.Script = (_, context) => AmazonPayRig.RefuseAsync(context, 404, "ResourceNotFound");
        Assert.Equal(
            "expired", Assert.IsType<ProviderResult<ProviderWallet>.Refused>(await CompleteAsync()).Failure.Code);
    }

    [Theory]
    [InlineData("Open", """[{"constraintId":"BuyerNotAssociated"}]"""), InlineData("Postponed", "[]")]
    public async Task A_page_on_which_no_one_decided_yet_is_not_completed(string state, string constraints)
    {
        Server.Script = (_, context) =>
            Responses.JsonAsync(context, 200, AmazonPayRig.SessionJson(state, constraints: constraints));
        Assert.False(Assert.IsType<ProviderResult<ProviderWallet>.Given>(await CompleteAsync()).Value.Linked);
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
            : Responses.JsonAsync(context, 200, states.Dequeue());
        Assert.False(Assert.IsType<ProviderResult<ProviderWallet>.Given>(await CompleteAsync()).Value.Linked);
        Assert.True(Assert.IsType<ProviderResult<ProviderWallet>.Given>(await CompleteAsync()).Value.Linked);
        Assert.IsType<ProviderResult<ProviderWallet>.Refused>(await CompleteAsync());
    }

    [Theory, MemberData(nameof(Nonsense)), MemberData(nameof(RefusedKeys))]
    public async Task What_is_not_Amazons_word_on_a_link_is_no_word(int status, string body)
    {
        Server.Script = (_, context) => Responses.JsonAsync(context, status, body);
        Assert.IsType<ProviderResult<WalletConsent>.Unavailable>(await RequestAsync());
        Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(await CompleteAsync());
        Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(await ReadAsync());
        Assert.IsType<ProviderResult<bool>.Unavailable>(await UnlinkAsync());
    }

    [Theory, MemberData(nameof(Nonsense))]
    public async Task A_completion_that_may_have_been_made_is_requested_again(int status, string body)
    {
        Completing((_, context) => Responses.JsonAsync(context, status, body));
        Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(await CompleteAsync());
        Assert.Single(Server.Requests, request => request.Path == Completion);
    }

    [Fact]
    public async Task Another_object_than_was_queried_is_no_word()
    {
        var another = AmazonPayRig.SessionJson("Completed", permission: Link)
            .Replace(AmazonPayRig.Session, "another", StringComparison.Ordinal);
        Server.Script = (request, context) => Responses.JsonAsync(
            context,
            200,
            request.Path.StartsWith(Permission, StringComparison.Ordinal)
                ? AmazonPayRig.PermissionJson(id: "C02-7654321-7654321", state: "Closed")
                : another);
        Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(await CompleteAsync());
        Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(await ReadAsync());
        Assert.IsType<ProviderResult<bool>.Unavailable>(await UnlinkAsync());
        Completing((_, context) => Responses.JsonAsync(context, 200, another));
        Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(await CompleteAsync());
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("../x"), InlineData("a b")]
    public async Task A_completed_session_without_a_permission_of_Amazons_is_no_word(string? permission)
    {
        Server.Script = (_, context) =>
            Responses.JsonAsync(context, 200, AmazonPayRig.SessionJson("Completed", permission: permission));
        Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(await CompleteAsync());
    }

    [Theory]
    [InlineData("javascript:alert(1)"), InlineData("ftp://x.example/"), InlineData("")]
    public async Task A_page_that_is_none_is_not_shown(string redirect)
    {
        Server.Script = (_, context) =>
            Responses.JsonAsync(context, 201, AmazonPayRig.SessionJson("Open", redirect: redirect));
        Assert.IsType<ProviderResult<WalletConsent>.Unavailable>(await RequestAsync());
    }

    [Fact]
    public async Task A_merchant_who_may_not_save_wallets_is_refused()
    {
        Server.Script = (_, context) => AmazonPayRig.RefuseAsync(context, 403, "InvalidAccountStatus");
        var refused = Assert.IsType<ProviderResult<WalletConsent>.Refused>(await RequestAsync());
        Assert.Equal(("invalid_account_status", FailureParty.Merchant), (refused.Failure.Code, refused.Failure.Party));
    }

    [Theory]
    [InlineData("Chargeable", "null", true)]
    [InlineData("NonChargeable", """[{"reasonCode":"PaymentMethodExpired"}]""", true)]
    [InlineData("Closed", """[{"reasonCode":"MerchantClosed"}]""", false), InlineData("Postponed", "[]", true)]
    public async Task Only_a_closed_permission_is_no_link(string state, string reasons, bool linked)
    {
        Server.Script = (_, context) => Responses.JsonAsync(
            context,
            200,
            AmazonPayRig.PermissionJson(id: Link, state: state, reasons: reasons, type: "PaymentMethodOnFile"));
        var wallet = Assert.IsType<ProviderResult<ProviderWallet>.Given>(await ReadAsync()).Value;
        Assert.Equal((Link, linked, linked), (wallet.Reference, wallet.Linked, wallet.Token is not null));
    }

    [Theory]
    [InlineData("Closed", true), InlineData("Chargeable", false)]
    public async Task A_refused_unlinking_is_what_the_permission_says(string state, bool unlinked)
    {
        Server.Script = (request, context) => request.Method == "DELETE"
            ? AmazonPayRig.RefuseAsync(context, 422, "InvalidChargePermissionStatus")
            : Responses.JsonAsync(context, 200, AmazonPayRig.PermissionJson(id: Link, state: state));
        Assert.Equal(new ProviderResult<bool>.Given(unlinked), await UnlinkAsync());
        Assert.Equal(
            ($"{Permission}/close", """{"closureReason":"The wallet was unlinked.","cancelPendingCharges":false}"""),
            (Server.Requests[0].Path, Server.Requests[0].Text));
    }

    [Fact]
    public async Task Keys_that_cannot_be_Amazons_and_names_that_could_bend_a_path_are_not_sent()
    {
        var other = AmazonPayRig.CredentialsOf(privateKey: "not a key");
        Assert.IsType<ProviderResult<WalletConsent>.Unavailable>(
            await Wallets().RequestWalletConsentAsync(Consent, Callback, other));
        Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(
            await Wallets().CompleteWalletConsentAsync(Consent, AmazonPayRig.Session, other));
        Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(
            await Wallets().ReadWalletAsync(Consent, Link, other));
        Assert.IsType<ProviderResult<bool>.Unavailable>(await Wallets().UnlinkWalletAsync(Consent, Link, other));
        foreach (var name in (string[])["../charges", "a?b", "x y", ""])
        {
            Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(
                await Wallets().CompleteWalletConsentAsync(Consent, name, Rig.Credentials));
            Assert.IsType<ProviderResult<ProviderWallet>.Unavailable>(
                await Wallets().ReadWalletAsync(Consent, name, Rig.Credentials));
            Assert.IsType<ProviderResult<bool>.Unavailable>(
                await Wallets().UnlinkWalletAsync(Consent, name, Rig.Credentials));
            Assert.IsType<ProviderOutcome.Declined>(await ChargeAsync(link: name));
            Assert.IsType<ProviderOutcome.Unknown>(await QueryAsync(link: name));
        }

        Assert.Empty(Server.Requests);
    }
}
