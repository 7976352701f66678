using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Payments;

/// <summary>Tokens that prove that we issued a URL: an HMAC-SHA256 over what it opens, under a key of its own made from
/// the master key. Nothing is stored; a word is as good as its master key is known.</summary>
public sealed class PaymentTokens
{
    private const string Purpose = "payment-tokens/v1";

    // 80 bits: not guessable within a payment's life.
    private const int NonceBytes = 10;
    private const int SecretMacBytes = 16;
    private const int ExpiryBytes = 8;

    private readonly string _current;
    private readonly Dictionary<string, byte[]> _keys = new(StringComparer.Ordinal);

    /// <summary>Makes the keys.</summary>
    public PaymentTokens(MasterKeys keys)
    {
        _current = keys.Current;
        foreach (var name in keys.Names)
        {
            var key = new byte[MasterKeys.KeyLength];
            keys.TryDerive(name, Purpose, key);
            _keys[name] = key;
        }
    }

    /// <summary>The word in the address to which a provider sends the customer back from an attempt.</summary>
    public string ReturnNonce(PaymentKey key, int attempt) =>
        Convert.ToHexStringLower(Mac(_keys[_current], Return(key, attempt)).AsSpan(0, NonceBytes));

    /// <summary>Whether a word is the attempt's.</summary>
    public bool IsReturnNonce(PaymentKey key, int attempt, string nonce)
    {
        Span<byte> claimed = stackalloc byte[NonceBytes];
        return nonce.Length == 2 * NonceBytes
            && Convert.FromHexString(nonce, claimed, out _, out _) == OperationStatus.Done
            && IsSigned(Return(key, attempt), claimed);
    }

    /// <summary>What opens one payment to its payer's browser, until then.</summary>
    public Secret ClientSecret(PaymentKey key, DateTimeOffset expiresAt)
    {
        var content = new byte[ExpiryBytes + Encoding.UTF8.GetByteCount(key.ToString())];
        BinaryPrimitives.WriteInt64BigEndian(content, expiresAt.ToUnixTimeSeconds());
        Encoding.UTF8.GetBytes(key.ToString(), content.AsSpan(ExpiryBytes));
        return new Secret(
            IPaymentAccessGrain.SecretPrefix
            + Base64Url.EncodeToString([.. Mac(_keys[_current], content).AsSpan(0, SecretMacBytes), .. content]));
    }

    /// <summary>What a client secret opens; null if it is none of ours, or its time is over.</summary>
    public PaymentAccess? OpenClientSecret(string text, DateTimeOffset now)
    {
        var buffer = new byte[256];
        if (!text.StartsWith(IPaymentAccessGrain.SecretPrefix, StringComparison.Ordinal)
            || Base64Url.DecodeFromChars(
                text.AsSpan(IPaymentAccessGrain.SecretPrefix.Length),
                buffer,
                out _,
                out var length) != OperationStatus.Done
            || length <= SecretMacBytes + ExpiryBytes)
        {
            return null;
        }

        var content = buffer.AsSpan(SecretMacBytes, length - SecretMacBytes);
        if (!IsSigned(content, buffer.AsSpan(0, SecretMacBytes)))
        {
            return null;
        }

        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(content));
        return expiresAt <= now
            ? null
            : new PaymentAccess
            {
                Payment = PaymentKey.Parse(Encoding.UTF8.GetString(content[ExpiryBytes..])), ExpiresAt = expiresAt,
            };
    }

    /// <inheritdoc/>
    public override string ToString() => "payment tokens";

    // Neither kind of content can be read as the other: this one begins with a letter, the other with the high bytes of
    // a time, which are zero.
    private static byte[] Return(PaymentKey key, int attempt) => Encoding.UTF8.GetBytes($"return|{key}|{attempt}");

    private static byte[] Mac(byte[] secret, ReadOnlySpan<byte> content) => HMACSHA256.HashData(secret, content);

    private bool IsSigned(ReadOnlySpan<byte> content, ReadOnlySpan<byte> mac)
    {
        foreach (var secret in _keys.Values)
        {
            if (CryptographicOperations.FixedTimeEquals(Mac(secret, content).AsSpan(0, mac.Length), mac))
            {
                return true;
            }
        }

        return false;
    }
}
