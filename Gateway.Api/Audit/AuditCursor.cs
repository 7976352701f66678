using System.Buffers.Binary;
using System.Buffers.Text;

namespace PaymentCluster.Gateway.Api.Audit;

/// <summary>Where the next page of a trail begins: base64url of a version byte and the last position. It is opaque to
/// callers, has one spelling, and grants nothing: trails are by merchant.</summary>
internal static class AuditCursor
{
    private const byte Version = 2;
    private const int Bytes = 9;
    private const int Characters = 12;

    public static string Write(long last)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], last);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryRead(string text, out long last)
    {
        last = 0;
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

        last = BinaryPrimitives.ReadInt64BigEndian(bytes[1..]);
        return last > 0;
    }
}
