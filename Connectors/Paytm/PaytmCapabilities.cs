using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Connectors.Paytm;

/// <summary>What Paytm can do.</summary>
internal static class PaytmCapabilities
{
    /// <summary>The one wallet.</summary>
    public const string Wallet = "paytm";

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
        Currencies = [Currency.Inr.Code],
        // Any amount up to the blocked one, once: paytmpayments.com/docs/v2/pre-auth-payment.
        // paytmpayments.com/docs/v2/pre-auth-payment: the wallet and cards.
        HeldMethods = [PaymentMethodKind.Card, PaymentMethodKind.Wallet],
        PartialCapture = true,
        Voids = true,
        PartialRefund = true,
        // What is not a pre-authorisation is taken at once.
        CapturesByItself = true,
        Credentials = [PaytmApi.Mid, PaytmApi.MerchantKey, PaytmApi.Website],
        AccountCredential = PaytmApi.Mid,
        // For linking customers' wallets, which Paytm lets some merchants do.
        OptionalCredentials = [PaytmWallets.ClientId, PaytmWallets.ClientSecret],
        VisibilityWindow = visibilityWindow,
        // Not documented. As long as banks take to tell the end of a UPI payment.
        LateSuccess = TimeSpan.FromDays(3),
    };

    /// <summary>Why Paytm cannot take this charge, beyond what the capabilities say; null if it can.</summary>
    public static string? Refuses(ChargeInstrument instrument) => instrument switch
    {
        ChargeInstrument.Wallet { Code: not Wallet } or ChargeInstrument.LinkedWallet { Code: not Wallet } =>
            "Paytm accepts only the Paytm wallet.",
        ChargeInstrument.Wallet => "The customer's wallet must be linked first.",
        ChargeInstrument.SavedCard { SecurityCode: null } => "Paytm needs the card's security code.",
        _ => null,
    };
}
