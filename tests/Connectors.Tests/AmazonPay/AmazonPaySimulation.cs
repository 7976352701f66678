using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Testing;
using Xunit;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>One sale at the simulator: connector and simulator are two independent readings of the same documents; here
/// they meet.</summary>
public abstract class AmazonPaySimulation(SimulatedAmazonPay amazon)
    : ProviderSimulation<SimulatedAmazonPay>(amazon)
{
    private static int _pages;

    protected SimulatedAmazonPay Amazon { get; } = amazon;

    protected AmazonPayRig Rig { get; } = new();

    protected static WalletRequest Asha { get; } =
        new() { Wallet = "amazonpay", Customer = new Customer { Id = "asha" } };

    protected static Money Part => Money.Of(500, Currency.Parse("EUR"));

    protected static SendWindow Window() => SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(1));

    protected Task<ProviderOutcome> ChargeAsync(
        CaptureMode capture = CaptureMode.Automatic,
        bool resend = false,
        Money? amount = null,
        ProviderCredentials? credentials = null) =>
        Amazon.Connect().ChargeAsync(
            Rig.ChargeOf(TimeProvider.System, Window(), amount) with
            {
                Attempt = Attempt,
                Capture = capture,
                Resend = resend,
            },
            credentials ?? Rig.Credentials);

    protected Task<ProviderOutcome> QueryAsync(
        string? session, string? charge = null, bool completes = true, Money? amount = null) =>
        Amazon.Connect().QueryChargeAsync(
            new ChargeQuery
            {
                Attempt = Attempt,
                Amount = amount ?? AmazonPayRig.Euros,
                ProviderOrder = session,
                ProviderReference = charge,
                Completion = completes ? Window() : null,
            },
            Rig.Credentials);

    protected Task<ProviderOutcome> CaptureAsync(string charge, Money? amount = null) => Amazon.Connect().CaptureAsync(
        new CaptureRequest
        {
            Attempt = Attempt, Amount = amount ?? AmazonPayRig.Euros, ProviderReference = charge, Window = Window(),
        },
        Rig.Credentials);

    protected Task<ProviderOutcome> VoidAsync(string charge) => Amazon.Connect().VoidAsync(
        new VoidAuthorizationRequest
        {
            Attempt = Attempt, Amount = AmazonPayRig.Euros, ProviderReference = charge, Window = Window(),
        },
        Rig.Credentials);

    protected Task<ProviderOutcome> RefundAsync(string charge) => Amazon.Connect().RefundAsync(
        new RefundRequest
        {
            Refund = RefundId,
            Attempt = Attempt,
            Amount = Part,
            ProviderReference = charge,
            Reason = "returned",
            Window = Window(),
        },
        Rig.Credentials);

    protected Task<ProviderOutcome> QueryRefundAsync(string charge, string? refund = null) =>
        Amazon.Connect().QueryRefundAsync(
            new RefundQuery
            {
                Refund = RefundId,
                Attempt = Attempt,
                Amount = Part,
                ProviderReference = charge,
                ProviderRefund = refund,
            },
            Rig.Credentials);

    protected async Task<string> SessionAsync(CaptureMode capture = CaptureMode.Automatic) =>
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(capture)).ProviderOrder!;

    /// <summary>A session whose buyer has placed the order; nothing is charged yet.</summary>
    protected async Task<string> ApprovedAsync(CaptureMode capture = CaptureMode.Automatic)
    {
        await Amazon.CustomerAsync(automatic: false);
        var session = await SessionAsync(capture);
        await Amazon.DecideAsync(session, "approve");
        return session;
    }

    protected async Task<string> ChargedAsync(ChargeStage stage = ChargeStage.Captured)
    {
        var session = await ApprovedAsync(stage == ChargeStage.Captured ? CaptureMode.Automatic : CaptureMode.Manual);
        var paid = Assert.IsType<ProviderOutcome.Succeeded>(await QueryAsync(session));
        Assert.Equal(stage, paid.Stage);
        return paid.ProviderReference!;
    }

    protected static Uri NewCallback() =>
        new($"https://engine.example/return/wallets/{Interlocked.Increment(ref _pages)}");

    protected IWalletsByConsent Wallets() => Assert.IsAssignableFrom<IWalletsByConsent>(Amazon.Connect());

    protected Task<ProviderResult<WalletConsent>> RequestPageAsync(Uri callback) =>
        Wallets().RequestWalletConsentAsync(Asha, callback, Rig.Credentials);

    protected Task<ProviderResult<ProviderWallet>> CompleteLinkAsync(string page) =>
        Wallets().CompleteWalletConsentAsync(Asha, page, Rig.Credentials);

    /// <summary>A page on which the buyer can agree.</summary>
    protected async Task<string> PageAsync(Uri? callback = null)
    {
        var address = callback ?? NewCallback();
        var consent = await GivenAsync(() => RequestPageAsync(address), _ => true, "there is a page");
        Assert.EndsWith($"/amazonpay/checkout/{consent.Reference}", consent.Url, StringComparison.Ordinal);
        return consent.Reference;
    }

    /// <summary>A wallet whose buyer agreed; returns the link's name.</summary>
    protected async Task<string> LinkAsync()
    {
        await Amazon.CustomerAsync(automatic: false);
        var page = await PageAsync();
        await Amazon.DecideAsync(page, "approve");
        return (await GivenAsync(
            () => CompleteLinkAsync(page), wallet => wallet.Linked, "the wallet is linked")).Reference;
    }

    protected ChargeRequest WalletCharge(
        string link, CaptureMode capture = CaptureMode.Automatic, Money? amount = null) =>
        Rig.ChargeOf(TimeProvider.System, Window(), amount) with
        {
            Attempt = Attempt,
            Capture = capture,
            Instrument = new ChargeInstrument.LinkedWallet("amazonpay", new Secret(link)),
        };

    protected ChargeQuery WalletQuery(string link, CaptureMode capture = CaptureMode.Automatic, Money? amount = null) =>
        new()
        {
            Attempt = Attempt,
            Amount = amount ?? AmazonPayRig.Euros,
            Linked = new LinkedCharge(link, capture),
            Completion = Window(),
        };

    protected Task<ProviderOutcome> ChargeWalletAsync(
        string link, CaptureMode capture = CaptureMode.Automatic, Money? amount = null) =>
        Amazon.Connect().ChargeAsync(WalletCharge(link, capture, amount), Rig.Credentials);

    protected Task<ProviderOutcome> QueryWalletAsync(
        string link, bool completes = true, CaptureMode capture = CaptureMode.Automatic, Money? amount = null)
    {
        var query = WalletQuery(link, capture, amount);
        return Amazon.Connect().QueryChargeAsync(completes ? query : query with { Completion = null }, Rig.Credentials);
    }

    protected async Task OneChargeAsync(bool captured = true) => Assert.Equal(
        captured, Assert.Single(await Amazon.JournalAsync(Attempt.ToString())).GetProperty("captured").GetBoolean());

    protected async Task NoChargeAsync() => Assert.Empty(await Amazon.JournalAsync(Attempt.ToString()));

    private static async Task<T> GivenAsync<T>(Func<Task<ProviderResult<T>>> query, Func<T, bool> holds, string what)
        where T : class
    {
        T? given = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                given = (await query() as ProviderResult<T>.Given)?.Value;
                return given is not null && holds(given);
            },
            what);
        return given!;
    }
}
