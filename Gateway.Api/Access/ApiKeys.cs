using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Caching;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>
/// What API keys open, cached for some seconds. Keys are looked up by their hash and never kept: what the timing of a
/// comparison of hashes tells leads to no key.
/// </summary>
internal sealed class ApiKeys(IGrainFactory grains, GatewayOptions options, TimeProvider time)
{
    private const int Capacity = 20_000;
    private const int MinKeyLength = 16;
    private const int MaxKeyLength = 128;

    private static readonly System.Buffers.SearchValues<char> KeyCharacters =
        System.Buffers.SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");

    private readonly SingleFlightCache<KeyHash, ApiKeyGrant?> _grants = new(
        hash => grains.Grain<IApiKeyGrain>($"key/{hash}").Resolve(),
        new SingleFlightCacheOptions<ApiKeyGrant?>
        {
            Lifetime = options.KeyLifetime,
            StaleLifetime = options.StaleKeyLifetime,
            Capacity = Capacity,
            // Guessed keys must not displace valid ones.
            IsExpendable = grant => grant is null,
        },
        time);

    /// <summary>Whether a text can be an API key at all.</summary>
    public static bool HasForm(ReadOnlySpan<char> key) =>
        key.Length is >= MinKeyLength and <= MaxKeyLength
        && (key.StartsWith("sk_", StringComparison.Ordinal) || key.StartsWith("pk_", StringComparison.Ordinal))
        && !key[3..].ContainsAnyExcept(KeyCharacters);

    /// <summary>Whether the key was valid when this process last resolved it: such a key is resolved again even while
    /// unknown keys are throttled.</summary>
    public bool WasGood(KeyHash hash) => _grants.TryPeek(hash, out var grant) && grant is not null;

    /// <summary>What the key opens; null if it opens nothing.</summary>
    public ValueTask<ApiKeyGrant?> ResolveAsync(KeyHash hash) => _grants.GetAsync(hash);
}

/// <summary>The SHA-256 of a key; it prints as lower-case hex.</summary>
internal readonly record struct KeyHash
{
    private readonly UInt128 _high;
    private readonly UInt128 _low;

    private KeyHash(ReadOnlySpan<byte> hash)
    {
        _high = MemoryMarshal.Read<UInt128>(hash);
        _low = MemoryMarshal.Read<UInt128>(hash[16..]);
    }

    public static KeyHash Of(ReadOnlySpan<char> key)
    {
        Span<byte> text = stackalloc byte[Encoding.UTF8.GetMaxByteCount(key.Length)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(key, text)], hash);
        return new KeyHash(hash);
    }

    /// <summary>The hash's 32 bytes.</summary>
    public void CopyTo(Span<byte> hash)
    {
        MemoryMarshal.Write(hash, _high);
        MemoryMarshal.Write(hash[16..], _low);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        CopyTo(hash);
        return Convert.ToHexStringLower(hash);
    }
}
