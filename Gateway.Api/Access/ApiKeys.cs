using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>
/// What API keys open, asked of their grains and believed for some seconds. Keys are looked up by their hash and never
/// kept: what timing tells of a comparison of hashes leads to no key.
/// </summary>
internal sealed class ApiKeys(IGrainFactory grains, GatewayOptions options, TimeProvider time)
{
    /// <summary>The most keys that are remembered; beyond it the stale ones are forgotten, and then all.</summary>
    private const int Most = 20_000;
    private const int MinKeyLength = 16;
    private const int MaxKeyLength = 128;

    private readonly ConcurrentDictionary<KeyHash, Entry> _entries = new();

    /// <summary>Whether a text can be an API key at all.</summary>
    public static bool HasForm(ReadOnlySpan<char> key) =>
        key.Length is >= MinKeyLength and <= MaxKeyLength
        && (key.StartsWith("sk_", StringComparison.Ordinal) || key.StartsWith("pk_", StringComparison.Ordinal))
        && !key[3..].ContainsAnyExcept(KeyCharacters);

    private static readonly System.Buffers.SearchValues<char> KeyCharacters =
        System.Buffers.SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");

    /// <summary>Whether this process has known the key as good: such a key is asked about again even while strangers'
    /// keys are not.</summary>
    public bool WasGood(KeyHash hash) => _entries.TryGetValue(hash, out var entry) && entry.Good;

    /// <summary>What the key opens; null if it opens nothing.</summary>
    public ValueTask<ApiKeyGrant?> ResolveAsync(KeyHash hash)
    {
        if (_entries.TryGetValue(hash, out var entry) && !IsStale(entry))
        {
            return new ValueTask<ApiKeyGrant?>(entry.Lookup.Value);
        }

        return new ValueTask<ApiKeyGrant?>(AskAsync(hash, entry));
    }

    private async Task<ApiKeyGrant?> AskAsync(KeyHash hash, Entry? stale)
    {
        MakeRoom();
        // All requests that meet the stale entry at once share one question.
        var fresh = new Entry(time.GetTimestamp(), new Lazy<Task<ApiKeyGrant?>>(
            () => grains.GetGrain<IApiKeyGrain>($"key/{hash}").Resolve()));
        var entry = stale is null
            ? _entries.GetOrAdd(hash, fresh)
            : _entries.TryUpdate(hash, fresh, stale) ? fresh : _entries.GetOrAdd(hash, fresh);
        try
        {
            var grant = await entry.Lookup.Value;
            entry.Good = grant is not null;
            return grant;
        }
        catch
        {
            // A failure is no answer: the next request asks again.
            _entries.TryRemove(KeyValuePair.Create(hash, entry));
            throw;
        }
    }

    private bool IsStale(Entry entry) => time.GetElapsedTime(entry.AskedAt) >= options.KeyLifetime;

    private void MakeRoom()
    {
        if (_entries.Count < Most)
        {
            return;
        }

        foreach (var (hash, entry) in _entries)
        {
            if (!entry.Good || IsStale(entry))
            {
                _entries.TryRemove(KeyValuePair.Create(hash, entry));
            }
        }

        if (_entries.Count >= Most)
        {
            _entries.Clear();
        }
    }

    private sealed class Entry(long askedAt, Lazy<Task<ApiKeyGrant?>> lookup)
    {
        public long AskedAt { get; } = askedAt;

        public Lazy<Task<ApiKeyGrant?>> Lookup { get; } = lookup;

        public bool Good { get; set; }
    }
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

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        MemoryMarshal.Write(hash, _high);
        MemoryMarshal.Write(hash[16..], _low);
        return Convert.ToHexStringLower(hash);
    }
}
