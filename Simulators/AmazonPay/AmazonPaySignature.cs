using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>
/// Verifies RSASSA-PSS signatures with SHA-256: of requests, and of the payload of a checkout button. Version 2 has a
/// salt of 32 bytes, the older one of 20, which the class library cannot verify; RFC 8017 (9.1.2) says how.
/// </summary>
internal static class AmazonPaySignature
{
    public const string Version1 = "AMZN-PAY-RSASSA-PSS";
    public const string Version2 = "AMZN-PAY-RSASSA-PSS-V2";

    /// <summary>Whether the signature over a content (a canonical request, or a button's payload) is right.</summary>
    public static bool IsValid(string algorithm, string content, string signature, string publicKey)
    {
        if (algorithm is not (Version1 or Version2))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[1024];
        if (!Convert.TryFromBase64String(signature, bytes, out var length))
        {
            return false;
        }

        var signed = Encoding.UTF8.GetBytes(
            algorithm + "\n" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content))));
        using var key = RSA.Create();
        key.ImportFromPem(publicKey);
        return algorithm == Version2
            ? key.VerifyData(signed, bytes[..length], HashAlgorithmName.SHA256, RSASignaturePadding.Pss)
            : VerifyWithSaltOf20(key.ExportParameters(false), SHA256.HashData(signed), bytes[..length]);
    }

    /// <summary>A request in the form that is signed.</summary>
    public static string Canonical(HttpRequest request, IReadOnlyList<string> headers, ReadOnlySpan<byte> body)
    {
        var text = new StringBuilder()
            .Append(request.Method).Append('\n')
            .Append(request.PathBase.ToUriComponent()).Append(request.Path.ToUriComponent()).Append('\n')
            .AppendJoin('&', SortedQuery(request.QueryString.Value)).Append('\n');
        foreach (var name in headers)
        {
            text.Append(name).Append(':').Append(request.Headers[name].ToString().Trim()).Append('\n');
        }

        return text.Append('\n').AppendJoin(';', headers).Append('\n')
            .Append(Convert.ToHexStringLower(SHA256.HashData(body))).ToString();
    }

    /// <summary>The two spellings of <c>x-amz-pay-date</c> that clients use.</summary>
    public static bool TryReadDate(string text, out DateTimeOffset date) => DateTimeOffset.TryParseExact(
        text,
        ["yyyyMMdd'T'HHmmss'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'"],
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal,
        out date);

    private static IEnumerable<string> SortedQuery(string? query) =>
        (query ?? "").TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Contains('=') ? pair : pair + "=")
            .Order(StringComparer.Ordinal);

    private static bool VerifyWithSaltOf20(RSAParameters key, byte[] digest, ReadOnlySpan<byte> signature)
    {
        const int Salt = 20;
        var modulus = new BigInteger(key.Modulus!, isUnsigned: true, isBigEndian: true);
        var sealed_ = new BigInteger(signature, isUnsigned: true, isBigEndian: true);
        var bits = (int)modulus.GetBitLength() - 1;
        var size = (bits + 7) / 8;
        if (signature.Length != key.Modulus!.Length || sealed_ >= modulus)
        {
            return false;
        }

        var exponent = new BigInteger(key.Exponent!, isUnsigned: true, isBigEndian: true);
        var opened = BigInteger.ModPow(sealed_, exponent, modulus).ToByteArray(isUnsigned: true, isBigEndian: true);
        if (opened.Length > size)
        {
            return false;
        }

        var message = new byte[size];
        opened.CopyTo(message, size - opened.Length);

        var maskedLength = size - digest.Length - 1;
        var hash = message.AsSpan(maskedLength, digest.Length);
        var unused = (8 * size) - bits;
        if (message[^1] != 0xBC || (message[0] >> (8 - unused)) != 0)
        {
            return false;
        }

        var block = message.AsSpan(0, maskedLength).ToArray();
        var mask = Mask(hash, maskedLength);
        for (var i = 0; i < maskedLength; i++)
        {
            block[i] ^= mask[i];
        }

        block[0] &= (byte)(0xFF >> unused);
        var salt = block.AsSpan(maskedLength - Salt);
        if (block.AsSpan(0, maskedLength - Salt - 1).ContainsAnyExcept((byte)0) || block[maskedLength - Salt - 1] != 1)
        {
            return false;
        }

        return SHA256.HashData([.. new byte[8], .. digest, .. salt]).AsSpan().SequenceEqual(hash);
    }

    // MGF1 of RFC 8017 (B.2.1).
    private static byte[] Mask(ReadOnlySpan<byte> seed, int length)
    {
        var mask = new List<byte>(length + 32);
        Span<byte> counter = stackalloc byte[4];
        for (uint i = 0; mask.Count < length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(counter, i);
            mask.AddRange(SHA256.HashData([.. seed, .. counter]));
        }

        return [.. mask.Take(length)];
    }
}
