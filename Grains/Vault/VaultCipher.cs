using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Vault;

/// <summary>
/// The vault's cryptography: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce for every box, and HMAC-SHA256
/// for fingerprints. A merchant's data keys are wrapped by a key that is made from the master key for this one use.
/// </summary>
/// <param name="masters">The master keys.</param>
/// <param name="random">Where keys and nonces come from.</param>
internal sealed class VaultCipher(MasterKeys masters, ISecretSource random)
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>The master key that wraps now.</summary>
    public string MasterKey => masters.Current;

    /// <summary>A new key, wrapped.</summary>
    public VaultKey NewKey(string merchant, string keyId, VaultKeyPurpose purpose, int generation)
    {
        var key = new byte[MasterKeys.KeyLength];
        random.Fill(key);
        try
        {
            return Wrap(new VaultKey
            {
                Merchant = merchant,
                Id = keyId,
                Purpose = purpose,
                Generation = generation,
                MasterKey = masters.Current,
                Wrapped = [],
            }, key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>The same key, wrapped by the current master key.</summary>
    /// <exception cref="VaultUnreadableException">It cannot be opened.</exception>
    public VaultKey Rewrap(VaultKey key) => Use(key, open => Wrap(key with { MasterKey = masters.Current }, open));

    /// <summary>Seals a card's content for one token.</summary>
    /// <exception cref="VaultUnreadableException">The key cannot be opened.</exception>
    public byte[] Seal(VaultKey key, string token, ReadOnlyMemory<byte> content) =>
        Use(key, open => Box(open, content.Span, CardBinding(key, token)));

    /// <summary>Opens what was sealed for this merchant, token and key.</summary>
    /// <exception cref="VaultUnreadableException">It is something else, or the key cannot be opened.</exception>
    public byte[] Open(VaultKey key, string token, byte[] box) =>
        Use(key, open => Unbox(open, box, CardBinding(key, token)))
        ?? throw new VaultUnreadableException(
            key.Merchant, "a card is not what was sealed for this merchant, token and key");

    /// <summary>What tells a number from every other number, and nothing of it without the key.</summary>
    /// <exception cref="VaultUnreadableException">The key cannot be opened.</exception>
    public byte[] Fingerprint(VaultKey key, string number) =>
        Use(key, open => HMACSHA256.HashData(open, Encoding.ASCII.GetBytes(number)));

    private VaultKey Wrap(VaultKey key, byte[] open)
    {
        Span<byte> master = stackalloc byte[MasterKeys.KeyLength];
        try
        {
            masters.TryDerive(key.MasterKey, Purpose(key.Merchant), master);
            return key with { Wrapped = Box(master, open, KeyBinding(key)) };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(master);
        }
    }

    // The open key lives as long as it is used, and not in memory that outlasts it.
    private T Use<T>(VaultKey key, Func<byte[], T> use)
    {
        Span<byte> master = stackalloc byte[MasterKeys.KeyLength];
        byte[]? open = null;
        try
        {
            if (!masters.TryDerive(key.MasterKey, Purpose(key.Merchant), master))
            {
                throw new VaultUnreadableException(key.Merchant, $"there is no master key '{key.MasterKey}'");
            }

            open = Unbox(master, key.Wrapped, KeyBinding(key))
                ?? throw new VaultUnreadableException(
                    key.Merchant, $"the key '{key.Id}' is not what was wrapped for this merchant");
            return use(open);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(master);
            CryptographicOperations.ZeroMemory(open);
        }
    }

    private byte[] Box(ReadOnlySpan<byte> key, ReadOnlySpan<byte> content, byte[] binding)
    {
        var box = new byte[NonceLength + content.Length + TagLength];
        var nonce = box.AsSpan(0, NonceLength);
        random.Fill(nonce);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(
            nonce, content, box.AsSpan(NonceLength, content.Length), box.AsSpan(NonceLength + content.Length), binding);
        return box;
    }

    private static byte[]? Unbox(ReadOnlySpan<byte> key, byte[] box, byte[] binding)
    {
        if (box.Length < NonceLength + TagLength)
        {
            return null;
        }

        var content = new byte[box.Length - NonceLength - TagLength];
        try
        {
            using var aes = new AesGcm(key, TagLength);
            aes.Decrypt(
                box.AsSpan(0, NonceLength),
                box.AsSpan(NonceLength, content.Length),
                box.AsSpan(box.Length - TagLength),
                content,
                binding);
            return content;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static string Purpose(string merchant) => $"vault-keys/v1/{merchant}";

    // No part can contain the separator, so that no two bindings read the same.
    private static byte[] KeyBinding(VaultKey key) =>
        Encoding.UTF8.GetBytes($"key|{key.Merchant}|{(int)key.Purpose}|{key.Id}|{key.MasterKey}");

    private static byte[] CardBinding(VaultKey key, string token) =>
        Encoding.UTF8.GetBytes($"card|{key.Merchant}|{token}|{key.Id}");
}

/// <summary>What a key of the vault is for.</summary>
internal enum VaultKeyPurpose
{
    /// <summary>It seals cards.</summary>
    Data = 1,

    /// <summary>It makes fingerprints.</summary>
    Fingerprint = 2,
}

/// <summary>A merchant's key, wrapped.</summary>
internal sealed record VaultKey
{
    public required string Merchant { get; init; }

    public required string Id { get; init; }

    public required VaultKeyPurpose Purpose { get; init; }

    public required int Generation { get; init; }

    /// <summary>The master key that wraps it.</summary>
    public required string MasterKey { get; init; }

    public required byte[] Wrapped { get; init; }
}

/// <summary>What is in the vault cannot be opened: the installation is misconfigured, or the database was tampered
/// with.</summary>
/// <param name="merchant">Whose.</param>
/// <param name="reason">Why, without content.</param>
public sealed class VaultUnreadableException(string merchant, string reason)
    : Exception($"The vault of {merchant} cannot be opened: {reason}.");
