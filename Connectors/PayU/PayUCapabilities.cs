using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Connectors.PayU;

/// <summary>What PayU India can do.</summary>
internal static class PayUCapabilities
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
        // Amounts have no currency at PayU India: they are rupees.
        Currencies = ["INR"],
        // A captured amount has limits (codes 303 to 306 of docs.payu.in, capture), but which is not documented.
        PartialCapture = false,
        // "A partial amount would not be allowed" (docs.payu.in/reference, cancel_refund_transaction).
        Voids = true,
        PartialRefund = true,
        // Unless pre_authorize says otherwise.
        CapturesByItself = true,
        // A txnid is refused after a success alone: one that is still under way is charged again.
        IdempotencyWindow = TimeSpan.Zero,
        // PayU has a limit and does not say which ("Requests limit reached").
        StatusQueriesPerMinute = 300,
        Credentials = [PayUApi.Key, PayUApi.Salt],
        AccountCredential = PayUApi.Key,
        VisibilityWindow = visibilityWindow,
        // Past its end a late success is refunded automatically (autoRefund); a pending one is decided within days.
        // PayU names no figure, so this is the longest that a sibling documents.
        LateSuccess = TimeSpan.FromDays(3),
    };
}
