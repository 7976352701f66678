using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Journal;

/// <summary>The journal in PostgreSQL: one transaction for many decisions, each of them whole.</summary>
public sealed class PaymentStore : IPaymentJournal, IAsyncDisposable
{
    // No payment has been due for longer.
    private static readonly TimeSpan Always = TimeSpan.FromDays(36_500);

    private readonly PaymentDatabase _database;
    private readonly IPaymentArchive? _archive;
    private readonly GroupCommit<PaymentCommit, CommitResult> _commits;
    private readonly GroupLoad _loads;
    private readonly int _reserved;

    /// <summary>Starts the writers and the readers.</summary>
    /// <param name="database">The connections.</param>
    /// <param name="options">How commits are grouped.</param>
    /// <param name="metrics">The figures.</param>
    /// <param name="time">Paces reconnects.</param>
    /// <param name="logger">Logs what happens to connections.</param>
    /// <param name="archive">Where archived payments are; null where they are not restored.</param>
    public PaymentStore(
        PaymentDatabase database,
        IOptions<JournalOptions> options,
        JournalMetrics metrics,
        TimeProvider time,
        ILogger<PaymentStore> logger,
        IPaymentArchive? archive = null)
    {
        (_database, _archive) = (database, archive);
        _reserved = options.Value.QueueLimit * options.Value.ReservedPercent / 100;
        _commits = new GroupCommit<PaymentCommit, CommitResult>(
            options.Value, metrics, () => new GroupWriter<PaymentCommit, CommitResult>(
                database.Writes, () => new PaymentTransaction(), options.Value, metrics, time, logger));
        metrics.Watch("payments", () => _commits.Depth);
        _loads = new GroupLoad(database, options.Value, metrics, time);
    }

    /// <inheritdoc/>
    public Task<CommitResult> AppendAsync(PaymentCommit commit)
    {
        CommitRules.Require(commit);
        return JournalTelemetry.IsTraced
            ? JournalTelemetry.TraceAsync(commit, QueueAsync)
            : QueueAsync(commit);
    }

    // A payment that is not accepted is tried again by its client; what was accepted and happened to it is lost.
    private Task<CommitResult> QueueAsync(PaymentCommit commit) =>
        _commits.AddAsync(commit, leaves: commit.ExpectedVersion == 0 ? _reserved : 0);

    /// <inheritdoc/>
    public Task<StoredPayment?> LoadAsync(PaymentKey key, CancellationToken cancellation = default) =>
        _loads.AddAsync(key).WaitAsync(cancellation);

    /// <inheritdoc/>
    public Task<bool> RestoreAsync(PaymentKey key, CancellationToken cancellation = default) => _archive is null
        ? Task.FromResult(false)
        : _database.ReadAsync(
            connection => _archive.RestoreAsync(connection, key.Payment.Value, cancellation), cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<DuePayment>> ClaimDueAsync(
        int limit, TimeSpan lease, TimeSpan? within = null, CancellationToken cancellation = default) => ReadAsync(
        PaymentSql.ClaimDue,
        () => [Parameters.Of(limit), Parameters.Of(lease), Parameters.Of(within ?? Always)],
        ReadDue,
        cancellation);

    /// <inheritdoc/>
    public async Task<DueMerchantsPage> FindDueMerchantsAsync(
        DueLane lane, string after, int limit, CancellationToken cancellation = default)
    {
        string? last = null;
        var merchants = await ReadAsync(
            PaymentSql.FindDueMerchants,
            () => [Parameters.Of((short)lane), Parameters.Of(after), Parameters.Of(limit)],
            reader =>
            {
                var found = new DueMerchant(reader.GetString(0), reader.GetTimeSpan(1));
                last = reader.GetInt32(2) == limit ? found.Merchant : last;
                return found;
            },
            cancellation);
        return new DueMerchantsPage(merchants.RemoveAll(found => found.Overdue < TimeSpan.Zero), last);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<DuePayment>> ClaimDueOfAsync(
        DueLane lane,
        ImmutableArray<string> merchants,
        int share,
        TimeSpan lease,
        CancellationToken cancellation = default) => ReadAsync(
        PaymentSql.ClaimDueOf,
        () => [Parameters.Of((short)lane), Parameters.Of([.. merchants]), Parameters.Of(share), Parameters.Of(lease)],
        ReadDue,
        cancellation);

    /// <summary>Completes what was appended and what is being loaded.</summary>
    public async ValueTask DisposeAsync()
    {
        await _commits.DisposeAsync();
        await _loads.DisposeAsync();
    }

    private Task<ImmutableArray<T>> ReadAsync<T>(
        string sql,
        Func<ImmutableArray<NpgsqlParameter>> parameters,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellation) =>
        _database.ReadAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(sql, connection);
                // New ones each time: a query that failed is run again, and a parameter belongs to one command.
                command.Parameters.AddRange(parameters().AsSpan().ToArray());
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                var rows = ImmutableArray.CreateBuilder<T>();
                while (await reader.ReadAsync(cancellation))
                {
                    rows.Add(read(reader));
                }

                return rows.ToImmutable();
            },
            cancellation);

    private static DuePayment ReadDue(NpgsqlDataReader reader) => new(
        PaymentKey.Of(reader.GetString(0), new PaymentId { Value = reader.GetGuid(1) }),
        (DueLane)reader.GetInt16(2),
        reader.GetTimeSpan(3));
}
