using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Connectors.AmazonPay;

/// <summary>What Amazon Pay's API, version 2, can do: in the USA, Europe and Japan. In India Amazon Pay is a wallet
/// behind other providers, and has another API.</summary>
internal static class AmazonPayCapabilities
{
    /// <summary>The one wallet.</summary>
    public const string Wallet = "amazonpay";

    public static ConnectorCapabilities With(TimeSpan visibilityWindow) => new()
    {
        Methods = [PaymentMethodKind.Wallet],
        Wallets = [Wallet],
        UpiFlows = [],
        Currencies = AmazonPayMapping.Currencies,
        // By the session's paymentIntent AuthorizeWithCapture: …/amazon-pay-api-v2/checkout-session.html.
        CapturesByItself = true,
        // captureAmount: …/amazon-pay-api-v2/charge.html.
        PartialCapture = true,
        Voids = true,
        PartialRefund = true,
        // Idempotency keys are kept without a limit of time: …/amazon-pay-api-v2/idempotency.html.
        IdempotencyWindow = null,
        Credentials =
        [
            AmazonPayAccount.PublicKeyIdName, AmazonPayAccount.PrivateKeyName, AmazonPayAccount.StoreIdName,
            AmazonPayAccount.RegionName, AmazonPayAccount.MerchantIdName,
        ],
        // The SNS topic of the merchant's notifications.
        OptionalCredentials = [AmazonPayAccount.TopicName],
        AccountCredential = AmazonPayAccount.MerchantIdName,
        VisibilityWindow = visibilityWindow,
        // Only a completion that is on its way when the attempt is given up; a session lives 24 hours, and so long may
        // an authorisation be pending (…/amazon-pay-checkout/asynchronous-processing.html).
        LateSuccess = TimeSpan.FromDays(2),
    };
}
