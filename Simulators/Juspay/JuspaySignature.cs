using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>The signature in return URLs: base64 of HMAC-SHA256 under the account's response key, over the sorted
/// parameters, which are percent-encoded one by one and then once more as a whole.</summary>
internal static class JuspaySignature
{
    public static string Of(string responseKey, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var pairs = parameters
            .Select(pair => (Name: Uri.EscapeDataString(pair.Key), Value: Uri.EscapeDataString(pair.Value)))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal)
            .Select(pair => $"{pair.Name}={pair.Value}");
        var message = Uri.EscapeDataString(string.Join('&', pairs));
        return Convert.ToBase64String(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(responseKey), Encoding.UTF8.GetBytes(message)));
    }
}
