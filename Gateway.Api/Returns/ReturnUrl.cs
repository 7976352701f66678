using System.Text;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Gateway.Api.Returns;

/// <summary>Where a customer's browser goes at the end: a URL of the merchant's.</summary>
internal static class ReturnUrl
{
    /// <summary>The field of a request.</summary>
    public static RequiredField<string> Field { get; } = Json.Field.Text(
        "return_url",
        "Where the customer's browser goes at the end: https, or http on the loopback interface.",
        new TextForm
        {
            Max = 2048,
            Check = IsUsable,
            Format = "uri",
            Rule = "must be an absolute https URL without user name; http only for localhost",
        }) with
    {
        Example = "\"https://shop.example/thanks\"",
    };

    /// <summary>The merchant's address with <c>payment_id</c>, <c>order_id</c> and <c>status</c> appended to its query.
    /// They are a hint for the page; the shop reads the outcome from the API.</summary>
    public static string For(PaymentId payment, string orderId, string status, string returnUrl) =>
        With(returnUrl, ("payment_id", payment.ToString()), ("order_id", orderId), ("status", status));

    /// <summary>The merchant's address with some pairs appended to its query.</summary>
    public static string With(string returnUrl, params ReadOnlySpan<(string Name, string Value)> pairs)
    {
        var hash = returnUrl.IndexOf('#', StringComparison.Ordinal);
        var address = hash < 0 ? returnUrl : returnUrl[..hash];
        var target = new StringBuilder(address);
        var separator = !address.Contains('?', StringComparison.Ordinal) ? "?" : address[^1] is '?' or '&' ? "" : "&";
        foreach (var (name, value) in pairs)
        {
            target.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = "&";
        }

        target.Append(hash < 0 ? "" : returnUrl[hash..]);
        // A Location header is ASCII: what a merchant wrote in other letters is encoded.
        return new Uri(target.ToString(), UriKind.Absolute).AbsoluteUri;
    }

    // https, so that the URL cannot be read or changed on its way.
    private static bool IsUsable(string text) =>
        !text.Contains('\\', StringComparison.Ordinal)
        && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.UserInfo.Length == 0
        && url.Host.Length > 0
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));
}
