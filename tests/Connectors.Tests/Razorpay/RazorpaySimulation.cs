using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Razorpay;

/// <summary>One sale at the simulator: connector and simulator are two independent readings of the same documents; here
/// they meet.</summary>
public abstract class RazorpaySimulation(SimulatedRazorpay razorpay)
    : ProviderSimulation<SimulatedRazorpay>(razorpay)
{
    protected static PaymentMethod Netbanking { get; } = new() { Kind = PaymentMethodKind.Netbanking, Bank = "HDFC" };

    protected SimulatedRazorpay Razorpay { get; } = razorpay;

    protected RazorpayRig Rig { get; } = new();

    protected static Money Part => Money.Of(5_000, Currency.Inr);

    protected ChargeRequest Request(PaymentMethod method, AttemptId attempt)
    {
        var time = TimeProvider.System;
        return Rig.ChargeOf(time, SendWindow.Open(time, TimeSpan.FromMinutes(1))) with
        {
            Attempt = attempt,
            Instrument = ConnectorRig.InstrumentOf(method),
        };
    }

    protected Task<ProviderOutcome> ChargeAsync(
        PaymentMethod method, CaptureMode capture = CaptureMode.Automatic, bool resend = false, Money? amount = null,
        string? cardNumber = null, ProviderCredentials? credentials = null)
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

        return Razorpay.Connect().ChargeAsync(request, credentials ?? Rig.Credentials);
    }

    protected Task<ProviderOutcome> QueryAsync() => QueryAsync(null, null);

    protected Task<ProviderOutcome> QueryAsync(string? order, string? payment) => Razorpay.Connect().QueryChargeAsync(
        new ChargeQuery
        {
            Attempt = Attempt, Amount = ConnectorRig.Rupees, ProviderOrder = order, ProviderReference = payment,
        },
        Rig.Credentials);

    protected Task<ProviderOutcome> CaptureAsync(string payment) => Razorpay.Connect().CaptureAsync(
        new CaptureRequest
        {
            Attempt = Attempt,
            Amount = ConnectorRig.Rupees,
            ProviderReference = payment,
            Window = SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(1)),
        },
        Rig.Credentials);

    protected RefundRequest RefundOf(string payment) => new()
    {
        Refund = RefundId,
        Attempt = Attempt,
        Amount = Part,
        ProviderReference = payment,
        Reason = "returned",
        Window = SendWindow.Open(TimeProvider.System, TimeSpan.FromMinutes(1)),
    };

    protected Task<ProviderOutcome> RefundAsync(string payment) =>
        Razorpay.Connect().RefundAsync(RefundOf(payment), Rig.Credentials);

    protected Task<ProviderOutcome> QueryRefundAsync(string payment, string? refund = null) =>
        Razorpay.Connect().QueryRefundAsync(
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
        var pending = await ChargeAsync(Netbanking);
        return (await CapturedAsync(pending.ProviderOrder, pending.ProviderReference)).ProviderReference!;
    }

    protected async Task<ProviderOutcome.Succeeded> CapturedAsync(string? order, string? payment) =>
        (ProviderOutcome.Succeeded)await UntilAsync(
            () => QueryAsync(order, payment),
            outcome => outcome is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured },
            "the payment is captured");

    protected async Task OnePaidChargeAsync()
    {
        await CapturedAsync(null, null);
        Assert.True(
            Assert.Single(await Razorpay.JournalAsync(Attempt.ToString())).GetProperty("captured").GetBoolean());
    }
}
