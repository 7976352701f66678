using System.Buffers.Text;

namespace PaymentCluster.Gateway.Api.Queries;

/// <summary>Where the next page of a list begins: base64url of a version byte and what the page before ended with. It
/// is opaque to callers, has one spelling, and grants nothing: lists are by merchant.</summary>
internal static class Cursor
{
    /// <summary>Writes one.</summary>
    /// <param name="version">What kind of list it is of, and how it is written.</param>
    /// <param name="last">What the page ended with.</param>
    public static string Write(byte version, ReadOnlySpan<byte> last) => Base64Url.EncodeToString([version, .. last]);

    /// <summary>Reads one of the same kind; false for any other text.</summary>
    /// <param name="text">What a caller sent.</param>
    /// <param name="version">The kind.</param>
    /// <param name="last">What the page before ended with; it has the length that the kind has.</param>
    public static bool TryRead(string text, byte version, Span<byte> last)
    {
        Span<byte> bytes = stackalloc byte[1 + last.Length];
        if (text.Length != Base64Url.GetEncodedLength(bytes.Length)
            || text.AsSpan().ContainsAnyExceptInRange('!', '~')
            || !Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, bytes, out var written)
            || written != bytes.Length
            || bytes[0] != version)
        {
            return false;
        }

        bytes[1..].CopyTo(last);
        // The last character can have unused bits; only our own spelling is accepted.
        return string.Equals(Write(version, last), text, StringComparison.Ordinal);
    }
}
