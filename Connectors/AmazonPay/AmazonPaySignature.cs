using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Connectors.AmazonPay;

/// <summary>
/// Amazon Pay's signature (developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html): RSASSA-PSS with SHA-256
/// over the algorithm's name and the hash of a content. The content is a request in its canonical form, or the payload
/// of a checkout button, unchanged.
/// </summary>
internal static class AmazonPaySignature
{
    public const string Version1 = "AMZN-PAY-RSASSA-PSS";
    public const string Version2 = "AMZN-PAY-RSASSA-PSS-V2";

    private const int OldSalt = 20;

    /// <summary>A request in the form that is signed. The path is the escaped one that is sent, the query's pairs
    /// likewise.</summary>
    public static string Canonical(
        string method,
        string path,
        string query,
        IReadOnlyCollection<KeyValuePair<string, string>> sortedHeaders,
        ReadOnlySpan<byte> body)
    {
        var text = new StringBuilder(512)
            .Append(method).Append('\n').Append(path).Append('\n')
            .AppendJoin('&', query.Split('&').Order(StringComparer.Ordinal)).Append('\n');
        foreach (var (name, value) in sortedHeaders)
        {
            text.Append(name).Append(':').Append(value).Append('\n');
        }

        return text.Append('\n').Append(NamesOf(sortedHeaders)).Append('\n')
            .Append(Convert.ToHexStringLower(SHA256.HashData(body))).ToString();
    }

    /// <summary>The headers' names as the signature lists them.</summary>
    public static string NamesOf(IEnumerable<KeyValuePair<string, string>> sortedHeaders) =>
        string.Join(';', sortedHeaders.Select(header => header.Key));

    /// <summary>What is signed for a content.</summary>
    public static string StringToSign(string algorithm, string content) =>
        $"{algorithm}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}";

    /// <summary>The signature of a content, in base64. It differs each time: its salt is random.</summary>
    public static string Sign(string algorithm, string content, RSA key)
    {
        var signed = Encoding.UTF8.GetBytes(StringToSign(algorithm, content));
        return Convert.ToBase64String(algorithm == Version1
            ? SignWithOldSalt(signed, key)
            : key.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
    }

    // The class library's salt is as long as the hash; the older algorithm's has 20 bytes. So the block is made by hand
    // (RFC 8017, 9.1.1), and so is the power, blinded, because this arithmetic takes longer for some numbers than for
    // others.
    private static byte[] SignWithOldSalt(byte[] content, RSA key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: true);
        var modulus = Number(parameters.Modulus);
        var length = parameters.Modulus!.Length;
        var block = Number(Encode(SHA256.HashData(content), (int)modulus.GetBitLength() - 1));
        var blind = Number(RandomNumberGenerator.GetBytes(length - 1)) + 2;
        var blinded = BigInteger.ModPow(blind, Number(parameters.Exponent), modulus) * block % modulus;
        var power = BigInteger.ModPow(blinded, Number(parameters.D), modulus);
        var signature = power * Inverse(blind, modulus) % modulus;
        CryptographicOperations.ZeroMemory(parameters.D);
        var bytes = signature.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[length - bytes.Length], .. bytes];
    }

    private static byte[] Encode(byte[] digest, int bits)
    {
        var length = (bits + 7) / 8;
        var salt = RandomNumberGenerator.GetBytes(OldSalt);
        var hash = SHA256.HashData([.. new byte[8], .. digest, .. salt]);
        var block = new byte[length - hash.Length - 1];
        block[^(OldSalt + 1)] = 1;
        salt.CopyTo(block, block.Length - OldSalt);
        var mask = Mask(hash, block.Length);
        for (var i = 0; i < block.Length; i++)
        {
            block[i] ^= mask[i];
        }

        block[0] &= (byte)(0xFF >> ((8 * length) - bits));
        return [.. block, .. hash, 0xBC];
    }

    // MGF1 with SHA-256 (RFC 8017, B.2.1).
    private static byte[] Mask(byte[] seed, int length)
    {
        var mask = new byte[length + SHA256.HashSizeInBytes];
        Span<byte> counter = stackalloc byte[sizeof(uint)];
        for (var (i, at) = (0u, 0); at < length; i++, at += SHA256.HashSizeInBytes)
        {
            BinaryPrimitives.WriteUInt32BigEndian(counter, i);
            SHA256.HashData([.. seed, .. counter]).CopyTo(mask, at);
        }

        return mask;
    }

    private static BigInteger Number(byte[]? bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static BigInteger Inverse(BigInteger value, BigInteger modulus)
    {
        var (remainder, next, factor, nextFactor) = (modulus, value % modulus, BigInteger.Zero, BigInteger.One);
        while (!next.IsZero)
        {
            var quotient = remainder / next;
            (remainder, next) = (next, remainder - (quotient * next));
            (factor, nextFactor) = (nextFactor, factor - (quotient * nextFactor));
        }

        return factor.Sign < 0 ? factor + modulus : factor;
    }
}
