using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>Where the next page of a merchant's payments begins: after a payment.</summary>
internal static class PaymentCursor
{
    private const byte Version = 1;
    private const int Bytes = 16;

    public static string Write(PaymentId last)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        last.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        return Cursor.Write(Version, bytes);
    }

    public static bool TryRead(string text, out PaymentId last)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        var isCursor = Cursor.TryRead(text, Version, bytes);
        last = isCursor ? new PaymentId { Value = new Guid(bytes, bigEndian: true) } : default;
        return isCursor;
    }
}
