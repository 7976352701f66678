using System.Buffers.Text;

namespace PaymentCluster.Bench.Load;

/// <summary>Finds the end of an HTTP/1.1 response that states its length, and its status.</summary>
internal static class HttpResponseHead
{
    private const int StatusAt = 9;

    /// <summary>Reads the response's head.</summary>
    /// <param name="received">What has arrived so far, from the response's first byte.</param>
    /// <param name="status">Its status.</param>
    /// <param name="length">Its length, head and body.</param>
    /// <param name="saysWhen">Whether it has a Retry-After.</param>
    /// <returns>False while the head is not complete.</returns>
    /// <exception cref="InvalidDataException">It does not state a length.</exception>
    public static bool TryRead(ReadOnlySpan<byte> received, out int status, out int length, out bool saysWhen)
    {
        (status, length, saysWhen) = (0, 0, false);
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        var head = received[..(end + 2)];
        if (!Utf8Parser.TryParse(head[StatusAt..], out status, out int _)
            || !TryFind(head, "\r\nContent-Length: "u8, out var body))
        {
            throw new InvalidDataException("A response without a status or a length.");
        }

        length = end + 4 + body;
        saysWhen = TryFind(head, "\r\nRetry-After: "u8, out _);
        return true;
    }

    private static bool TryFind(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name, out int value)
    {
        value = 0;
        var at = head.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(head[(at + name.Length)..], out value, out int _);
    }
}
