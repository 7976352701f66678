using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.PayU;

/// <summary>One sale at the simulator: connector and simulator are two independent readings of the same documents; here
/// they meet.</summary>
public abstract class PayUSimulation(SimulatedPayU payu)
    : ProviderSimulation<SimulatedPayU>(payu)
{
    protected static PaymentMethod Intent { get; } = new() { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Intent };

    protected SimulatedPayU PayU { get; } = payu;

    protected PayURig Rig { get; } = new();

    protected static Money Part => Money.Of(5_000, Currency.Inr);

    protected ChargeRequest Request(PaymentMethod method, AttemptId attempt, string? cardNumber = null) =>
        Rig.ChargeOf(TimeProvider.System, Window()) with
        {
            Attempt = attempt,
            Instrument = cardNumber is null ? ConnectorRig.InstrumentOf(method) : ConnectorRig.TypedCard(cardNumber),
            Customer = new Customer { Id = attempt.Payment.ToString(), Phone = "+919876543210" },
        };

    protected Task<ProviderOutcome> ChargeAsync(
        PaymentMethod method,
        CaptureMode capture = CaptureMode.Automatic,
        bool resend = false,
        string? cardNumber = null,
        ProviderCredentials? credentials = null) => PayU.Connect().ChargeAsync(
            Request(method, Attempt, cardNumber) with { Capture = capture, Resend = resend },
            credentials ?? Rig.Credentials);

    protected Task<ProviderOutcome> QueryAsync() => PayU.Connect().QueryChargeAsync(
        new ChargeQuery { Attempt = Attempt, Amount = ConnectorRig.Rupees }, Rig.Credentials);

    protected Task<ProviderOutcome> CaptureAsync(string payment) => PayU.Connect().CaptureAsync(
        new CaptureRequest
        {
            Attempt = Attempt, Amount = ConnectorRig.Rupees, ProviderReference = payment, Window = Window(),
        },
        Rig.Credentials);

    protected Task<ProviderOutcome> VoidAsync(string payment) => PayU.Connect().VoidAsync(
        new VoidAuthorizationRequest
        {
            Attempt = Attempt, Amount = ConnectorRig.Rupees, ProviderReference = payment, Window = Window(),
        },
        Rig.Credentials);

    protected Task<ProviderOutcome> RefundAsync(string payment, Money? amount = null) => PayU.Connect().RefundAsync(
        new RefundRequest
        {
            Refund = RefundId,
            Attempt = Attempt,
            Amount = amount ?? Part,
            ProviderReference = payment,
            Reason = "returned",
            Window = Window(),
        },
        Rig.Credentials);

    protected Task<ProviderOutcome> QueryRefundAsync(string payment, string? refund = null) =>
        PayU.Connect().QueryRefundAsync(
            new RefundQuery
            {
                Refund = RefundId,
                Attempt = Attempt,
                Amount = Part,
                ProviderReference = payment,
                ProviderRefund = refund,
            },
            Rig.Credentials);

    protected async Task<string> PaidAsync()
    {
        await ChargeAsync(Intent);
        return (await CapturedAsync()).ProviderReference!;
    }

    protected async Task<string> AuthorisedAsync()
    {
        await ChargeAsync(Intent, CaptureMode.Manual);
        return (await UntilAsync(
            QueryAsync,
            outcome => outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Authorized },
            "the payment is authorised"))
            .ProviderReference!;
    }

    protected async Task<ProviderOutcome.Succeeded> CapturedAsync() => (ProviderOutcome.Succeeded)await UntilAsync(
        QueryAsync,
        outcome => outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured },
        "the payment is captured");

    protected async Task OnePaidChargeAsync()
    {
        await CapturedAsync();
        Assert.True(Assert.Single(await PayU.JournalAsync(Attempt.ToString())).GetProperty("captured").GetBoolean());
    }

    private static SendWindow Window() => SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(1));
}
