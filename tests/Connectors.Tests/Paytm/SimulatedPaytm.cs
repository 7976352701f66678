using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Paytm;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;

namespace PaymentCluster.Connectors.Tests.Paytm;

/// <summary>The simulated Paytm, with the rig's account.</summary>
public sealed class SimulatedPaytm() : SimulatedProvider(
    "paytm", "--Simulators:Paytm:RefundDelay=00:00:00.050")
{
    /// <summary>A connector that talks to it.</summary>
    public PaytmConnector Connect(Action<ProviderHttpOptions>? configure = null) =>
        (PaytmConnector)new PaytmRig().Create(Options(configure), TimeProvider.System, new CapturedLogs());

    /// <inheritdoc/>
    public override Task AddAccountAsync(Uri? webhookUrl) => PutAccountAsync(
        PaytmRig.Mid, new { merchant_key = PaytmRig.Key, webhook_url = webhookUrl?.AbsoluteUri });
}
