using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Grains.Merchants;

/// <summary>The master keys by name, in memory. It prints nothing of them.</summary>
public sealed class MasterKeys
{
    /// <summary>The length of a master key, and of each key made from it, in bytes.</summary>
    public const int KeyLength = 32;

    private static readonly SearchValues<char> KeyIdCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    private readonly FrozenDictionary<string, byte[]> _keys;

    private MasterKeys(string current, FrozenDictionary<string, byte[]> keys)
    {
        Current = current;
        _keys = keys;
    }

    /// <summary>The name of the key that seals.</summary>
    public string Current { get; }

    /// <summary>The names of all keys.</summary>
    public IEnumerable<string> Names => _keys.Keys;

    /// <summary>Loads the keys that the options name.</summary>
    /// <param name="options">The options.</param>
    /// <param name="keys">The keys; null if one cannot be used.</param>
    /// <param name="problem">Which one, why, and what to do, in one sentence without any part of a key.</param>
    public static bool TryLoad(
        VaultOptions options, [NotNullWhen(true)] out MasterKeys? keys, [NotNullWhen(false)] out string? problem)
    {
        keys = null;
        var loaded = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (options.PreviousKeys.ContainsKey(options.KeyId))
        {
            problem = $"Vault:PreviousKeys names the current key '{options.KeyId}' too; two keys need two names.";
            return false;
        }

        foreach (var (id, source) in options.PreviousKeys.Append(new(options.KeyId, options.MasterKey)))
        {
            var section = id == options.KeyId ? VaultOptions.Section : $"{VaultOptions.Section}:PreviousKeys:{id}";
            if (id.Length is 0 or > 32 || id.AsSpan().ContainsAnyExcept(KeyIdCharacters))
            {
                problem = $"{section}: the key's name '{id}' is not 1 to 32 lower-case letters, digits, '-' or '_'.";
                return false;
            }

            if (!TryRead(source, section, out var key, out problem))
            {
                return false;
            }

            loaded[id] = key;
        }

        keys = new MasterKeys(options.KeyId, loaded.ToFrozenDictionary(StringComparer.Ordinal));
        problem = null;
        return true;
    }

    /// <summary>
    /// Makes the key for one purpose out of a master key (HKDF-SHA256, RFC 5869): what is sealed for one merchant is
    /// under another key than what is sealed for the next, and no key is used for two purposes.
    /// </summary>
    /// <returns>Whether there is such a master key.</returns>
    public bool TryDerive(string keyId, string purpose, Span<byte> key)
    {
        if (!_keys.TryGetValue(keyId, out var master))
        {
            return false;
        }

        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, key, salt: [], info: Encoding.UTF8.GetBytes(purpose));
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"master keys, current {Current}";

    private static bool TryRead(
        VaultKeySource source,
        string section,
        [NotNullWhen(true)] out byte[]? key,
        [NotNullWhen(false)] out string? problem)
    {
        key = null;
        problem = null;
        if (source.File is null == source.Text is null)
        {
            problem = source.File is null
                ? $"{section}: there is no master key; "
                    + $"set {section}:MasterKeyFile to a file with 32 random bytes in base64."
                : $"{section}: both MasterKeyFile and MasterKey are set; "
                    + "remove one, so that it is clear which key encrypts.";
            return false;
        }

        string text;
        try
        {
            text = source.Text?.Reveal() ?? File.ReadAllText(source.File!);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = $"{section}: the master key's file '{source.File}' cannot be read: {failure.Message}";
            return false;
        }

        var bytes = new byte[KeyLength + 1];
        if (!Convert.TryFromBase64String(text.Trim(), bytes, out var length) || length != KeyLength)
        {
            problem = $"{section}: the master key is not {KeyLength} bytes in base64.";
            return false;
        }

        key = bytes[..KeyLength];
        CryptographicOperations.ZeroMemory(bytes);
        return true;
    }
}
