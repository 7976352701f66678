using System.Buffers.Text;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>
/// Where the next page begins: base64url of a version byte and the last payment's id. It is opaque to callers, has one
/// spelling, and grants nothing: lists are by merchant.
/// </summary>
internal static class PaymentCursor
{
    private const byte Version = 1;
    private const int Bytes = 17;
    private const int Characters = 23;

    public static string Write(PaymentId last)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bytes[0] = Version;
        last.Value.TryWriteBytes(bytes[1..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryRead(string text, out PaymentId last)
    {
        last = default;
        Span<byte> bytes = stackalloc byte[Bytes];
        if (text.Length != Characters
            || text.AsSpan().ContainsAnyExceptInRange('!', '~')
            || !Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, bytes, out var written)
            || written != Bytes
            || bytes[0] != Version)
        {
            return false;
        }

        last = new PaymentId { Value = new Guid(bytes[1..], bigEndian: true) };
        // The last character has unused bits; only our own spelling is accepted.
        return string.Equals(Write(last), text, StringComparison.Ordinal);
    }
}
