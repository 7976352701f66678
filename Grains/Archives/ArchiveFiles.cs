using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Archives;

/// <summary>Restores payments from the archives' files, with the application's login or the owner's: it inserts what
/// the files have of them, and nothing else.</summary>
/// <param name="options">Where the archives are.</param>
public sealed class ArchiveFiles(IOptions<ArchiveOptions> options) : IPaymentArchive
{
    private const int RestoreBatch = 500;

    /// <inheritdoc/>
    public async Task<bool> RestoreAsync(
        NpgsqlConnection connection, Guid payment, CancellationToken cancellation = default)
    {
        if (string.IsNullOrEmpty(options.Value.Directory))
        {
            return false;
        }

        try
        {
            return await FindAsync(connection, payment, cancellation) is { } found
                && await InsertAsync(connection, [found], cancellation) >= 0;
        }
        catch (Exception exception) when (exception is ArchiveException or IOException or InvalidDataException)
        {
            // The directory is elsewhere now, or a disk failed: the caller may try again.
            throw new JournalUnavailableException(exception);
        }
    }

    /// <summary>Restores all payments of an archive that are not in the database; returns how many that were.</summary>
    /// <exception cref="ArchiveException">There is no such archive, or it is damaged; those restored before
    /// stay.</exception>
    public async Task<long> RestoreAllAsync(
        NpgsqlConnection connection, int number, CancellationToken cancellation = default)
    {
        var folders = await FoldersAsync(
            connection, ArchiveSql.ArchiveOfNumber, new NpgsqlParameter { Value = number }, cancellation);
        var folder = folders is [var only]
            ? await OpenAsync(only, cancellation)
            : throw new ArchiveException($"There is no archive {number}.");
        await folder.VerifyAsync(cancellation);
        var (restored, batch) = (0L, new List<ArchivedPayment>());
        await foreach (var payment in folder.ReadAsync(cancellation))
        {
            batch.Add(payment);
            if (batch.Count == RestoreBatch)
            {
                restored += await InsertAsync(connection, batch, cancellation);
                batch.Clear();
            }
        }

        return restored + await InsertAsync(connection, batch, cancellation);
    }

    internal static string DirectoryOf(ArchiveOptions options) => options.Directory switch
    {
        null or "" => throw new ArchiveException("Archive:Directory is missing: the directory of the archives."),
        var directory when !System.IO.Directory.Exists(directory) =>
            throw new ArchiveException($"Archive:Directory is not there: '{directory}'."),
        var directory => Path.GetFullPath(directory),
    };

    private async Task<ArchivedPayment?> FindAsync(
        NpgsqlConnection connection, Guid payment, CancellationToken cancellation)
    {
        foreach (var folder in await FoldersAsync(
            connection, ArchiveSql.ArchivesOf, new NpgsqlParameter { Value = payment }, cancellation))
        {
            if (await (await OpenAsync(folder, cancellation)).FindAsync(payment, cancellation) is { } found)
            {
                // Whole, before anything is built on it.
                found.Fold();
                return found;
            }
        }

        return null;
    }

    private Task<ArchiveFolder> OpenAsync((string Folder, byte[] Manifest) archive, CancellationToken cancellation) =>
        ArchiveFolder.OpenAsync(
            Path.Combine(DirectoryOf(options.Value), archive.Folder), archive.Manifest, cancellation);

    private static async Task<ImmutableArray<(string Folder, byte[] Manifest)>> FoldersAsync(
        NpgsqlConnection connection, string sql, NpgsqlParameter parameter, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { parameter } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var folders = ImmutableArray.CreateBuilder<(string, byte[])>();
        while (await reader.ReadAsync(cancellation))
        {
            folders.Add((reader.GetString(1), reader.GetFieldValue<byte[]>(2)));
        }

        return folders.ToImmutable();
    }

    // Those that are there already stay as they are. No archive takes anything out meanwhile.
    private static async Task<int> InsertAsync(
        NpgsqlConnection connection, List<ArchivedPayment> payments, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({ArchiveSql.Lock})", cancellation);
        var present = await PresentAsync(connection, payments, cancellation);
        var missing = payments.FindAll(payment => !present.Contains(payment.Id));
        if (missing.Count > 0)
        {
            for (var table = ArchiveTable.Events; table < ArchiveTable.All.Length; table++)
            {
                // Keys and outbox rows leave after their payment, so that some may be there.
                var mayExist = table is not (ArchiveTable.Events or ArchiveTable.Transfers);
                await InsertAsync(connection, table, missing, mayExist, cancellation);
            }

            await SubtractBalancesAsync(connection, missing, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return missing.Count;
    }

    private static async Task<HashSet<string>> PresentAsync(
        NpgsqlConnection connection, List<ArchivedPayment> payments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ArchiveSql.Present, connection);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = payments.ConvertAll(payment => Guid.Parse(payment.Id)).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid,
        });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var present = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
        {
            present.Add(reader.GetGuid(0).ToString());
        }

        return present;
    }

    private static async Task InsertAsync(
        NpgsqlConnection connection,
        int table,
        List<ArchivedPayment> payments,
        bool mayExist,
        CancellationToken cancellation)
    {
        var rows = payments.SelectMany(payment => payment.Lines[table]).Select(CopyText.Fields).ToList();
        if (rows.Count > 0)
        {
            var columns = ArchiveTable.All[table].Columns.Length;
            await ExecuteAsync(
                connection,
                ArchiveTable.All[table].InsertSql(mayExist),
                cancellation,
                [.. Enumerable.Range(0, columns).Select(column => rows.ConvertAll(fields => fields[column]))]);
        }
    }

    private static async Task SubtractBalancesAsync(
        NpgsqlConnection connection, List<ArchivedPayment> payments, CancellationToken cancellation)
    {
        var rows = payments.SelectMany(payment => payment.Lines[ArchiveTable.Transfers])
            .Select(CopyText.Fields)
            .ToList();
        if (rows.Count > 0)
        {
            // Merchant, currency, amount, debit account, credit account, as ArchiveTable has them.
            int[] columns = [5, 6, 7, 8, 9];
            await ExecuteAsync(
                connection,
                ArchiveSql.SubtractBalances,
                cancellation,
                [.. columns.Select(column => rows.ConvertAll(fields => fields[column]))]);
        }
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellation,
        params ImmutableArray<List<string?>> columns)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var column in columns)
        {
            command.Parameters.Add(Parameters.OfNullable(column));
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }
}
