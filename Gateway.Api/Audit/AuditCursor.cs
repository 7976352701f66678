using System.Buffers.Binary;
using PaymentCluster.Gateway.Api.Queries;

namespace PaymentCluster.Gateway.Api.Audit;

/// <summary>Where the next page of a trail begins: after a position.</summary>
internal static class AuditCursor
{
    private const byte Version = 2;

    public static string Write(long last)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, last);
        return Cursor.Write(Version, bytes);
    }

    public static bool TryRead(string text, out long last)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        last = Cursor.TryRead(text, Version, bytes) ? BinaryPrimitives.ReadInt64BigEndian(bytes) : 0;
        return last > 0;
    }
}
