using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Gateway.Api.Returns;

/// <summary>Where a customer's browser goes at the end.</summary>
internal static class ReturnUrl
{
    /// <summary>The merchant's address with <c>payment_id</c>, <c>order_id</c> and <c>status</c> appended to its query.
    /// They are a hint for the page that is shown; what happened is read from the API.</summary>
    public static string For(PaymentId payment, string orderId, string status, string returnUrl)
    {
        var hash = returnUrl.IndexOf('#', StringComparison.Ordinal);
        var address = hash < 0 ? returnUrl : returnUrl[..hash];
        var fragment = hash < 0 ? "" : returnUrl[hash..];
        var separator = !address.Contains('?', StringComparison.Ordinal) ? "?" : address[^1] is '?' or '&' ? "" : "&";
        // A Location header is ASCII: what a merchant wrote in other letters is encoded.
        var target = new Uri(
            $"{address}{separator}payment_id={payment}&order_id={Uri.EscapeDataString(orderId)}&status={status}{fragment}",
            UriKind.Absolute);
        return target.AbsoluteUri;
    }
}
