using System.Buffers.Binary;
using System.Buffers.Text;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Gateway.Api.Customers;

/// <summary>Where the next page of transactions begins: base64url of a version byte and the last one's place. It is
/// opaque to callers, has one spelling, and grants nothing: lists are by merchant and customer.</summary>
internal static class TransactionCursor
{
    private const byte Version = 1;
    private const int Bytes = 29;
    private const int Characters = 39;

    // The store keeps time in microseconds.
    private static readonly long LastMicrosecond =
        (DateTime.MaxValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public static string Write(TransactionPlace place)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(
            bytes[1..], (place.At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        place.Payment.Value.TryWriteBytes(bytes[9..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bytes[25..], place.Refund);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The place; null if the text is not a cursor of ours.</summary>
    public static TransactionPlace? Read(string text)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (text.Length != Characters
            || text.AsSpan().ContainsAnyExceptInRange('!', '~')
            || !Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, bytes, out var written)
            || written != Bytes
            || bytes[0] != Version
            || BinaryPrimitives.ReadInt64BigEndian(bytes[1..]) is var at && (at < 0 || at > LastMicrosecond))
        {
            return null;
        }

        var place = new TransactionPlace
        {
            At = DateTimeOffset.UnixEpoch.AddTicks(at * TimeSpan.TicksPerMicrosecond),
            Payment = new PaymentId { Value = new Guid(bytes[9..25], bigEndian: true) },
            Refund = BinaryPrimitives.ReadInt32BigEndian(bytes[25..]),
        };
        return Write(place) == text ? place : null;
    }
}
