using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Juspay;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;

namespace PaymentCluster.Connectors.Tests.Juspay;

/// <summary>The simulated Juspay, with the rig's account.</summary>
public sealed class SimulatedJuspay() : SimulatedProvider(
    "juspay", "--Simulators:Juspay:RefundDelay=00:00:00.050", "--Simulators:Juspay:VoidDelay=00:00:00.050")
{
    /// <summary>A connector that talks to it.</summary>
    public JuspayConnector Connect(Action<ProviderHttpOptions>? configure = null) =>
        (JuspayConnector)new JuspayRig().Create(Options(configure), TimeProvider.System, new CapturedLogs());

    /// <inheritdoc/>
    public override Task AddAccountAsync(Uri? webhookUrl) => PutAccountAsync(JuspayRig.Merchant, new
    {
        api_key = JuspayRig.ApiKey,
        webhook_url = webhookUrl?.AbsoluteUri,
        webhook_username = webhookUrl is null ? null : JuspayRig.WebhookUser,
        webhook_password = webhookUrl is null ? null : new JuspayRig().WebhookSecret,
        key_id = JuspaySealedRig.KeyId,
        merchant_public_key = JuspaySealedRig.MerchantPublicKey,
        juspay_private_key = JuspaySealedRig.JuspayPrivateKey,
    });
}
