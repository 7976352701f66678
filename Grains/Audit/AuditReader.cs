using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Audit;

/// <summary>Reads trails.</summary>
/// <param name="reads">Reads over many rows.</param>
/// <param name="database">The store.</param>
public sealed class AuditReader(MerchantReads reads, PaymentDatabase database)
{
    private const int MaxLimit = 100;
    private const int EntriesAtOnce = 1000;

    /// <summary>A part of a trail.</summary>
    /// <exception cref="JournalOverloadedException">The merchant has too many reads under way.</exception>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    public Task<AuditPage> ListAsync(string merchant, AuditQuery query) => reads.ReadAsync(
        merchant,
        async connection =>
        {
            var limit = Math.Clamp(query.Limit, 1, MaxLimit);
            var changes = ImmutableArray.CreateBuilder<AuditChangeView>();
            await using (var command = ListCommand(connection, merchant, query, limit))
            {
                await using var reader = await command.ExecuteReaderAsync();
                while (await reader.ReadAsync())
                {
                    changes.Add(ReadChange(reader));
                }
            }

            return new AuditPage
            {
                Changes = changes.ToImmutable(),
                Next = changes.Count == limit ? changes[^1].Position : null,
                Unlinked = await CountQueuedAsync(connection, merchant),
            };
        });

    /// <summary>Computes a trail again, a part at a time. What is linked meanwhile may be left out.</summary>
    /// <exception cref="JournalOverloadedException">The merchant has too many reads under way.</exception>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    public async Task<AuditVerification> VerifyAsync(string merchant)
    {
        var verifier = new AuditVerifier(merchant, await reads.ReadAsync(merchant, connection => DaysAsync(
            connection, merchant)));
        var unlinked = await reads.ReadAsync(merchant, connection => CountQueuedAsync(connection, merchant));
        while (verifier.Continues)
        {
            var from = verifier.Position;
            verifier.Add(await reads.ReadAsync(merchant, connection => EntriesAsync(connection, merchant, from)));
        }

        return verifier.Result with { Unlinked = unlinked };
    }

    /// <summary>The changes of a trail that have no outcome.</summary>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    internal Task<ImmutableArray<AuditChange>> OpenAsync(string merchant) => database.ReadAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand(AuditSql.Open, connection);
            command.Parameters.Add(Parameters.Of(merchant));
            await using var reader = await command.ExecuteReaderAsync();
            var open = ImmutableArray.CreateBuilder<AuditChange>();
            while (await reader.ReadAsync())
            {
                open.Add(new AuditChange(
                    new ChangeId { Value = reader.GetGuid(0) }, merchant, reader.GetString(1), Text(reader, 2)));
            }

            return open.ToImmutable();
        },
        CancellationToken.None);

    /// <summary>The changes of all trails that have been open for a while, and for how long.</summary>
    internal Task<ImmutableArray<(AuditChange Change, TimeSpan Age)>> LongOpenAsync(TimeSpan age) =>
        database.ReadAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(AuditSql.LongOpen, connection);
                command.Parameters.Add(Parameters.Of(age));
                await using var reader = await command.ExecuteReaderAsync();
                var open = ImmutableArray.CreateBuilder<(AuditChange, TimeSpan)>();
                while (await reader.ReadAsync())
                {
                    open.Add((
                        new AuditChange(
                            new ChangeId { Value = reader.GetGuid(1) }, reader.GetString(0), reader.GetString(2),
                            Text(reader, 3)),
                        reader.GetTimeSpan(4)));
                }

                return open.ToImmutable();
            },
            CancellationToken.None);

    /// <summary>The merchants with changes of payments that are not linked yet.</summary>
    internal Task<ImmutableArray<string>> QueuedMerchantsAsync() => database.ReadAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand(AuditSql.QueuedMerchants, connection);
            await using var reader = await command.ExecuteReaderAsync();
            var merchants = ImmutableArray.CreateBuilder<string>();
            while (await reader.ReadAsync())
            {
                merchants.Add(reader.GetString(0));
            }

            return merchants.ToImmutable();
        },
        CancellationToken.None);

    /// <summary>The first entries of a trail.</summary>
    internal Task<ImmutableArray<(AuditEntry Entry, byte[] Hash)>> EntriesAsync(string merchant) => reads.ReadAsync(
        merchant, connection => EntriesAsync(connection, merchant, after: 0));

    internal static NpgsqlParameter OfNullable(string? value) =>
        new() { Value = value is null ? DBNull.Value : value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter OfNullable(DateTimeOffset? value) => new()
    {
        Value = value is { } time ? StoredTime.Of(time) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz,
    };

    private static NpgsqlCommand ListCommand(
        NpgsqlConnection connection, string merchant, AuditQuery query, int limit) =>
        new(AuditSql.List, connection)
        {
            Parameters =
            {
                Parameters.Of(merchant),
                Parameters.Of(query.Before ?? long.MaxValue),
                OfNullable(query.Action is { } action ? AuditNames.Of(action) : null),
                OfNullable(query.Actor),
                OfNullable(query.Subject),
                OfNullable(query.From),
                OfNullable(query.To),
                Parameters.Of(limit),
            },
        };

    private static AuditChangeView ReadChange(NpgsqlDataReader reader) => new()
    {
        Position = reader.GetInt64(0),
        Id = new ChangeId { Value = reader.GetGuid(1) },
        Action = reader.GetString(2),
        At = new DateTimeOffset(reader.GetDateTime(3), TimeSpan.Zero),
        Actor = reader.GetString(4),
        Address = Text(reader, 5),
        Subject = Text(reader, 6),
        Detail = Text(reader, 7),
        Outcome = reader.IsDBNull(8) ? null : (AuditOutcome)reader.GetInt16(8),
        Hash = Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(9)),
    };

    private static async Task<long> CountQueuedAsync(NpgsqlConnection connection, string merchant)
    {
        await using var command = new NpgsqlCommand(AuditSql.CountQueued, connection);
        command.Parameters.Add(Parameters.Of(merchant));
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<ImmutableArray<AuditDay>> DaysAsync(NpgsqlConnection connection, string merchant)
    {
        await using var command = new NpgsqlCommand(AuditSql.Days, connection);
        command.Parameters.Add(Parameters.Of(merchant));
        await using var reader = await command.ExecuteReaderAsync();
        var days = ImmutableArray.CreateBuilder<AuditDay>();
        while (await reader.ReadAsync())
        {
            days.Add(new AuditDay(
                reader.GetFieldValue<DateOnly>(0), reader.GetInt64(1), reader.GetInt64(2),
                reader.GetFieldValue<byte[]>(3), reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4)));
        }

        return days.ToImmutable();
    }

    private static async Task<ImmutableArray<(AuditEntry Entry, byte[] Hash)>> EntriesAsync(
        NpgsqlConnection connection, string merchant, long after)
    {
        await using var command = new NpgsqlCommand(AuditSql.Entries, connection);
        command.Parameters.Add(Parameters.Of(merchant));
        command.Parameters.Add(Parameters.Of(after));
        command.Parameters.Add(Parameters.Of(EntriesAtOnce));
        await using var reader = await command.ExecuteReaderAsync();
        var entries = ImmutableArray.CreateBuilder<(AuditEntry, byte[])>();
        while (await reader.ReadAsync())
        {
            entries.Add((ReadEntry(merchant, reader), reader.GetFieldValue<byte[]>(11)));
        }

        return entries.ToImmutable();
    }

    private static AuditEntry ReadEntry(string merchant, NpgsqlDataReader reader) => new(
        merchant,
        reader.GetInt64(0),
        reader.GetFieldValue<DateOnly>(1),
        new DateTimeOffset(reader.GetDateTime(2), TimeSpan.Zero),
        new AuditDraft
        {
            Kind = (AuditEntryKind)reader.GetInt16(3),
            Outcome = reader.IsDBNull(4) ? null : (AuditOutcome)reader.GetInt16(4),
            Change = new ChangeId { Value = reader.GetGuid(5) },
            Action = reader.GetString(6),
            By = new Actor(reader.GetString(7), Text(reader, 8)),
            Subject = Text(reader, 9),
            Detail = Text(reader, 10),
        });

    private static string? Text(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);
}
