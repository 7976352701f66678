using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Payments;

/// <summary>
/// Words that prove that somebody was given an address by us: an HMAC-SHA256 over what it opens, under a key of its own
/// made from the master key. Nothing is stored; a word is as good as its master key is known.
/// </summary>
public sealed class PaymentTokens
{
    private const string Purpose = "payment-tokens/v1";

    // 80 bits: guessed by nobody within a payment's life.
    private const int NonceBytes = 10;

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
    public string ReturnNonce(PaymentKey key, int attempt) => Word(_keys[_current], key, attempt);

    /// <summary>Whether a word is the attempt's.</summary>
    public bool IsReturnNonce(PaymentKey key, int attempt, string nonce) => _keys.Values.Any(
        secret => CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(Word(secret, key, attempt)), Encoding.UTF8.GetBytes(nonce)));

    /// <inheritdoc/>
    public override string ToString() => "payment tokens";

    private static string Word(byte[] secret, PaymentKey key, int attempt)
    {
        var mac = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"return|{key}|{attempt}"));
        return Convert.ToHexStringLower(mac.AsSpan(0, NonceBytes));
    }
}
