using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Juspay;

/// <summary>One sale at the simulator: connector and simulator are two independent readings of the same documents; here
/// they meet.</summary>
public abstract class JuspaySimulation(SimulatedJuspay juspay)
    : ProviderSimulation<SimulatedJuspay>(juspay)
{
    protected static PaymentMethod Netbanking { get; } = new() { Kind = PaymentMethodKind.Netbanking, Bank = "HDFC" };

    protected SimulatedJuspay Juspay { get; } = juspay;

    protected JuspayRig Rig { get; } = new();

    protected static Money Part => Money.Of(5_000, Currency.Inr);

    protected static SendWindow Window => SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(1));

    protected ChargeRequest Request(PaymentMethod method, AttemptId attempt) =>
        Rig.ChargeOf(TimeProvider.System, Window) with
        {
            Attempt = attempt,
            Instrument = ConnectorRig.InstrumentOf(method),
        };

    protected Task<ProviderOutcome> ChargeAsync(
        PaymentMethod method, CaptureMode capture = CaptureMode.Automatic, bool resend = false, Money? amount = null,
        string? cardNumber = null, ProviderCredentials? credentials = null,
        Func<ChargeRequest, ChargeRequest>? with = null)
    {
        var request = Request(method, Attempt) with
        {
            Capture = capture,
            Resend = resend,
            Amount = amount ?? ConnectorRig.Rupees,
        };
        if (cardNumber is not null)
        {
            request = request with { Instrument = ConnectorRig.TypedCard(cardNumber) };
        }

        return Juspay.Connect().ChargeAsync(with?.Invoke(request) ?? request, credentials ?? Rig.Credentials);
    }

    protected Task<ProviderOutcome> QueryAsync() => Juspay.Connect().QueryChargeAsync(
        new ChargeQuery { Attempt = Attempt, Amount = ConnectorRig.Rupees }, Rig.Credentials);

    protected Task<ProviderOutcome> CaptureAsync(string txn) => Juspay.Connect().CaptureAsync(
        new CaptureRequest
        {
            Attempt = Attempt, Amount = ConnectorRig.Rupees, ProviderReference = txn, Window = Window,
        },
        Rig.Credentials);

    protected Task<ProviderOutcome> VoidAsync(string txn) => Juspay.Connect().VoidAsync(
        new VoidAuthorizationRequest
        {
            Attempt = Attempt, Amount = ConnectorRig.Rupees, ProviderReference = txn, Window = Window,
        },
        Rig.Credentials);

    protected Task<ProviderOutcome> RefundAsync(string txn, int number = 1, Money? amount = null) =>
        Juspay.Connect().RefundAsync(
            new RefundRequest
            {
                Refund = RefundId with { Number = number },
                Attempt = Attempt,
                Amount = amount ?? Part,
                ProviderReference = txn,
                Reason = "returned",
                Window = Window,
            },
            Rig.Credentials);

    protected Task<ProviderOutcome> QueryRefundAsync(string txn, int number = 1) => Juspay.Connect().QueryRefundAsync(
        new RefundQuery
        {
            Refund = RefundId with { Number = number }, Attempt = Attempt, Amount = Part, ProviderReference = txn,
        },
        Rig.Credentials);

    protected async Task<string> PaidAsync()
    {
        await ChargeAsync(Netbanking);
        return (await CapturedAsync()).ProviderReference!;
    }

    protected async Task<string> HeldAsync()
    {
        await ChargeAsync(Netbanking, CaptureMode.Manual);
        return (await UntilAsync(
            QueryAsync,
            outcome => outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized },
            "the payment is authorised")).ProviderReference!;
    }

    protected async Task<ProviderOutcome.Succeeded> CapturedAsync() => (ProviderOutcome.Succeeded)await UntilAsync(
        QueryAsync,
        outcome => outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured },
        "the payment is captured");

    protected async Task OnePaidChargeAsync()
    {
        await CapturedAsync();
        Assert.True(Assert.Single(await Juspay.JournalAsync(Attempt.ToString())).GetProperty("captured").GetBoolean());
    }
}
