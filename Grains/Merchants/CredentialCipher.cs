using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Merchants;

/// <summary>
/// Seals merchants' credentials for the database: AES-256-GCM (NIST SP 800-38D) under a key of the merchant's own, with
/// a random 96-bit nonce, and bound to merchant, provider and master key: a row that is moved to another merchant or
/// provider does not open.
/// </summary>
/// <param name="keys">The master keys.</param>
/// <param name="random">Where nonces come from.</param>
/// <param name="time">The clock that dates sealed credentials.</param>
public sealed class CredentialCipher(MasterKeys keys, ISecretSource random, TimeProvider time)
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>Seals credentials.</summary>
    public SealedCredentials Seal(string merchant, string provider, ImmutableDictionary<string, Secret> values)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(
            values.ToDictionary(pair => pair.Key, pair => pair.Value.Reveal(), StringComparer.Ordinal));
        var box = new byte[NonceLength + plain.Length + TagLength];
        var nonce = box.AsSpan(0, NonceLength);
        random.Fill(nonce);
        Span<byte> key = stackalloc byte[MasterKeys.KeyLength];
        try
        {
            keys.TryDerive(keys.Current, Purpose(merchant), key);
            using var aes = new AesGcm(key, TagLength);
            aes.Encrypt(
                nonce, plain, box.AsSpan(NonceLength, plain.Length), box.AsSpan(NonceLength + plain.Length),
                Binding(merchant, provider, keys.Current));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(plain);
        }

        return new SealedCredentials
        {
            KeyId = keys.Current,
            Sealed = Convert.ToBase64String(box),
            Names = [.. values.Keys.Order(StringComparer.Ordinal)],
            UpdatedAt = time.GetUtcNow(),
        };
    }

    /// <summary>Opens credentials.</summary>
    /// <exception cref="CredentialsUnreadableException">Their master key is not here, or they are not what was sealed
    /// for this merchant and provider.</exception>
    public ImmutableDictionary<string, Secret> Open(string merchant, string provider, SealedCredentials credentials)
    {
        Span<byte> key = stackalloc byte[MasterKeys.KeyLength];
        if (!keys.TryDerive(credentials.KeyId, Purpose(merchant), key))
        {
            throw new CredentialsUnreadableException(
                merchant, provider, $"the vault has no master key '{credentials.KeyId}'");
        }

        byte[]? plain = null;
        try
        {
            var box = Convert.FromBase64String(credentials.Sealed).AsSpan();
            if (box.Length < NonceLength + TagLength)
            {
                throw new CredentialsUnreadableException(merchant, provider, "they are cut short");
            }

            plain = new byte[box.Length - NonceLength - TagLength];
            using var aes = new AesGcm(key, TagLength);
            aes.Decrypt(
                box[..NonceLength], box[NonceLength..^TagLength], box[^TagLength..], plain,
                Binding(merchant, provider, credentials.KeyId));
            return JsonSerializer.Deserialize<Dictionary<string, string>>(plain)!
                .ToImmutableDictionary(pair => pair.Key, pair => new Secret(pair.Value), StringComparer.Ordinal);
        }
        catch (Exception failure) when (failure is AuthenticationTagMismatchException or FormatException)
        {
            throw new CredentialsUnreadableException(
                merchant, provider, "they are not what was sealed for this merchant and provider");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Whether credentials are sealed under another master key than the current one.</summary>
    public bool IsOutdated(SealedCredentials credentials) => credentials.KeyId != keys.Current;

    /// <summary>Seals outdated credentials again; the time at which they were set stays.</summary>
    /// <exception cref="CredentialsUnreadableException">They cannot be opened.</exception>
    public SealedCredentials Reseal(string merchant, string provider, SealedCredentials credentials) =>
        Seal(merchant, provider, Open(merchant, provider, credentials)) with
        {
            UpdatedAt = credentials.UpdatedAt,
            Account = credentials.Account,
        };

    private static string Purpose(string merchant) => $"provider-credentials/v1/{merchant}";

    // None of the three can contain the separator, so that no two triples read the same.
    private static byte[] Binding(string merchant, string provider, string keyId) =>
        Encoding.UTF8.GetBytes($"{merchant}|{provider}|{keyId}");
}

/// <summary>Stored credentials cannot be opened: the installation is misconfigured, or the database was tampered
/// with.</summary>
/// <param name="merchant">Whose.</param>
/// <param name="provider">At which provider.</param>
/// <param name="reason">Why, without content.</param>
public sealed class CredentialsUnreadableException(string merchant, string provider, string reason)
    : Exception($"The credentials of {merchant} at {provider} cannot be opened: {reason}.");
