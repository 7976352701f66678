using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Journal;

/// <summary>Which events of providers were taken in. What it answers is durable. <see cref="InboxStore"/> is the one of
/// the product.</summary>
public interface IWebhookInbox
{
    /// <summary>Whether the event was taken in before.</summary>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    Task<bool> ExistsAsync(string merchant, string provider, string eventId, CancellationToken cancellation = default);

    /// <summary>Takes an event in. False: it was taken in before, and that entry stands.</summary>
    /// <exception cref="JournalOverloadedException">Too much is queued already.</exception>
    /// <exception cref="JournalUnavailableException">The database is unavailable; the entry may or may not be
    /// there.</exception>
    Task<bool> RecordAsync(InboxEntry entry);
}
