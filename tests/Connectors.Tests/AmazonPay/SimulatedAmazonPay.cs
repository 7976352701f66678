using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Http;
using PaymentCluster.Connectors.Tests.Conformance;
using PaymentCluster.Connectors.Tests.Fakes;

namespace PaymentCluster.Connectors.Tests.AmazonPay;

/// <summary>The simulated Amazon Pay, with the rig's account.</summary>
public sealed class SimulatedAmazonPay() : SimulatedProvider(
    "amazonpay", "--Simulators:AmazonPay:RefundDelay=00:00:00.050", "--Simulators:Webhooks:RetryBase=00:00:00.050")
{
    /// <summary>A connector that talks to it.</summary>
    public IConnector Connect(Action<ProviderHttpOptions>? configure = null, int signatureVersion = 2) =>
        AmazonPayRig.Create(
            Options(configure),
            TimeProvider.System,
            new CapturedLogs(),
            options => options.SignatureVersion = signatureVersion);

    /// <inheritdoc/>
    public override Task AddAccountAsync(Uri? webhookUrl) => AddAccountAsync(webhookUrl, AmazonPayRig.KeyId);

    /// <summary>Makes an account with a key of its own.</summary>
    public Task AddAccountAsync(Uri? webhookUrl, string keyId) => PutAccountAsync(keyId, new
    {
        merchant_id = AmazonPayRig.MerchantId,
        store_id = AmazonPayRig.StoreId,
        region = "eu",
        public_key = AmazonPayVectors.PublicKey,
        ipn_url = webhookUrl?.AbsoluteUri,
    });
}
