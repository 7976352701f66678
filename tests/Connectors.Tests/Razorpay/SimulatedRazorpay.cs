using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;

namespace PaymentCluster.Connectors.Tests.Razorpay;

/// <summary>The simulated Razorpay, with the rig's account.</summary>
public sealed class SimulatedRazorpay() : SimulatedProvider(
    "razorpay", "--Simulators:Razorpay:RefundDelay=00:00:00.050")
{
    /// <summary>A connector that talks to it.</summary>
    public IConnector Connect(Action<ProviderHttpOptions>? configure = null) =>
        new RazorpayRig().Create(Options(configure), TimeProvider.System, new CapturedLogs());

    /// <inheritdoc/>
    public override Task AddAccountAsync(Uri? webhookUrl) => PutAccountAsync(RazorpayRig.KeyId, new
    {
        key_secret = RazorpayRig.KeySecret,
        webhook_url = webhookUrl?.AbsoluteUri,
        webhook_secret = webhookUrl is null ? null : new RazorpayRig().WebhookSecret,
    });
}
