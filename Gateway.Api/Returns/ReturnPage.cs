using System.Text;

namespace PaymentCluster.Gateway.Api.Returns;

/// <summary>How a customer's browser that came back from a provider's page is answered.</summary>
internal static class ReturnPage
{
    private const string Policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private const string Page =
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
        + "<title>Payment</title></head><body><h1>Thank you</h1><p>You can go back to the shop.</p></body></html>";

    private static readonly byte[] PageBytes = Encoding.UTF8.GetBytes(Page);

    /// <summary>Leads the browser on; to a page that says to go back to the shop where there is no address.</summary>
    public static async Task WriteAsync(HttpContext http, string? location)
    {
        // The address that the browser leaves holds a nonce; the next one needs no more than its own parameters.
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.Headers.ContentSecurityPolicy = Policy;
        if (location is not null)
        {
            http.Response.StatusCode = StatusCodes.Status303SeeOther;
            http.Response.Headers.Location = location;
            return;
        }

        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.ContentLength = PageBytes.Length;
        await http.Response.Body.WriteAsync(PageBytes, http.RequestAborted);
    }
}
