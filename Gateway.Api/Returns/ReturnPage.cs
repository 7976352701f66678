using System.Net;
using PaymentCluster.Gateway.Api.Checkout;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Returns;

/// <summary>The response to a customer's browser that returned from a provider's page.</summary>
internal static class ReturnPage
{
    private const string Policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>Sends the browser on; to a page that says what happened where there is no URL.</summary>
    /// <param name="http">The request.</param>
    /// <param name="location">Where the browser goes; null for the page.</param>
    /// <param name="status">The payment's status; null if it was not about a payment.</param>
    public static async Task WriteAsync(HttpContext http, string? location, PaymentStatus? status)
    {
        // The URL that the browser leaves has a nonce; the next one needs no more than its own parameters.
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.Headers.ContentSecurityPolicy = Policy;
        if (location is not null)
        {
            http.Response.StatusCode = StatusCodes.Status303SeeOther;
            http.Response.Headers.Location = location;
            return;
        }

        http.Response.Headers.Vary = "Accept-Language";
        http.Response.ContentType = "text/html; charset=utf-8";
        await http.Response.WriteAsync(Page(CheckoutText.For(http.Request), status), http.RequestAborted);
    }

    private static string Page(CheckoutText text, PaymentStatus? status)
    {
        var title = WebUtility.HtmlEncode(status is { } known ? text[TitleOf(known)] : text["back"]);
        return $"""
            <!doctype html>
            <html lang="{text.Language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>{title}</title></head>
            <body><h1>{title}</h1><p>{WebUtility.HtmlEncode(text["back_hint"])}</p></body></html>
            """;
    }

    private static string TitleOf(PaymentStatus status) => status switch
    {
        PaymentStatus.Success => "done",
        PaymentStatus.Authorized => "held",
        PaymentStatus.Pending or PaymentStatus.RequiresAction => "waiting",
        PaymentStatus.NeedsReview => "review",
        PaymentStatus.Cancelled => "cancelled",
        PaymentStatus.Failed or PaymentStatus.Expired => "not_paid",
    };
}
