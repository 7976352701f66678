using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Journal;

/// <summary>The journal in PostgreSQL: one transaction for many decisions, each of them whole.</summary>
public sealed class PaymentStore : IPaymentJournal, IAsyncDisposable
{
    // No payment has been due for longer.
    private static readonly TimeSpan Always = TimeSpan.FromDays(36_500);

    private readonly PaymentDatabase _database;
    private readonly GroupCommit<PaymentCommit, CommitResult> _commits;

    /// <summary>Starts the writers.</summary>
    public PaymentStore(
        PaymentDatabase database,
        IOptions<JournalOptions> options,
        JournalMetrics metrics,
        TimeProvider time,
        ILogger<PaymentStore> logger)
    {
        _database = database;
        _commits = new GroupCommit<PaymentCommit, CommitResult>(
            options.Value, metrics, () => new GroupWriter<PaymentCommit, CommitResult>(
                database.Writes, () => new PaymentTransaction(), options.Value, metrics, time, logger));
        metrics.Watch("payments", () => _commits.Depth);
    }

    /// <inheritdoc/>
    public Task<CommitResult> AppendAsync(PaymentCommit commit)
    {
        CommitRules.Require(commit);
        return JournalTelemetry.IsTraced
            ? JournalTelemetry.TraceAsync(commit, _commits.AddAsync)
            : _commits.AddAsync(commit);
    }

    /// <inheritdoc/>
    public Task<StoredPayment?> LoadAsync(
        PaymentKey key, CancellationToken cancellation = default) => _database.ReadAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand(PaymentSql.Load, connection);
            command.Parameters.Add(Parameters.Of(key.Merchant));
            command.Parameters.Add(Parameters.Of(key.Payment.Value));
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            return await reader.ReadAsync(cancellation) ? await ReadAsync(key, reader, cancellation) : null;
        },
        cancellation);

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

    /// <summary>Completes what was appended.</summary>
    public ValueTask DisposeAsync() => _commits.DisposeAsync();

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

    private static async Task<StoredPayment> ReadAsync(
        PaymentKey key, NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var (version, row) = (reader.GetInt32(0), ReadRow(reader));
        var events = ImmutableArray.CreateBuilder<JournaledEvent>(version);
        do
        {
            events.Add(new JournaledEvent
            {
                Version = reader.GetInt32(12),
                Type = reader.GetString(13),
                At = Time(reader, 14),
                Data = reader.GetFieldValue<byte[]>(15),
                PublicType = reader.IsDBNull(16) ? null : reader.GetString(16),
            });
        }
        while (await reader.ReadAsync(cancellation));

        // Checked after each read: what is decided on a torn history would be written on top of it.
        for (var index = 0; index < events.Count; index++)
        {
            if (events[index].Version != index + 1)
            {
                throw new InvalidDataException($"Payment {key} lacks event {index + 1}.");
            }
        }

        return events.Count == version
            ? new StoredPayment { Version = version, Row = row, Events = events.ToImmutable() }
            : throw new InvalidDataException($"Payment {key} has version {version} and {events.Count} events.");
    }

    private static PaymentRow ReadRow(NpgsqlDataReader reader) => new()
    {
        OrderId = reader.GetString(1),
        CustomerId = reader.IsDBNull(2) ? null : reader.GetString(2),
        Status = (PaymentStatus)reader.GetInt16(3),
        Amount = Money.Of(reader.GetInt64(4), Currency.Parse(reader.GetString(5))),
        Method = reader.IsDBNull(6) ? null : (PaymentMethodKind)reader.GetInt16(6),
        AuthorizedMinor = reader.GetInt64(7),
        CapturedMinor = reader.GetInt64(8),
        RefundedMinor = reader.GetInt64(9),
        CreatedAt = Time(reader, 10),
        UpdatedAt = Time(reader, 11),
    };

    private static DateTimeOffset Time(NpgsqlDataReader reader, int column) =>
        new(reader.GetDateTime(column), TimeSpan.Zero);
}
