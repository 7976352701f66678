using Npgsql;
using NpgsqlTypes;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Audit;

/// <summary>Links entries into trails. A trail has one writer at a time, whichever silo it is on; nothing that a
/// payment waits for comes here.</summary>
/// <param name="database">The store.</param>
/// <param name="reads">What readers wait in.</param>
/// <param name="time">Dates ids.</param>
public sealed class AuditWriter(PaymentDatabase database, MerchantReads reads, TimeProvider time)
{
    /// <summary>How many queued changes are linked at once.</summary>
    internal const int Batch = 200;

    /// <summary>Links an entry, once: a second one of its change and kind has no effect.</summary>
    /// <exception cref="JournalUnavailableException">The database is unavailable; whether the entry is linked is
    /// unknown.</exception>
    internal Task AppendAsync(string merchant, AuditDraft draft) => WriteAsync(
        merchant,
        async connection => await ExistsAsync(connection, merchant, draft) ? [] : [draft]);

    /// <summary>Links changes of payments that are queued, <see cref="Batch"/> at most.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    public Task<int> LinkQueuedAsync(string merchant) =>
        WriteAsync(merchant, connection => TakeQueuedAsync(connection, merchant));

    /// <summary>The same for a reader, who may be one of many: in the merchant's share of reads, so that those who wait
    /// for the trail hold no connection that payments are loaded with.</summary>
    /// <exception cref="JournalOverloadedException">The merchant has too many reads under way.</exception>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    public Task<int> LinkForReaderAsync(string merchant) => reads.ReadAsync(
        merchant, connection => WriteAsync(connection, merchant, one => TakeQueuedAsync(one, merchant)));

    private async Task<int> WriteAsync(
        string merchant, Func<NpgsqlConnection, Task<IReadOnlyList<AuditDraft>>> drafts)
    {
        try
        {
            return await database.ReadAsync(
                connection => WriteAsync(connection, merchant, drafts), CancellationToken.None);
        }
        catch (PostgresException exception) when (StoreFaults.IsLock(exception))
        {
            throw new JournalUnavailableException(exception);
        }
    }

    private static async Task<int> WriteAsync(
        NpgsqlConnection connection,
        string merchant,
        Func<NpgsqlConnection, Task<IReadOnlyList<AuditDraft>>> drafts)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await LockAsync(connection, merchant);
        var linked = await LinkAsync(connection, merchant, await drafts(connection));
        await transaction.CommitAsync();
        return linked;
    }

    private static async Task LockAsync(NpgsqlConnection connection, string merchant)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(AuditSql.Settings);
        batch.Add(AuditSql.Lock, Parameters.Of(merchant));
        await batch.ExecuteNonQueryAsync();
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string merchant, AuditDraft draft)
    {
        await using var command = new NpgsqlCommand(AuditSql.Exists, connection);
        command.Parameters.Add(Parameters.Of(merchant));
        command.Parameters.Add(Parameters.Of(draft.Change.Value));
        command.Parameters.Add(Parameters.Of((short)draft.Kind));
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    private async Task<IReadOnlyList<AuditDraft>> TakeQueuedAsync(NpgsqlConnection connection, string merchant)
    {
        await using var command = new NpgsqlCommand(AuditSql.TakeQueued, connection);
        command.Parameters.Add(Parameters.Of(merchant));
        command.Parameters.Add(Parameters.Of(Batch));
        await using var reader = await command.ExecuteReaderAsync();
        var drafts = new List<AuditDraft>();
        while (await reader.ReadAsync())
        {
            drafts.Add(new AuditDraft
            {
                Change = ChangeId.New(time),
                Kind = AuditEntryKind.Whole,
                Outcome = AuditOutcome.Done,
                At = new DateTimeOffset(reader.GetDateTime(1), TimeSpan.Zero),
                Action = reader.GetString(2),
                By = new Actor(reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4)),
                Subject = new PaymentId { Value = reader.GetGuid(0) }.ToString(),
                Detail = reader.IsDBNull(5) ? null : reader.GetString(5),
            });
        }

        return drafts;
    }

    private static async Task<int> LinkAsync(
        NpgsqlConnection connection, string merchant, IReadOnlyList<AuditDraft> drafts)
    {
        if (drafts.Count == 0)
        {
            return 0;
        }

        var (now, last, seal) = await HeadAsync(connection, merchant);
        await using var batch = new NpgsqlBatch(connection);
        // A clock that was set back adds to the last day.
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var day = last is { } open && open.Day >= today ? open : Next(last, today);
        if (last is { } before && before.Day < day.Day)
        {
            batch.Add(
                AuditSql.SealDay, Parameters.Of(merchant), Of(before.Day),
                Of(AuditChain.SealOf(seal ?? AuditChain.Start, merchant, before)));
        }

        foreach (var draft in drafts)
        {
            var entry = new AuditEntry(
                merchant, day.Last + 1, day.Day, new DateTimeOffset(StoredTime.Of(draft.At ?? now)), draft);
            var hash = AuditChain.HashOf(day.LastHash, entry);
            AddEntry(batch, entry, hash);
            day = day with { Last = entry.Position, LastHash = hash };
        }

        batch.Add(
            AuditSql.UpsertDay,
            Parameters.Of(merchant), Of(day.Day), Parameters.Of(day.First), Parameters.Of(day.Last), Of(day.LastHash));
        await batch.ExecuteNonQueryAsync();
        return drafts.Count;
    }

    // A day before its first entry.
    private static AuditDay Next(AuditDay? last, DateOnly day) =>
        new(day, (last?.Last ?? 0) + 1, last?.Last ?? 0, AuditChain.Start, null);

    private static async Task<(DateTimeOffset Now, AuditDay? Last, byte[]? Seal)> HeadAsync(
        NpgsqlConnection connection, string merchant)
    {
        await using var command = new NpgsqlCommand(AuditSql.Head, connection);
        command.Parameters.Add(Parameters.Of(merchant));
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (
            new DateTimeOffset(reader.GetDateTime(0), TimeSpan.Zero),
            reader.IsDBNull(1)
                ? null
                : new AuditDay(
                    reader.GetFieldValue<DateOnly>(1), reader.GetInt64(2), reader.GetInt64(3),
                    reader.GetFieldValue<byte[]>(4), null),
            reader.IsDBNull(5) ? null : reader.GetFieldValue<byte[]>(5));
    }

    private static void AddEntry(NpgsqlBatch batch, AuditEntry entry, byte[] hash)
    {
        var content = entry.Content;
        var (merchant, change) = (Parameters.Of(entry.Merchant), content.Change.Value);
        batch.Add(
            AuditSql.InsertEntry,
            merchant,
            Parameters.Of(entry.Position),
            Of(entry.Day),
            Parameters.Of(entry.At),
            Parameters.Of((short)content.Kind),
            OfNullable((short?)content.Outcome),
            Parameters.Of(change),
            Parameters.Of(content.Action),
            Parameters.Of(content.By.Id),
            AuditReader.OfNullable(content.By.Address),
            AuditReader.OfNullable(content.Subject),
            AuditReader.OfNullable(content.Detail),
            Of(hash));
        if (content.Kind == AuditEntryKind.Intent)
        {
            batch.Add(
                AuditSql.InsertOpen, Parameters.Of(entry.Merchant), Parameters.Of(change), Parameters.Of(entry.At),
                Parameters.Of(content.Action), AuditReader.OfNullable(content.Subject));
        }
        else if (content.Kind == AuditEntryKind.Outcome)
        {
            batch.Add(AuditSql.DeleteOpen, Parameters.Of(entry.Merchant), Parameters.Of(change));
        }
    }

    private static NpgsqlParameter Of(DateOnly day) =>
        new NpgsqlParameter<DateOnly> { TypedValue = day, NpgsqlDbType = NpgsqlDbType.Date };

    private static NpgsqlParameter Of(byte[] bytes) =>
        new NpgsqlParameter<byte[]> { TypedValue = bytes, NpgsqlDbType = NpgsqlDbType.Bytea };

    private static NpgsqlParameter OfNullable(short? value) =>
        new() { Value = value is { } some ? some : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint };
}
