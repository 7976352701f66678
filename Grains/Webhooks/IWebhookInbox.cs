using PaymentCluster.Grains.Abstractions.Webhooks;

namespace PaymentCluster.Grains.Webhooks;

/// <summary>Which events of providers were taken in. What it answers is durable.</summary>
public interface IWebhookInbox
{
    /// <summary>Whether the event was taken in before.</summary>
    Task<bool> ExistsAsync(string merchant, string provider, string eventId);

    /// <summary>Takes an event in. False: it was taken in before, and that entry stands.</summary>
    Task<bool> RecordAsync(InboxEntry entry);
}

/// <summary>An event of a provider's, taken in.</summary>
public sealed record InboxEntry
{
    /// <summary>The merchant's id.</summary>
    public required string Merchant { get; init; }

    /// <summary>The provider's name.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's id of the event; with the two above it is the entry's identity.</summary>
    public required string EventId { get; init; }

    /// <summary>When it came in.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>What became of it.</summary>
    public required WebhookFate Fate { get; init; }

    /// <summary>What it is about: an attempt, a refund, or the provider's name of its type.</summary>
    public required string Detail { get; init; }

    /// <summary>The body, byte for byte, of a parked event alone: an operator has to read it.</summary>
    public byte[]? Body { get; init; }
}
