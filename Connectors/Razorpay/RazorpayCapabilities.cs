using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Connectors.Razorpay;

/// <summary>What Razorpay can do.</summary>
internal static class RazorpayCapabilities
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
        Currencies = RazorpayMapping.Currencies,
        RupeeOnly = [PaymentMethodKind.Upi, PaymentMethodKind.Wallet, PaymentMethodKind.Netbanking],
        AmountSteps = RazorpayMapping.AmountSteps,
        // "Capture amount must be equal to the amount authorized": razorpay.com/docs/api/payments/capture.
        PartialCapture = false,
        // There is no call that releases an authorisation: it runs out (…/payments/payments/capture-settings).
        Voids = false,
        PartialRefund = true,
        // By the order's payment.capture: razorpay.com/docs/payments/payments/capture-settings/api.
        CapturesByItself = true,
        Credentials = [RazorpayApi.KeyId, RazorpayApi.KeySecret, RazorpayWebhook.Secret],
        AccountCredential = RazorpayApi.KeyId,
        // The dashboard generates both parts of a key pair at once.
        AccountCredentialRotates = true,
        VisibilityWindow = visibilityWindow,
        // A failed payment can become authorised for so long: razorpay.com/docs/payments/payments/late-authorisation.
        LateSuccess = TimeSpan.FromDays(3),
    };
}
