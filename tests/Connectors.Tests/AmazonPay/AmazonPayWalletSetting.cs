using Microsoft.AspNetCore.Http;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using Xunit;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>A wallet that is linked by consent, its provider's calls, and what no call may take for Amazon's
/// word.</summary>
public abstract class AmazonPayWalletSetting() : ConformanceSetting(new AmazonPayRig())
{
    private protected const string Link = "C02-1234567-1234567";
    private protected const string Setup = "/v2/checkoutSessions";
    private protected const string Page = $"/v2/checkoutSessions/{AmazonPayRig.Session}";
    private protected const string Completion = $"{Page}/complete";
    private protected const string Permission = $"/v2/chargePermissions/{Link}";

    private protected static readonly Uri Callback =
        new("https://engine.example/return/shop/wallets/asha/amazonpay/n1");
    private protected static readonly WalletRequest Consent =
        new() { Wallet = "amazonpay", Customer = new Customer { Id = "asha" } };

    /// <summary>What no call may take for Amazon's word.</summary>
    public static TheoryData<int, string> Nonsense() => new()
    {
        { 200, "" }, { 200, "{" }, { 200, "{}" }, { 200, "<html>" }, { 200, "[]" }, { 200, "null" }, { 302, "{}" },
        { 400, "{}" }, { 404, "<html>" }, { 408, "{}" }, { 500, "{}" }, { 503, "<html>" },
    };

    public static TheoryData<int, string> RefusedKeys() => new()
    {
        { 401, "{}" },
        { 401, """{"reasonCode":"UnauthorizedAccess"}""" },
        { 403, """{"reasonCode":"InvalidRequestSignature"}""" },
        { 403, """{"reasonCode":"InvalidAuthorizationToken"}""" },
    };

    private protected static string KeyOf(Received request) => request.Headers["x-amz-pay-idempotency-key"];

    private protected static string Charged(string state) =>
        AmazonPayRig.ChargeJson(state, permission: Link, initiator: "CITU");

    private protected void Completing(Func<Received, HttpContext, Task> script) => Server.Script = (request, context) =>
        request.Path == Completion ? script(request, context) : Rig.RespondAsync(request, context);

    private protected void Charging(Func<Received, HttpContext, Task> script) => Server.Script = (request, context) =>
        (request.Method, request.Path) == ("POST", "/v2/charges")
            ? script(request, context)
            : Rig.RespondAsync(request, context);

    private protected static ChargeInstrument.LinkedWallet Linked(string link) => new("amazonpay", new Secret(link));

    private protected SendWindow Window() => SendWindow.Open(Time, TimeSpan.FromMinutes(1));

    private protected IWalletsByConsent Wallets() => Assert.IsAssignableFrom<IWalletsByConsent>(Create());

    private protected Task<ProviderResult<WalletConsent>> RequestAsync(Uri? callback = null) =>
        Wallets().RequestWalletConsentAsync(Consent, callback ?? Callback, Rig.Credentials);

    private protected Task<ProviderResult<ProviderWallet>> CompleteAsync() =>
        Wallets().CompleteWalletConsentAsync(Consent, AmazonPayRig.Session, Rig.Credentials);

    private protected Task<ProviderResult<ProviderWallet>> ReadAsync() =>
        Wallets().ReadWalletAsync(Consent, Link, Rig.Credentials);

    private protected Task<ProviderResult<bool>> UnlinkAsync() =>
        Wallets().UnlinkWalletAsync(Consent, Link, Rig.Credentials);

    private protected Task<ProviderOutcome> ChargeAsync(
        string link = Link, CaptureMode capture = CaptureMode.Automatic) =>
        Create().ChargeAsync(
            Rig.ChargeOf(Time, Window()) with { Capture = capture, Instrument = Linked(link), Description = "shoes" },
            Rig.Credentials);

    private protected Task<ProviderOutcome> QueryAsync(
        string link = Link,
        CaptureMode capture = CaptureMode.Automatic,
        string? charge = null,
        bool completes = true,
        SendWindow? window = null) =>
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
