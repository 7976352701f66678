using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Grains.Abstractions.Merchants;

/// <summary>
/// How an API key is written: <c>sk_test_</c> (secret) or <c>pk_test_</c> (publishable), and 32 characters of Crockford's base32 in
/// lower case, which are 160 random bits.
/// </summary>
public static class ApiKeyFormat
{
    /// <summary>How many random bytes a key is made of.</summary>
    public const int RandomBytes = 20;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int PrefixLength = 8;
    private const int Length = PrefixLength + (RandomBytes * 8 / 5);
    private static readonly SearchValues<char> Characters = SearchValues.Create(Alphabet);

    /// <summary>Writes a key.</summary>
    /// <param name="scope">What it may do; it shows in the prefix.</param>
    /// <param name="random"><see cref="RandomBytes"/> of them.</param>
    public static string Write(ApiKeyScope scope, ReadOnlySpan<byte> random)
    {
        if (random.Length != RandomBytes)
        {
            throw new ArgumentException($"A key is made of {RandomBytes} bytes.", nameof(random));
        }

        return Prefix(scope) + Base32Text(random);
    }

    /// <summary>Bytes as text of this alphabet, five bits a character; the number of bytes is a multiple of five.</summary>
    public static string Base32Text(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % 5 != 0)
        {
            throw new ArgumentException("The number of bytes is not a multiple of five.", nameof(bytes));
        }

        var text = new StringBuilder(bytes.Length * 8 / 5);
        for (; !bytes.IsEmpty; bytes = bytes[5..])
        {
            var bits = ((ulong)bytes[0] << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
            for (var shift = 35; shift >= 0; shift -= 5)
            {
                text.Append(Alphabet[(int)(bits >> shift) & 31]);
            }
        }

        return text.ToString();
    }

    /// <summary>The key of the <see cref="IApiKeyGrain"/> for what a client sent; false if no API key is ever written so, which spares
    /// asking for it.</summary>
    public static bool TryGetGrainKey(string? apiKey, [NotNullWhen(true)] out string? grainKey)
    {
        var formed = apiKey is { Length: Length }
            && (apiKey.StartsWith(Prefix(ApiKeyScope.Secret), StringComparison.Ordinal)
                || apiKey.StartsWith(Prefix(ApiKeyScope.Publishable), StringComparison.Ordinal))
            && !apiKey.AsSpan(PrefixLength).ContainsAnyExcept(Characters);
        grainKey = formed ? GrainKey(Hash(apiKey!)) : null;
        return formed;
    }

    /// <summary>The lower-case hex SHA-256 of an API key: all that is ever stored of it.</summary>
    public static string Hash(string apiKey) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(apiKey)));

    /// <summary>The key of the <see cref="IApiKeyGrain"/> for an API key's hash.</summary>
    public static string GrainKey(string hash) => $"key/{hash}";

    private static string Prefix(ApiKeyScope scope) => scope switch
    {
        ApiKeyScope.Secret => "sk_test_",
        ApiKeyScope.Publishable => "pk_test_",
    };
}
