using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Juspay;

/// <summary>The signature that Juspay puts into return URLs:
/// juspay.io/resources/docs/common-resources/status-verification. The engine reads nothing there for truth; this tells
/// who else checks that a customer's browser carried what Juspay sent.</summary>
internal static class JuspayReturn
{
    private const string Signature = "signature";
    private const string Algorithm = "signature_algorithm";

    /// <summary>Whether Juspay signed these parameters.</summary>
    /// <param name="parameters">All parameters of the return URL, decoded once.</param>
    /// <param name="responseKey">The merchant's response key.</param>
    public static bool IsSigned(IReadOnlyDictionary<string, string> parameters, Secret responseKey)
    {
        var key = Encoding.UTF8.GetBytes(responseKey.Reveal());
        Span<byte> claimed = stackalloc byte[HMACSHA256.HashSizeInBytes + 1];
        // Anyone can sign with an empty key.
        if (key.Length == 0
            || !parameters.TryGetValue(Signature, out var text)
            || (parameters.TryGetValue(Algorithm, out var algorithm) && algorithm != "HMAC-SHA256")
            || !Convert.TryFromBase64String(text, claimed, out var length)
            || length != HMACSHA256.HashSizeInBytes)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(Message(parameters)), expected);
        return CryptographicOperations.FixedTimeEquals(claimed[..length], expected);
    }

    // Names and values are encoded one by one, sorted and joined, and then encoded once more as a whole. How the spaces
    // and !'()* of a value are spelt is not documented; here they are as RFC 3986 has them.
    private static string Message(IReadOnlyDictionary<string, string> parameters)
    {
        var pairs = parameters
            .Where(pair => pair.Key is not (Signature or Algorithm))
            .Select(pair => (Name: Uri.EscapeDataString(pair.Key), Value: Uri.EscapeDataString(pair.Value)))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal)
            .Select(pair => $"{pair.Name}={pair.Value}");
        return Uri.EscapeDataString(string.Join('&', pairs));
    }
}
