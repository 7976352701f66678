using System.Text;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Api.Checkout;

/// <summary>What the browser may do with the page (Content Security Policy, level 3).</summary>
internal static class CheckoutPolicy
{
    /// <summary>A foreign page of the customer's step: it runs in an opaque origin, and knows nothing of
    /// ours.</summary>
    public const string ForeignPage =
        "sandbox allow-forms allow-scripts allow-top-navigation allow-popups; frame-ancestors 'none'";

    /// <summary>The policy of our own page. Nothing is loaded from elsewhere; forms go to us, and one of the customer's
    /// step to its provider; the merchant's own pages alone may frame it.</summary>
    public static string For(CheckoutView view)
    {
        var policy = new StringBuilder(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "base-uri 'none'; form-action 'self'");
        if (view.Payment.Action is { Kind: CustomerActionKind.Form, Url: { } url }
            && Uri.TryCreate(url, UriKind.Absolute, out var target))
        {
            policy.Append(' ').Append(target.GetLeftPart(UriPartial.Authority));
        }

        policy.Append("; frame-ancestors ").AppendJoin(
            ' ', view.Framed && !view.Offer.Origins.IsEmpty ? view.Offer.Origins : ["'none'"]);
        return policy.ToString();
    }
}
