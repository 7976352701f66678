using System.Buffers;

namespace PaymentCluster.Grains.Merchants;

/// <summary>What merchants' names and origins look like.</summary>
public static class MerchantForm
{
    private const int MaxNameLength = 100;

    // What ends a source, or a directive, in a content security policy.
    private static readonly SearchValues<char> EndsOrigins = SearchValues.Create(" ;,'\"*");

    /// <summary>Whether a text is the origin of a page that may show the checkout page: https, or http on the loopback
    /// interface; a port is allowed, and nothing after it.</summary>
    public static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            && url.GetLeftPart(UriPartial.Authority) == text
            && url.UserInfo.Length == 0
            && !text.AsSpan().ContainsAny(EndsOrigins);

    /// <summary>Whether a URL is on an origin: the same scheme, host and port.</summary>
    public static bool IsOn(string url, string origin) =>
        Uri.TryCreate(url, UriKind.Absolute, out var there)
            && Uri.TryCreate(origin, UriKind.Absolute, out var registered)
            && there.Scheme == registered.Scheme
            && there.Port == registered.Port
            && there.IdnHost.Equals(registered.IdnHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a text can be the name that customers read: 1 to 100 characters, not blank, no control
    /// characters.</summary>
    public static bool IsName(string text) =>
        text.Length <= MaxNameLength && !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl);
}
