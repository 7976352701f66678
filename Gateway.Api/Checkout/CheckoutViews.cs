using System.Collections.Immutable;
using System.Globalization;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Checkout;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Checkout;

/// <summary>Reads what a checkout page shows.</summary>
internal sealed class CheckoutViews(IGrainFactory grains)
{
    /// <summary>What the page shows; null if there is no such payment. From here on its payer is the request's
    /// caller.</summary>
    /// <param name="http">The request.</param>
    /// <param name="page">The page, which its browser opened.</param>
    /// <param name="text">The customer's language.</param>
    /// <param name="form">What the page sent; null if it was only read.</param>
    public async Task<CheckoutView?> OpenAsync(
        HttpContext http, CheckoutSession page, CheckoutText text, IFormCollection? form)
    {
        http.User = Caller.Of(page).ToPrincipal("Checkout");
        var payment = await grains.Grain<IPaymentGrain>(page.Payment.ToString()).Get();
        var offer = payment is null
            ? null
            : await grains.Grain<ICheckoutGrain>(page.Payment.Merchant).Offer(payment.Amount);
        if (payment is null || offer is null)
        {
            return null;
        }

        var view = new CheckoutView
        {
            Text = text,
            Payment = payment,
            Offer = offer,
            Replaces = ReplacedBy(http.Request, form, payment),
            Token = page.FormToken.Reveal(),
            Framed = page.IsFramed,
            GoesOn = http.Request.Query.ContainsKey("go"),
        };
        // Others may have named the customer, or seen the address that a browser returns to.
        return payment.Customer is { Id: { } id, Unproven: not true } && !page.IsReturned
            ? await ForAsync(
                view, grains.Grain<ICustomerGrain>(CustomerKey.Of(page.Payment.Merchant, id).ToString()))
            : view;
    }

    // The attempt that a form or a link replaces; only while it waits for the customer.
    private static int? ReplacedBy(HttpRequest request, IFormCollection? form, PaymentView payment)
    {
        var named = form is null ? request.Query["choose"] : form["replaces"];
        return payment is { Status: PaymentStatus.RequiresAction, Attempt.Number: var waiting }
            && named == waiting.ToString(CultureInfo.InvariantCulture)
                ? waiting
                : null;
    }

    private static async Task<CheckoutView> ForAsync(CheckoutView view, ICustomerGrain customer)
    {
        var (reading, known) = (customer.Instruments(view.Payment.Amount), customer.GetWallet());
        var instruments = await reading;
        var preferences = (await known)?.Preferences;
        ImmutableArray<PaymentMethodKind> methods =
            [.. view.Offer.Methods.Where(kind => preferences?.DisabledMethods.Contains(kind) is not true)];
        return view with
        {
            CanSave = true,
            Saved = [.. instruments.Where(instrument => instrument is { Saved: true, Usable: true })],
            UpiApp = preferences?.UpiApp,
            // A customer who switched everything off can still pay.
            Offer = methods.IsEmpty ? view.Offer : view.Offer with { Methods = methods },
        };
    }
}
