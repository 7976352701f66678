using System.Diagnostics;
using System.Globalization;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Razorpay;

/// <summary>What a charge is paid with, in Razorpay's words.</summary>
internal static class RazorpayInstruments
{
    // Razorpay demands these for 3-D Secure; the engine does not see the customer's screen, and banks take the usual
    // values.
    private static Browser UsualBrowser { get; } = new()
    {
        JavaEnabled = false,
        JavascriptEnabled = true,
        TimezoneOffset = -330,
        ColorDepth = 24,
        ScreenWidth = 1_920,
        ScreenHeight = 1_080,
        Language = "en-IN",
    };

    /// <summary>Adds the instrument to the payment that is charged with it.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="instrument">The instrument.</param>
    /// <param name="collectMinutes">How long a UPI request waits for the customer.</param>
    public static void Add(CreatePayment payment, ChargeInstrument instrument, int collectMinutes)
    {
        switch (instrument)
        {
            // The QR code shows the same upi://pay link.
            case ChargeInstrument.UpiIntent or ChargeInstrument.UpiQr:
                payment.Method = "upi";
                payment.Upi = new() { Flow = "intent" };
                break;
            case ChargeInstrument.UpiCollect upi:
                payment.Method = "upi";
                payment.Upi = new() { Flow = "collect", Vpa = upi.Vpa, ExpiryTime = collectMinutes };
                break;
            case ChargeInstrument.TypedCard typed:
                AddCard(payment, OfTyped(typed.Card));
                // Without a customer nothing would find the saved card again.
                if (RazorpayCards.IsCustomer(typed.Saving?.ProviderCustomer))
                {
                    // The documents want a number in the browser and a flag between servers.
                    payment.Save = true;
                    payment.CustomerId = typed.Saving.ProviderCustomer;
                }

                break;
            case ChargeInstrument.SavedCard saved:
                // A tokenised card needs no security code: it is passed where the customer typed one, and empty
                // otherwise, never invented. One page has the group as mandatory and the next as optional, hence the
                // group with an empty code.
                AddCard(payment, new() { Cvv = saved.SecurityCode?.Reveal() ?? "" });
                payment.CustomerId =
                    RazorpayCards.IsCustomer(saved.ProviderCustomer) ? saved.ProviderCustomer : null;
                payment.Token = saved.Token.Reveal();
                break;
            case ChargeInstrument.Wallet wallet:
                AddWallet(payment, wallet.Code);
                break;
            // Razorpay links no wallets: it is paid from on its page.
            case ChargeInstrument.LinkedWallet wallet:
                AddWallet(payment, wallet.Code);
                break;
            case ChargeInstrument.Netbanking netbanking:
                payment.Method = "netbanking";
                payment.Bank = netbanking.Bank;
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void AddCard(CreatePayment payment, CreateCard card)
    {
        payment.Method = "card";
        payment.Card = card;
        payment.Authentication = new() { AuthenticationChannel = "browser" };
        payment.Browser = UsualBrowser;
    }

    private static void AddWallet(CreatePayment payment, string code)
    {
        payment.Method = "wallet";
        payment.Wallet = code;
    }

    private static CreateCard OfTyped(CardDetails card) => new()
    {
        Number = card.Number.Reveal(),
        Name = card.HolderName,
        ExpiryMonth = card.ExpiryMonth.ToString("00", CultureInfo.InvariantCulture),
        ExpiryYear = (card.ExpiryYear % 100).ToString("00", CultureInfo.InvariantCulture),
        Cvv = card.SecurityCode.Reveal(),
    };
}
