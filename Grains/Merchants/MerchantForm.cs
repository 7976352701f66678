using System.Buffers;

namespace PaymentCluster.Grains.Merchants;

/// <summary>What merchants' ids and names look like.</summary>
public static class MerchantForm
{
    private const int MaxIdLength = 30;
    private const int MaxNameLength = 100;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789-_");

    // What ends a source, or a directive, in a content security policy.
    private static readonly SearchValues<char> EndsOrigins = SearchValues.Create(" ;,'\"*");

    /// <summary>
    /// Whether a text can be a merchant's id: 2 to 30 lower-case letters, digits, <c>-</c> or <c>_</c>, the first one a
    /// letter. It begins keys (<c>{merchant}/{payment}</c>), so it has no slash; and it is shorter than a GUID, which
    /// the store would keep in other columns.
    /// </summary>
    public static bool IsId(string text) =>
        text.Length is >= 2 and <= MaxIdLength
            && char.IsAsciiLetterLower(text[0])
            && !text.AsSpan().ContainsAnyExcept(IdCharacters);

    /// <summary>Whether a text is the origin of a page that may show the checkout page: https, or http on the loopback
    /// interface; a port is allowed, and nothing after it.</summary>
    public static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            && url.GetLeftPart(UriPartial.Authority) == text
            && url.UserInfo.Length == 0
            && !text.AsSpan().ContainsAny(EndsOrigins);

    /// <summary>Whether a text can be the name that customers read: 1 to 100 characters, not blank, no control
    /// characters.</summary>
    public static bool IsName(string text) =>
        text.Length <= MaxNameLength && !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl);
}
