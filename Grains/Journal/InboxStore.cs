using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Webhooks;

namespace PaymentCluster.Grains.Journal;

/// <summary>A provider's webhook, as it is remembered.</summary>
public sealed record InboxEntry
{
    /// <summary>Whose.</summary>
    public required string Merchant { get; init; }

    /// <summary>From whom.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's id of the event.</summary>
    public required string EventId { get; init; }

    /// <summary>When it came in.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>What became of it.</summary>
    public required WebhookFate Fate { get; init; }

    /// <summary>More about that, for an operator; nothing secret.</summary>
    public string? Detail { get; init; }

    /// <summary>The body; only of parked ones.</summary>
    public byte[]? Body { get; init; }
}

/// <summary>The webhooks that were processed. Rows are written by a group commit of their own.</summary>
public sealed class InboxStore : IWebhookInbox, IAsyncDisposable
{
    private readonly PaymentDatabase _database;
    private readonly GroupCommit<InboxEntry, bool> _commits;

    /// <summary>Starts the writer.</summary>
    public InboxStore(
        PaymentDatabase database,
        IOptions<JournalOptions> options,
        JournalMetrics metrics,
        TimeProvider time,
        ILogger<InboxStore> logger)
    {
        _database = database;
        _commits = new GroupCommit<InboxEntry, bool>(options.Value, metrics, () => new GroupWriter<InboxEntry, bool>(
            database.Writes, () => new InboxTransaction(), options.Value, metrics, time, logger));
        metrics.Watch("inbox", () => _commits.Depth);
    }

    /// <summary>Remembers a webhook, durably.</summary>
    /// <returns>False if its event was recorded before; that row stays. After a lost response that may have been this
    /// call.</returns>
    /// <exception cref="JournalOverloadedException">Too much is queued already.</exception>
    /// <exception cref="JournalUnavailableException">The database is unavailable; the row may or may not be
    /// there.</exception>
    public Task<bool> RecordAsync(InboxEntry entry) => _commits.AddAsync(entry);

    /// <summary>Whether an event was processed before.</summary>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    public Task<bool> ExistsAsync(
        string merchant, string provider, string eventId, CancellationToken cancellation = default) =>
        _database.ReadAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(PaymentSql.InboxExists, connection);
                command.Parameters.Add(Parameters.Of(merchant));
                command.Parameters.Add(Parameters.Of(provider));
                command.Parameters.Add(Parameters.Of(eventId));
                return await command.ExecuteScalarAsync(cancellation) is true;
            },
            cancellation);

    /// <summary>Completes what was recorded.</summary>
    public ValueTask DisposeAsync() => _commits.DisposeAsync();
}
