using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Grains.Merchants;

/// <summary>
/// What one silo remembers of merchants: a payment asks here several times, and a merchant's grain must not be the
/// queue that all its payments stand in. Callers that miss at the same time share one question. A change is seen at
/// once on the silo that made it, and within <see cref="MerchantDirectoryOptions.Lifetime"/> on the others.
/// </summary>
/// <param name="grains">Asks the merchants.</param>
/// <param name="cipher">Opens their credentials.</param>
/// <param name="options">For how long, and how many.</param>
/// <param name="time">When it is.</param>
public sealed class MerchantDirectory(
    IGrainFactory grains, CredentialCipher cipher, IOptions<MerchantDirectoryOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>How many merchants it remembers now.</summary>
    internal int Count => _entries.Count;

    /// <summary>A merchant; null if there is none. That there is none is not remembered: guesses would push out those
    /// there are.</summary>
    public async ValueTask<MerchantProfile?> GetAsync(string merchant)
    {
        if (!MerchantForm.IsId(merchant))
        {
            return null;
        }

        while (true)
        {
            if (_entries.TryGetValue(merchant, out var entry))
            {
                if (IsUsable(entry))
                {
                    return await entry.Profile.Value;
                }

                var renewed = NewEntry(merchant);
                if (_entries.TryUpdate(merchant, renewed, entry))
                {
                    return await renewed.Profile.Value;
                }
            }
            else
            {
                MakeRoom();
                var added = NewEntry(merchant);
                if (_entries.TryAdd(merchant, added))
                {
                    return await added.Profile.Value;
                }
            }
        }
    }

    /// <summary>Asks the merchant anew at the next call.</summary>
    public void Forget(string merchant) => _entries.TryRemove(merchant, out _);

    private Entry NewEntry(string merchant)
    {
        var entry = new Entry { AskedAt = time.GetTimestamp() };
        // Off the caller's scheduler: the answer is everybody's, and must not wait for the turn of the grain that asked
        // first.
        entry.Profile = new Lazy<Task<MerchantProfile?>>(() => Task.Run(() => AskAsync(merchant, entry)));
        return entry;
    }

    private async Task<MerchantProfile?> AskAsync(string merchant, Entry entry)
    {
        MerchantProfile? profile = null;
        try
        {
            var settings = await grains.GetGrain<IMerchantGrain>(merchant).Settings();
            profile = settings is null ? null : new MerchantProfile(merchant, settings, cipher);
            return profile;
        }
        finally
        {
            if (profile is null)
            {
                _entries.TryRemove(new KeyValuePair<string, Entry>(merchant, entry));
            }
        }
    }

    private bool IsUsable(Entry entry) =>
        !entry.Profile.IsValueCreated
        || !entry.Profile.Value.IsCompleted
        || time.GetElapsedTime(entry.AskedAt) < options.Value.Lifetime;

    private void MakeRoom()
    {
        if (_entries.Count < options.Value.Capacity)
        {
            return;
        }

        foreach (var old in _entries.Where(pair => !IsUsable(pair.Value)))
        {
            _entries.TryRemove(old);
        }

        if (_entries.Count >= options.Value.Capacity)
        {
            // Any will do: it is asked again when it is needed.
            foreach (var any in _entries.Take(1 + (options.Value.Capacity / 8)))
            {
                _entries.TryRemove(any);
            }
        }
    }

    private sealed class Entry
    {
        public required long AskedAt { get; init; }

        public Lazy<Task<MerchantProfile?>> Profile { get; set; } = null!;
    }
}

/// <summary>The section <c>MerchantDirectory</c>.</summary>
public sealed class MerchantDirectoryOptions
{
    /// <summary>How long a merchant is remembered: 3 s. A change of its settings may take as long to reach another
    /// silo.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How many merchants are remembered: 10000.</summary>
    public int Capacity { get; set; } = 10_000;
}
