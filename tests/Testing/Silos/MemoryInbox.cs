using System.Collections.Concurrent;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Testing.Silos;

/// <summary>An inbox in memory, with a yield where the real one goes to the database.</summary>
internal sealed class MemoryInbox : IWebhookInbox
{
    private readonly ConcurrentDictionary<(string, string, string), InboxEntry> _entries = new();

    public ICollection<InboxEntry> Entries => _entries.Values;

    public async Task<bool> ExistsAsync(
        string merchant, string provider, string eventId, CancellationToken cancellation = default)
    {
        await Task.Yield();
        return _entries.ContainsKey((merchant, provider, eventId));
    }

    public async Task<bool> RecordAsync(InboxEntry entry)
    {
        await Task.Yield();
        return _entries.TryAdd((entry.Merchant, entry.Provider, entry.EventId), entry);
    }
}
