using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace PaymentCluster.Grains.Abstractions.Caching;

/// <summary>
/// Values that are loaded on demand and kept for a limited time. Callers that miss at the same time share one load. A
/// failed load is not cached: each waiting caller gets its exception, and the next call loads again. An expired value
/// may be returned while its renewal fails or takes long, so that one lost silo does not stop all that depend on it.
/// </summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
/// <param name="load">Loads one value. It runs outside the caller's scheduler: the result belongs to all callers, and
/// must not wait for the grain turn of the first one.</param>
/// <param name="options">Lifetime and capacity.</param>
/// <param name="time">The clock; only its timestamps are used.</param>
public sealed class SingleFlightCache<TKey, TValue>(
    Func<TKey, Task<TValue>> load, SingleFlightCacheOptions<TValue> options, TimeProvider time)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();

    /// <summary>The number of entries, expired ones and loads in progress included.</summary>
    public int Count => _entries.Count;

    /// <summary>The value of a key: cached, or loaded now.</summary>
    public ValueTask<TValue> GetAsync(TKey key)
    {
        while (true)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                Evict();
                entry = NewEntry(key, previous: null);
                if (_entries.TryAdd(key, entry))
                {
                    return new ValueTask<TValue>(entry.Load.Value);
                }
            }
            else if (IsFresh(entry))
            {
                return ValueOfAsync(entry);
            }
            else
            {
                var renewed = NewEntry(key, entry);
                if (_entries.TryUpdate(key, renewed, entry))
                {
                    return ValueOfAsync(renewed);
                }
            }
        }
    }

    /// <summary>The last value that was loaded for a key, even if it has expired; nothing is loaded.</summary>
    public bool TryPeek(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_entries.TryGetValue(key, out var entry))
        {
            var loaded = entry.IsLoaded ? entry : entry.Previous;
            if (loaded is { IsLoaded: true })
            {
                value = loaded.Load.Value.Result;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Drops a key's value: the next call loads it again, also while a load is in progress.</summary>
    public void Invalidate(TKey key) => _entries.TryRemove(key, out _);

    private ValueTask<TValue> ValueOfAsync(Entry entry)
    {
        var loading = entry.Load.Value;
        return loading.IsCompletedSuccessfully || StaleOf(entry) is not { } stale
            ? new ValueTask<TValue>(loading)
            : new ValueTask<TValue>(RenewedAsync(entry, stale));
    }

    private async Task<TValue> RenewedAsync(Entry entry, Entry stale)
    {
        var left = options.RenewalTimeout - time.GetElapsedTime(entry.StartedAt);
        try
        {
            return left > TimeSpan.Zero
                ? await entry.Load.Value.WaitAsync(left, time)
                : await stale.Load.Value;
        }
        catch (Exception) when (StaleOf(entry) is not null)
        {
            // A value that cannot be renewed is better than none, while it is not too old.
            return await stale.Load.Value;
        }
    }

    private Entry? StaleOf(Entry entry) =>
        entry.Previous is { IsLoaded: true } previous
        && time.GetElapsedTime(previous.StartedAt) < options.StaleLifetime
            ? previous
            : null;

    private Entry NewEntry(TKey key, Entry? previous)
    {
        var entry = new Entry(time.GetTimestamp(), previous);
        if (previous is not null)
        {
            // One expired value is enough; a chain of them would grow for ever.
            previous.Previous = null;
        }

        entry.Load = new Lazy<Task<TValue>>(() => Task.Run(() => LoadAsync(key, entry)));
        return entry;
    }

    private async Task<TValue> LoadAsync(TKey key, Entry entry)
    {
        var isKept = false;
        try
        {
            var value = await load(key);
            isKept = options.IsKept(value);
            return value;
        }
        finally
        {
            if (!isKept)
            {
                Withdraw(key, entry);
            }
        }
    }

    // After a failure the expired value stays, to be peeked at and to be returned.
    private void Withdraw(TKey key, Entry entry)
    {
        if (entry.Previous is { } previous)
        {
            _entries.TryUpdate(key, previous, entry);
        }
        else
        {
            _entries.TryRemove(KeyValuePair.Create(key, entry));
        }
    }

    // Age counts from the start of the load: the value may be as old as that.
    private bool IsFresh(Entry entry) =>
        !entry.Load.IsValueCreated
        || !entry.Load.Value.IsCompleted
        || time.GetElapsedTime(entry.StartedAt) < options.Lifetime;

    private void Evict()
    {
        if (_entries.Count < options.Capacity)
        {
            return;
        }

        foreach (var pair in _entries.Where(pair => !IsFresh(pair.Value) || IsExpendable(pair.Value)))
        {
            _entries.TryRemove(pair);
        }

        if (_entries.Count >= options.Capacity)
        {
            // Any will do: it is loaded again when it is needed.
            foreach (var pair in _entries.Take(1 + (options.Capacity / 8)))
            {
                _entries.TryRemove(pair);
            }
        }
    }

    private bool IsExpendable(Entry entry) => entry.IsLoaded && options.IsExpendable(entry.Load.Value.Result);

    private sealed class Entry(long startedAt, Entry? previous)
    {
        public long StartedAt { get; } = startedAt;

        public Lazy<Task<TValue>> Load { get; set; } = null!;

        public Entry? Previous { get; set; } = previous;

        public bool IsLoaded => Load.IsValueCreated && Load.Value.IsCompletedSuccessfully;
    }
}

/// <summary>How a <see cref="SingleFlightCache{TKey,TValue}"/> keeps its values.</summary>
/// <typeparam name="TValue">The value.</typeparam>
public sealed record SingleFlightCacheOptions<TValue>
{
    /// <summary>How long a value is returned, counted from the start of its load. Zero: only callers that wait for the
    /// same load share it.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>How long an expired value is returned where its renewal fails, or takes longer than
    /// <see cref="RenewalTimeout"/>; counted from the start of its load. Default zero: never.</summary>
    public TimeSpan StaleLifetime { get; init; }

    /// <summary>How long callers wait for a renewal before they get the expired value. Default 300 ms.</summary>
    public TimeSpan RenewalTimeout { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>The number of entries at which room is made: for each new one, expired and expendable entries are
    /// dropped, and if that is not enough, an eighth of the others.</summary>
    public required int Capacity { get; init; }

    /// <summary>Whether a loaded value is cached at all. Default: yes.</summary>
    public Func<TValue, bool> IsKept { get; init; } = _ => true;

    /// <summary>Whether an entry is dropped first when room is made. Default: no.</summary>
    public Func<TValue, bool> IsExpendable { get; init; } = _ => false;
}
