using System.Net;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Checkout;

/// <summary>
/// What a browser shows to see a payment's checkout page. The client secret of the link is exchanged at once: for a
/// cookie of that payment alone, or in a frame, where a cookie may be blocked, for a token in the page's memory. No
/// address but the link has anything that opens the page. What changes something, or reads by script, also shows the
/// page's form token, which no other site can read.
/// </summary>
internal sealed class CheckoutSessions(IGrainFactory grains, FailedAuthThrottle failures)
{
    /// <summary>The field of the page's forms.</summary>
    public const string Field = "token";

    /// <summary>The header of the page's script.</summary>
    public const string Header = "Checkout-Token";

    private const string Cookie = "checkout";
    private const string ReturnedCookie = "checkout_returned";
    private const string SecurePrefix = "__Secure-";

    private IPaymentAccessGrain Access => grains.Grain<IPaymentAccessGrain>("client-secrets");

    /// <summary>Exchanges the client secret of a link; null if it does not open the payment of the path.</summary>
    /// <exception cref="ProblemException">Too many that did not were sent.</exception>
    public async Task<CheckoutSession?> BeginAsync(HttpContext http, string clientSecret, bool isFramed)
    {
        var page = ClientSecrets.HasForm(clientSecret) ? await Access.BeginPage(clientSecret, isFramed) : null;
        if (page is null || !IsOfPath(http, page))
        {
            Count(http);
            return null;
        }

        if (!isFramed)
        {
            Set(http, Cookie, page.Payment.Payment.ToString(), page.Session.Reveal());
        }

        return page;
    }

    /// <summary>The page whose cookie the browser sends; null if there is none.</summary>
    public async Task<CheckoutSession?> OfCookieAsync(HttpContext http, string? formToken = null)
    {
        foreach (var name in (string[])[Cookie, ReturnedCookie])
        {
            if (http.Request.Cookies[NameOf(http, name)] is { } session
                && await Access.OpenPage(session, formToken) is { IsFramed: false } page
                && IsOfPath(http, page)
                && (formToken is null || page.IsByPage))
            {
                return page;
            }
        }

        return null;
    }

    /// <summary>The page that sent a form or its script's request; null if none of ours did.</summary>
    /// <exception cref="ProblemException">Too many that were none were sent.</exception>
    public async Task<CheckoutSession?> OfPageAsync(HttpContext http, string token)
    {
        var page = token.StartsWith(IPaymentAccessGrain.FramePrefix, StringComparison.Ordinal)
            ? await OfFrameAsync(http, token)
            : token.Length > 0 ? await OfCookieAsync(http, token) : null;
        if (page is null && token.Length > 0)
        {
            Count(http);
        }

        return page;
    }

    /// <summary>Gives a browser that returned from a provider the payment's page, if it has not got it.</summary>
    public static void SetReturned(HttpContext http, string payment, string session) =>
        Set(http, ReturnedCookie, payment, session);

    private async Task<CheckoutSession?> OfFrameAsync(HttpContext http, string token) =>
        await Access.OpenPage(token, null) is { IsFramed: true } page && IsOfPath(http, page) ? page : null;

    private void Count(HttpContext http)
    {
        if (failures.Count(http, isPayers: true) is { } excess)
        {
            throw new ProblemException(ErrorCode.RateLimited, excess);
        }
    }

    private static void Set(HttpContext http, string name, string payment, string session) =>
        http.Response.Cookies.Append(NameOf(http, name), session, new CookieOptions
        {
            Path = $"/checkout/{payment}",
            HttpOnly = true,
            // Shops and banks lead to the page from their own sites.
            SameSite = SameSiteMode.Lax,
            Secure = IsSecure(http),
            IsEssential = true,
        });

    private static string NameOf(HttpContext http, string name) => IsSecure(http) ? SecurePrefix + name : name;

    // Without TLS nothing but the machine itself is reached safely.
    private static bool IsSecure(HttpContext http) => http.Request.IsHttps || !IsLoopback(http.Request.Host.Host);

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool IsOfPath(HttpContext http, CheckoutSession page) =>
        (string?)http.Request.RouteValues["id"] == page.Payment.Payment.ToString();
}
