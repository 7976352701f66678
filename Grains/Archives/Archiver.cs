using System.Collections.Immutable;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Faults;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Grains.Archives;

/// <summary>What one archive took out of the database.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Folder">Its folder, in the directory of archives.</param>
/// <param name="Payments">How many payments it has.</param>
/// <param name="Carried">How many of the same time had something open, and stayed.</param>
public sealed record ArchiveResult(int Number, string Folder, long Payments, int Carried);

/// <summary>
/// Moves months of payments to files, with the owner's login, the oldest first: reads them in one snapshot, writes the
/// files, reads those back, and only then takes the partition out of the database, in one transaction that finds out
/// whether anything came since. A kill at any point leaves files without an archive, which the next run writes again,
/// or an archive whose small tables are yet to be cleaned, with which the next run begins.
/// </summary>
/// <param name="connectionString">The owner's login.</param>
/// <param name="options">What may be archived, and where to.</param>
public sealed class Archiver(string connectionString, ArchiveOptions options)
{
    // A month that ended long ago and changes again and again is a month that should not be archived yet.
    private const int MaxTries = 3;
    private const int CleaningPage = 1_000;

    private static readonly TimeSpan PauseBetweenPages = TimeSpan.FromMilliseconds(50);

    private readonly ArchiveStore _store = new(connectionString);

    /// <summary>Archives all months that are past the windows.</summary>
    /// <exception cref="ArchiveException">A month cannot be archived; those before it are.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<ImmutableArray<ArchiveResult>> RunAsync(CancellationToken cancellation = default)
    {
        var directory = ArchiveFiles.DirectoryOf(options);
        await using var connection = await _store.OpenAsync(cancellation);
        if (!await ArchiveStore.ReadAsync<bool>(
            connection, $"select pg_try_advisory_lock({ArchiveSql.Lock + 1})", cancellation))
        {
            throw new ArchiveException("Another process is archiving.");
        }

        var archived = ImmutableArray.CreateBuilder<ArchiveResult>();
        while (true)
        {
            await CleanAsync(connection, cancellation);
            if (await ArchiveNextAsync(connection, directory, cancellation) is not { } result)
            {
                return archived.ToImmutable();
            }

            archived.Add(result);
            FaultPoint.Reach(FaultPoint.ArchiveDetached);
        }
    }

    /// <summary>Whether a payment may leave: it is final, nothing of it is due or needs an operator, and it has not
    /// changed for as long as refunds and disputes can come.</summary>
    internal static bool MayLeave(PaymentState state, DateTimeOffset now, TimeSpan window) =>
        PaymentMapping.IsFinal(state)
        && state.Status is PaymentStatus.Success or PaymentStatus.Failed or PaymentStatus.Cancelled
            or PaymentStatus.Expired
        && PaymentAlarms.Of(state).IsEmpty
        && PaymentSchedule.NextActionAt(state, now) is null
        && state.UpdatedAt <= now - window;

    private async Task<ArchiveResult?> ArchiveNextAsync(
        NpgsqlConnection connection, string directory, CancellationToken cancellation)
    {
        var now = new DateTimeOffset(
            await ArchiveStore.ReadAsync<DateTime>(connection, "select now()", cancellation), TimeSpan.Zero);
        var partitions = await NextAsync(connection, now - options.Window, cancellation);
        if (partitions.IsEmpty)
        {
            return null;
        }

        for (var tries = 1; tries <= MaxTries; tries++)
        {
            var departing = await WriteAsync(connection, directory, partitions, now, cancellation);
            FaultPoint.Reach(FaultPoint.ArchiveWritten);
            var folder = await ArchiveFolder.OpenAsync(
                Path.Combine(directory, departing.Folder), departing.Manifest, cancellation);
            await folder.VerifyAsync(cancellation);
            FaultPoint.Reach(FaultPoint.ArchiveVerified);
            if (await ArchiveStore.TryDetachAsync(connection, departing, cancellation))
            {
                return new ArchiveResult(
                    departing.Number, departing.Folder, departing.Payments, departing.Carried.Length);
            }
        }

        throw new ArchiveException(
            $"Payments from before {partitions[^1].Until:yyyy-MM} change while they are archived.");
    }

