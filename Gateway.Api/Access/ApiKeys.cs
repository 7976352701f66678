using System.Net;
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

    private readonly SingleFlightCache<KeyHash, ApiKey?> _keys = new(
        async hash => await GrainOf(grains, hash).LookUp() is { } key ? new ApiKey(key) : null,
        new SingleFlightCacheOptions<ApiKey?>
        {
            Lifetime = options.KeyLifetime,
            StaleLifetime = options.StaleKeyLifetime,
            Capacity = Capacity,
            // Guessed keys must not displace valid ones.
            IsExpendable = key => key is null,
        },
        time);

    /// <summary>Whether a text can be an API key at all.</summary>
    public static bool HasForm(ReadOnlySpan<char> key) =>
        key.Length is >= MinKeyLength and <= MaxKeyLength
        && (key.StartsWith("sk_", StringComparison.Ordinal) || key.StartsWith("pk_", StringComparison.Ordinal))
        && !key[3..].ContainsAnyExcept(KeyCharacters);

    /// <summary>Whether the key was valid when this process last resolved it: such a key is resolved again even while
    /// unknown keys are throttled.</summary>
    public bool WasGood(KeyHash hash) => _keys.TryPeek(hash, out var key) && key is not null;

    /// <summary>The key; null if it is unknown or revoked.</summary>
    public ValueTask<ApiKey?> ResolveAsync(KeyHash hash) => _keys.GetAsync(hash);

    /// <summary>Who calls with a key from an address, or why the key does not count.</summary>
    public Verification Verify(KeyHash hash, ApiKey key, IPAddress address)
    {
        var now = time.GetUtcNow();
        if (key.HasExpired(now))
        {
            return new Verification(Refusal: ErrorCode.ApiKeyExpired);
        }

        if (!key.WorksFrom(address))
        {
            return new Verification(Refusal: ErrorCode.NetworkNotAllowed);
        }

        if (key.TakeNote(now))
        {
            // No request waits for it.
            GrainOf(grains, hash).NoteUse().Ignore();
        }

        return new Verification(Caller.Of(key.Grant));
    }

    private static IApiKeyGrain GrainOf(IGrainFactory grains, KeyHash hash) =>
        grains.Grain<IApiKeyGrain>($"key/{hash}");
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
