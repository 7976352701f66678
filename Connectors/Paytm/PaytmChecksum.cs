using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Connectors.Paytm;

/// <summary>
/// Paytm's checksum (paytmpayments.com/docs/checksum): lower-case hex SHA-256 of text, <c>|</c> and a salt of four
/// characters, then the salt, all of it in AES-CBC under the merchant's key and in base64. AES-128, -192 or -256 by the
/// key's length; the IV is fixed.
/// </summary>
internal static class PaytmChecksum
{
    private const int SaltLength = 4;

    private static readonly byte[] Iv = "@@@@&&&&####$$$$"u8.ToArray();

    /// <summary>Whether this can be a merchant's key at all.</summary>
    public static bool IsKey(Secret key) => Encoding.UTF8.GetByteCount(key.Reveal()) is 16 or 24 or 32;

    /// <summary>A checksum with a salt of chance.</summary>
    public static string Make(Secret key, ReadOnlySpan<byte> text) =>
        Make(key, text, Convert.ToBase64String(RandomNumberGenerator.GetBytes(3)));

    /// <summary>The checksum with this salt.</summary>
    public static string Make(Secret key, ReadOnlySpan<byte> text, string salt)
    {
        using var aes = Cipher(key);
        return Convert.ToBase64String(
            aes.EncryptCbc(Encoding.ASCII.GetBytes(Digest(text, Encoding.ASCII.GetBytes(salt))), Iv));
    }

    /// <summary>Whether a checksum is right. What cannot be decrypted is not.</summary>
    public static bool Verify(Secret key, ReadOnlySpan<byte> text, string? checksum)
    {
        // 108 characters as documented; a salt of other characters may make it a little longer.
        if (checksum is not { Length: > 0 and <= 256 } || !IsKey(key) || !Base64.IsValid(checksum))
        {
            return false;
        }

        try
        {
            using var aes = Cipher(key);
            var plain = aes.DecryptCbc(Convert.FromBase64String(checksum), Iv);
            return plain.Length > SaltLength
                && CryptographicOperations.FixedTimeEquals(
                    plain, Encoding.Latin1.GetBytes(Digest(text, plain.AsSpan(plain.Length - SaltLength))));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The text that represents a form: its values in the order of their names, joined by <c>|</c>, without
    /// <c>CHECKSUMHASH</c>; <c>null</c> counts as empty.</summary>
    public static byte[] TextOf(
        IEnumerable<KeyValuePair<string, string>> form) => Encoding.UTF8.GetBytes(string.Join('|', form
        .Where(field => field.Key != "CHECKSUMHASH")
        .OrderBy(field => field.Key, StringComparer.Ordinal)
        .Select(field => field.Value == "null" ? "" : field.Value)));

    private static string Digest(ReadOnlySpan<byte> text, ReadOnlySpan<byte> salt)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(text);
        hash.AppendData("|"u8);
        hash.AppendData(salt);
        return Convert.ToHexStringLower(hash.GetHashAndReset()) + Encoding.Latin1.GetString(salt);
    }

    private static Aes Cipher(Secret key)
    {
        var aes = Aes.Create();
        aes.Key = Encoding.UTF8.GetBytes(key.Reveal());
        return aes;
    }
}