    // The partition that earlier archives left, and the next month with payments; months without any go with it.
    private static async Task<ImmutableArray<PaymentPartition>> NextAsync(
        NpgsqlConnection connection, DateTimeOffset latest, CancellationToken cancellation)
    {
        var partitions = await ArchiveStore.PartitionsAsync(connection, cancellation);
        for (var index = 0; index < partitions.Length && partitions[index].Until <= latest; index++)
        {
            if (!ArchiveSql.IsRest(partitions[index].Name)
                && await ArchiveStore.ReadAsync<bool>(
                    connection,
                    $"select exists (select from payment_events_{partitions[index].Name})",
                    cancellation))
            {
                return partitions[..(index + 1)];
            }
        }

        return [];
    }

    private async Task<Departing> WriteAsync(
        NpgsqlConnection connection,
        string directory,
        ImmutableArray<PaymentPartition> partitions,
        DateTimeOffset now,
        CancellationToken cancellation)
    {
        var until = partitions[^1].Until;
        var number = await ArchiveStore.ReadAsync<int>(connection, ArchiveSql.NextNumber, cancellation);
        var folder = string.Create(CultureInfo.InvariantCulture, $"{number:0000}-until-{until:yyyy-MM}");
        await using var exports = await ArchiveExports.OpenAsync(
            _store, table => ArchiveStore.Where(table, partitions), cancellation);
        await using var writer = new ArchiveWriter(Path.Combine(directory, folder));
        var reader = new ArchivedPaymentReader(exports.Tables, skipsOthers: true);
        var carried = ImmutableArray.CreateBuilder<Guid>();
        var (events, transfers) = (0L, 0L);
        while (await reader.ReadAsync(cancellation) is { } payment)
        {
            events += payment.Lines[ArchiveTable.Events].Length;
            transfers += payment.Lines[ArchiveTable.Transfers].Length;
            if (MayLeave(payment.Fold(), now, options.Window))
            {
                await writer.AddAsync(payment, cancellation);
                continue;
            }

            carried.Add(Guid.Parse(payment.Id, CultureInfo.InvariantCulture));
            if (carried.Count > options.MaxCarried)
            {
                throw new ArchiveException(
                    $"More than {options.MaxCarried} payments from before {until:yyyy-MM} have something open "
                        + "(Archive:MaxCarried).");
            }
        }

        var manifest = await writer.CompleteAsync(number, until, carried.Count, cancellation);
        return new Departing(
            number,
            folder,
            manifest,
            partitions,
            carried.ToImmutable(),
            writer.Payments,
            (events, transfers),
            (writer.RowsOf(ArchiveTable.Events), writer.RowsOf(ArchiveTable.Transfers)));
    }

    // What belongs to archived payments and is in tables of all payments leaves afterwards, a page at a time.
    private static async Task CleanAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ArchiveSql.Uncleaned, connection);
        var archives = new List<(int Number, Guid UntilId)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                archives.Add((reader.GetInt32(0), reader.GetGuid(1)));
            }
        }

        foreach (var (number, untilId) in archives)
        {
            await ArchiveStore.DropAsync(connection, number, cancellation);
            FaultPoint.Reach(FaultPoint.ArchiveDropped);
            foreach (var leaving in ArchiveSql.Leaving)
            {
                await CleanAsync(connection, leaving, untilId, cancellation);
            }

            await using var done = new NpgsqlCommand(ArchiveSql.SetCleaned, connection);
            done.Parameters.Add(new NpgsqlParameter { Value = number });
            await done.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static async Task CleanAsync(
        NpgsqlConnection connection, LeavingRows leaving, Guid untilId, CancellationToken cancellation)
    {
        string[]? last = null;
        do
        {
            await using var batch = new NpgsqlBatch(connection);
            // A restore puts rows of a payment back into these tables.
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"select pg_advisory_xact_lock({ArchiveSql.Lock})"));
            var delete = new NpgsqlBatchCommand(leaving.DeletePage(isFirst: last is null));
            delete.Parameters.Add(new NpgsqlParameter { Value = untilId });
            delete.Parameters.Add(new NpgsqlParameter { Value = CleaningPage });
            if (last is not null)
            {
                delete.Parameters.Add(
                    new NpgsqlParameter { Value = last, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            }

            batch.BatchCommands.Add(delete);
            await using (var reader = await batch.ExecuteReaderAsync(cancellation))
            {
                await reader.NextResultAsync(cancellation);
                last = await reader.ReadAsync(cancellation) ? reader.GetFieldValue<string[]>(0) : null;
            }

            FaultPoint.Reach(FaultPoint.ArchiveCleaning);
            await Task.Delay(PauseBetweenPages, cancellation);
        }
        while (last is not null);
    }
}
