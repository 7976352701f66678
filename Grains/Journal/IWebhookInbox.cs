using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Journal;

/// <summary>The events of providers that were processed. What it returns is durable. <see cref="InboxStore"/> is the
/// one of the product.</summary>
public interface IWebhookInbox
{
    /// <summary>Whether the event was processed before.</summary>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    Task<bool> ExistsAsync(string merchant, string provider, string eventId, CancellationToken cancellation = default);

    /// <summary>Records an event. False: it was recorded before, and that row stays.</summary>
    /// <exception cref="JournalOverloadedException">Too much is queued already.</exception>
    /// <exception cref="JournalUnavailableException">The database is unavailable; the entry may or may not be
    /// there.</exception>
    Task<bool> RecordAsync(InboxEntry entry);
}
