using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Paytm;

/// <summary>One sale at the simulator: connector and simulator are two independent readings of the same documents; here
/// they meet.</summary>
public abstract class PaytmSimulation(SimulatedPaytm paytm)
    : ProviderSimulation<SimulatedPaytm>(paytm)
{
    protected static PaymentMethod Netbanking { get; } = new() { Kind = PaymentMethodKind.Netbanking, Bank = "HDFC" };

    protected static PaymentMethod Card { get; } = new() { Kind = PaymentMethodKind.Card };

    protected SimulatedPaytm Paytm { get; } = paytm;

    protected PaytmRig Rig { get; } = new();

    protected static Money Part => Money.Of(5_000, Currency.Inr);

    protected static SendWindow Open() => SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(1));

    protected ChargeRequest Request(PaymentMethod method, AttemptId attempt, string? cardNumber = null) =>
        Rig.ChargeOf(TimeProvider.System, Open()) with
        {
            Attempt = attempt,
            Instrument = method.Kind switch
            {
                PaymentMethodKind.Card when cardNumber is not null => ConnectorRig.TypedCard(cardNumber),
                // Paytm debits linked wallets alone.
                PaymentMethodKind.Wallet =>
                    new ChargeInstrument.LinkedWallet(method.Wallet!, new Secret("sso-9876543210")),
                _ => ConnectorRig.InstrumentOf(method),
            },
        };

    protected Task<ProviderOutcome> ChargeAsync(
        PaymentMethod method, CaptureMode capture = CaptureMode.Automatic, bool resend = false, Money? amount = null,
        string? cardNumber = null, ProviderCredentials? credentials = null) => Paytm.Connect().ChargeAsync(
            Request(method, Attempt, cardNumber) with
            {
                Capture = capture,
                Resend = resend,
                Amount = amount ?? ConnectorRig.Rupees,
            },
            credentials ?? Rig.Credentials);

    protected Task<ProviderOutcome> QueryAsync() => Paytm.Connect().QueryChargeAsync(
        new ChargeQuery { Attempt = Attempt, Amount = ConnectorRig.Rupees }, Rig.Credentials);

    protected Task<ProviderOutcome> CaptureAsync(string block, Money? amount = null) => Paytm.Connect().CaptureAsync(
        new CaptureRequest
        {
            Attempt = Attempt, Amount = amount ?? ConnectorRig.Rupees, ProviderReference = block, Window = Open(),
        },
        Rig.Credentials);

    protected Task<ProviderOutcome> VoidAsync(string block) => Paytm.Connect().VoidAsync(
        new VoidAuthorizationRequest
        {
            Attempt = Attempt, Amount = ConnectorRig.Rupees, ProviderReference = block, Window = Open(),
        },
        Rig.Credentials);

    protected RefundRequest RefundOf(string payment) => new()
    {
        Refund = RefundId,
        Attempt = Attempt,
        Amount = Part,
        ProviderReference = payment,
        Reason = "returned",
        Window = Open(),
    };

    protected Task<ProviderOutcome> RefundAsync(string payment, Money? amount = null) =>
        Paytm.Connect().RefundAsync(RefundOf(payment) with { Amount = amount ?? Part }, Rig.Credentials);

    protected Task<ProviderOutcome> QueryRefundAsync(string payment) => Paytm.Connect().QueryRefundAsync(
        new RefundQuery { Refund = RefundId, Attempt = Attempt, Amount = Part, ProviderReference = payment },
        Rig.Credentials);

    protected async Task<string> PaidAsync()
    {
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Netbanking));
        return (await CapturedAsync()).ProviderReference!;
    }

    protected async Task<string> BlockedAsync()
    {
        Assert.IsType<ProviderOutcome.Pending>(await ChargeAsync(Card, capture: CaptureMode.Manual));
        var authorized = await UntilAsync(
            QueryAsync,
            outcome => outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized },
            "the amount is blocked");
        return authorized.ProviderReference!;
    }

    protected async Task<ProviderOutcome.Succeeded> CapturedAsync() => (ProviderOutcome.Succeeded)await UntilAsync(
        QueryAsync,
        outcome => outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured },
        "the payment is captured");

    protected async Task OnePaidChargeAsync()
    {
        await CapturedAsync();
        Assert.True(
            Assert.Single(await Paytm.JournalAsync(Attempt.ToString())).GetProperty("captured").GetBoolean());
    }
}
