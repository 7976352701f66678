using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Grains.Merchants;

/// <summary>
/// How an API key is written: <c>sk_test_</c> (secret) or <c>pk_test_</c> (publishable), and 32 characters of
/// Crockford's base32 in lower case, which are 160 random bits. All that is stored of it is its SHA-256: a plain hash
/// is enough for so much chance.
/// </summary>
internal static class ApiKeyFormat
{
    /// <summary>How many random bytes a key is made of.</summary>
    public const int RandomBytes = 20;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int KeyIdBytes = 10;

    /// <summary>A new API key.</summary>
    /// <param name="scope">What it may do; it shows in the prefix.</param>
    /// <param name="random">Where its bits come from.</param>
    public static string NewKey(ApiKeyScope scope, ISecretSource random)
    {
        var prefix = scope switch
        {
            ApiKeyScope.Secret => "sk_test_",
            ApiKeyScope.Publishable => "pk_test_",
        };
        return NewText(prefix, RandomBytes, random);
    }

    /// <summary>A new id of an API key: <c>key_</c> and 16 characters. It opens nothing.</summary>
    public static string NewId(ISecretSource random) => NewText("key_", KeyIdBytes, random);

    /// <summary>The lower-case hex SHA-256 of an API key.</summary>
    public static string Hash(string apiKey) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(apiKey)));

    /// <summary>The key of the <see cref="IApiKeyGrain"/> for an API key's hash.</summary>
    public static string GrainKey(string hash) => $"key/{hash}";

    // Five bytes are eight characters.
    private static string NewText(string prefix, int length, ISecretSource random)
    {
        Span<byte> bytes = stackalloc byte[length];
        random.Fill(bytes);
        var text = new StringBuilder(prefix, prefix.Length + (length * 8 / 5));
        for (var rest = bytes; !rest.IsEmpty; rest = rest[5..])
        {
            var bits = ((ulong)rest[0] << 32) | BinaryPrimitives.ReadUInt32BigEndian(rest[1..]);
            for (var shift = 35; shift >= 0; shift -= 5)
            {
                text.Append(Alphabet[(int)(bits >> shift) & 31]);
            }
        }

        return text.ToString();
    }
}
