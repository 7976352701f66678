using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Connectors.Juspay;

/// <summary>What Juspay can do.</summary>
internal static class JuspayCapabilities
{
    public static ConnectorCapabilities With(TimeSpan visibilityWindow) => new()
    {
        Methods =
        [
            PaymentMethodKind.Upi,
            PaymentMethodKind.Card,
            PaymentMethodKind.Wallet,
            PaymentMethodKind.Netbanking,
        ],
        UpiFlows = [UpiFlow.Intent, UpiFlow.Qr, UpiFlow.Collect],
        Currencies = JuspayMapping.Currencies,
        RupeeOnly = [PaymentMethodKind.Upi, PaymentMethodKind.Wallet, PaymentMethodKind.Netbanking],
        AmountSteps = JuspayMapping.AmountSteps,
        // Only through one of the gateways behind Juspay, and the response does not say how much was taken:
        // docs.juspay.io/api-reference/docs/preauth-and-capture/capture-api.
        PartialCapture = false,
        Voids = true,
        PartialRefund = true,
        // Unless the order says metadata.txns.auto_capture=false.
        CapturesByItself = true,
        Credentials = [JuspayApi.MerchantId, JuspayApi.ApiKey, JuspayWebhook.Username, JuspayWebhook.Password],
        AccountCredential = JuspayApi.MerchantId,
        OptionalCredentials = [JuspayEnvelope.KeyId, JuspayEnvelope.SigningKey, JuspayEnvelope.EncryptionKey],
        VisibilityWindow = visibilityWindow,
        // Juspay gives no time; of the gateways behind it one documents three days.
        LateSuccess = TimeSpan.FromDays(3),
    };
}
