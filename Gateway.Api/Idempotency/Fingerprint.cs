using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentCluster.Gateway.Api.Json;

namespace PaymentCluster.Gateway.Api.Idempotency;

/// <summary>What makes two requests the same: method, path and content, whatever the order and spacing of the body's
/// members.</summary>
internal static class Fingerprint
{
    /// <summary>Lower-case hex SHA-256 over method, path and canonical body. Routing does not distinguish a slash at
    /// the path's end, or upper case, and neither does a fingerprint.</summary>
    public static string Of(string method, string path, Body? body)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        Encoding.UTF8.GetBytes($"{method} {path.TrimEnd('/').ToLowerInvariant()}\n", buffer);
        using (var json = new Utf8JsonWriter(buffer))
        {
            body?.WriteCanonical(json);
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }
}
