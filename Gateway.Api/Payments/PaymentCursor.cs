using System.Buffers.Text;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>
/// Where a list goes on: base64url of a version byte and the last payment's id. It is opaque to callers, has one
/// spelling, and opens nothing: lists are by merchant.
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
        // The last character carries bits that mean nothing; only the spelling that we write is taken.
        return string.Equals(Write(last), text, StringComparison.Ordinal);
    }
}
