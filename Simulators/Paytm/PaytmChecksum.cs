using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Simulators.Paytm;

/// <summary>
/// Paytm's checksum: the SHA-256 of text and a salt, and the salt again, in AES-CBC under the merchant's key
/// (paytmpayments.com/docs/checksum; the fixed IV is in the published libraries).
/// </summary>
internal static class PaytmChecksum
{
    private const int SaltLength = 4;

    private static readonly byte[] Iv = "@@@@&&&&####$$$$"u8.ToArray();

    /// <summary>Whether text can be a key at all: 16, 24 or 32 characters.</summary>
    public static bool IsKey(string key) => Encoding.UTF8.GetByteCount(key) is 16 or 24 or 32;

    public static string Make(string key, ReadOnlySpan<byte> text) =>
        Make(key, text, Convert.ToBase64String(RandomNumberGenerator.GetBytes(3)));

    /// <summary>The checksum with a salt that is known.</summary>
    public static string Make(string key, ReadOnlySpan<byte> text, string salt)
    {
        using var aes = Aes.Create();
        aes.Key = Encoding.UTF8.GetBytes(key);
        return Convert.ToBase64String(aes.EncryptCbc(Encoding.UTF8.GetBytes(Digest(text, salt)), Iv));
    }

    public static bool Verify(string key, ReadOnlySpan<byte> text, string checksum)
    {
        if (!Base64.IsValid(checksum, out _))
        {
            return false;
        }

        try
        {
            using var aes = Aes.Create();
            aes.Key = Encoding.UTF8.GetBytes(key);
            var plain = aes.DecryptCbc(Convert.FromBase64String(checksum), Iv);
            return plain.Length > SaltLength && CryptographicOperations.FixedTimeEquals(
                plain, Encoding.UTF8.GetBytes(Digest(text, Encoding.UTF8.GetString(plain[^SaltLength..]))));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The signed text of a form: its values in the order of their names, <c>CHECKSUMHASH</c> apart.</summary>
    public static byte[] TextOf(
        IEnumerable<KeyValuePair<string, string>> form) => Encoding.UTF8.GetBytes(string.Join('|', form
        .Where(field => field.Key != "CHECKSUMHASH")
        .OrderBy(field => field.Key, StringComparer.Ordinal)
        .Select(field => field.Value == "null" ? "" : field.Value)));

    private static string Digest(ReadOnlySpan<byte> text, string salt) =>
        Convert.ToHexStringLower(SHA256.HashData([.. text, (byte)'|', .. Encoding.UTF8.GetBytes(salt)])) + salt;
}
