using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using PaymentCluster.Grains.Schema;

namespace PaymentCluster.Grains.Archives;

/// <summary>A partition of payments' events and transfers.</summary>
/// <param name="Name">What its name has after the tables'.</param>
/// <param name="UntilId">Its upper bound.</param>
/// <param name="Until">The time of that bound.</param>
internal sealed record PaymentPartition(string Name, Guid UntilId, DateTimeOffset Until);

/// <summary>What leaves the database with one archive.</summary>
/// <param name="Number">The archive's number.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Manifest">The checksum of its manifest.</param>
/// <param name="Partitions">The partitions that it is made of, oldest first.</param>
/// <param name="Carried">The payments that stay.</param>
/// <param name="Payments">How many payments leave.</param>
/// <param name="Rows">How many events and transfers were read, with those of payments that stay.</param>
/// <param name="Left">How many of them leave.</param>
internal sealed record Departing(
    int Number,
    string Folder,
    byte[] Manifest,
    ImmutableArray<PaymentPartition> Partitions,
    ImmutableArray<Guid> Carried,
    long Payments,
    (long Events, long Transfers) Rows,
    (long Events, long Transfers) Left)
{
    /// <summary>All its payments have lower ids.</summary>
    public Guid UntilId => Partitions[^1].UntilId;
}

/// <summary>The database side of archives, with the owner's login.</summary>
internal sealed class ArchiveStore(string connectionString)
{
    private static readonly string[] Parents = ["payment_events", "ledger_transfers"];

    /// <summary>A connection in which texts are as in an archive.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await SchemaStep.ExecuteAsync(connection, ArchiveSql.TextSettings, cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The partitions, oldest first.</summary>
    public static async Task<ImmutableArray<PaymentPartition>> PartitionsAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ArchiveSql.Partitions, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var partitions = ImmutableArray.CreateBuilder<PaymentPartition>();
        while (await reader.ReadAsync(cancellation))
        {
            partitions.Add(new PaymentPartition(
                reader.GetString(0), reader.GetGuid(1), new DateTimeOffset(reader.GetDateTime(2), TimeSpan.Zero)));
        }

        return partitions.ToImmutable();
    }

    public static async Task<T> ReadAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Which rows of a table belong to payments of the partitions that an archive is made of.</summary>
    public static string Where(int table, ImmutableArray<PaymentPartition> partitions) => table switch
    {
        // Of what was archived before, few are in the database.
        ArchiveTable.Payments when ArchiveSql.IsRest(partitions[0].Name) =>
            $"payment_id < '{partitions[^1].UntilId}' and (payment_id >= '{partitions[0].UntilId}' or payment_id in "
                + $"(select payment_id from payment_events_{partitions[0].Name} where version = 1))",
        _ => $"payment_id < '{partitions[^1].UntilId}'",
    };

    /// <summary>Takes the partition's payments out of the database, in one transaction, but for those that stay; false
    /// if anything came since they were read.</summary>
    public static async Task<bool> TryDetachAsync(
        NpgsqlConnection connection, Departing departing, CancellationToken cancellation)
    {
        var isSame = false;
        await SchemaStep.RunAsync(
            connection,
            async () =>
            {
                await SchemaStep.ExecuteAsync(
                    connection, $"select pg_advisory_xact_lock({ArchiveSql.Lock})", cancellation);
                // Nothing is written there any more. Other months are not affected, and readers neither.
                await SchemaStep.ExecuteAsync(
                    connection, $"lock table {string.Join(", ", Tables(departing))} in share mode", cancellation);
                isSame = await CountAsync(connection, Parents[0], departing, cancellation) == departing.Rows.Events
                    && await CountAsync(connection, Parents[1], departing, cancellation) == departing.Rows.Transfers;
                if (isSame)
                {
                    await DetachAsync(connection, departing, cancellation);
                }
            },
            cancellation);
        return isSame;
    }

    /// <summary>Drops what an archive has detached.</summary>
    public static Task DropAsync(NpgsqlConnection connection, int number, CancellationToken cancellation) =>
        SchemaStep.RunAsync(
            connection,
            $"""
            do $$
            declare
                detached regclass;
            begin
                for detached in
                    select oid::regclass from pg_class
                    where relkind = 'r' and relname ~ '^{DetachedName("[a-z_]+", number, "[0-9]+")}$'
                loop
                    execute format('drop table %s', detached);
                end loop;
            end
            $$
            """,
            cancellation);

    private static IEnumerable<string> Tables(Departing departing) =>
        from parent in Parents
        from partition in departing.Partitions
        select $"{parent}_{partition.Name}";

    private static Task<long> CountAsync(
        NpgsqlConnection connection, string table, Departing departing, CancellationToken cancellation) =>
        ReadAsync<long>(
            connection, $"select count(*) from {table} where payment_id < '{departing.UntilId}'", cancellation);

    private static async Task DetachAsync(
        NpgsqlConnection connection, Departing departing, CancellationToken cancellation)
    {
        var rest = ArchiveSql.RestOf(departing.Number);
        foreach (var (parent, key, table) in new[]
        {
            (Parents[0], "payment_id, version", ArchiveTable.Events),
            (Parents[1], "cause, kind", ArchiveTable.Transfers),
        })
        {
            var columns = ArchiveTable.All[table].ColumnList;
            await SchemaStep.ExecuteAsync(
                connection,
                $"""
                create table {parent}_{rest} (like {parent} including constraints);
                alter table {parent}_{rest} add primary key ({key});
                create trigger {parent}_append_only before update or delete or truncate on {parent}_{rest}
                    for each statement execute function refuse_change()
                """,
                cancellation);
            await ExecuteAsync(
                connection,
                $"insert into {parent}_{rest} ({columns}) select {columns} from {parent} where payment_id = any ($1)",
                cancellation,
                Ids(departing.Carried));
        }

        await ExecuteAsync(connection, AddBalances(departing), cancellation, Ids(departing.Carried));
        await SchemaStep.ExecuteAsync(connection, Swap(departing, rest), cancellation);
        await ExecuteAsync(
            connection,
            """
            insert into archives (number, until_id, payments, events, transfers, carried, folder, manifest, archived_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, now())
            """,
            cancellation,
            new() { Value = departing.Number },
            new() { Value = departing.UntilId },
            new() { Value = departing.Payments },
            new() { Value = departing.Left.Events },
            new() { Value = departing.Left.Transfers },
            new() { Value = (long)departing.Carried.Length },
            new() { Value = departing.Folder },
            new() { Value = departing.Manifest });
    }

    private static string AddBalances(Departing departing) =>
        $"""
        insert into archived_balances as b (merchant_id, account, currency, debits, credits)
        select merchant_id, account, currency, sum(debits), sum(credits)
        from ledger_transfers t
        cross join lateral (values (debit_account, amount, 0), (credit_account, 0, amount)) as side (account, debits, credits)
        where payment_id < '{departing.UntilId}' and payment_id <> all ($1)
        group by 1, 2, 3
        on conflict (merchant_id, account, currency)
            do update set debits = b.debits + excluded.debits, credits = b.credits + excluded.credits
        """;

    // Payments wait from the second line on, and not for long: what is detached is dropped later. Builds that do not
    // know archives would not find archived payments: they are not admitted any more.
    private static string Swap(Departing departing, string rest)
    {
        var sql = new StringBuilder(
            $"""
            create trigger payment_events_archived before insert on payment_events_{rest}
                for each row execute function refuse_archived();
            lock table payment_events, ledger_transfers in access exclusive mode;
            """);
        foreach (var parent in Parents)
        {
            foreach (var (index, partition) in departing.Partitions.Index())
            {
                var (name, detached) = (
                    $"{parent}_{partition.Name}", DetachedName(parent, departing.Number, $"{index}"));
                sql.Append(
                    CultureInfo.InvariantCulture,
                    $"alter table {parent} detach partition {name}; alter table {name} rename to {detached};");
            }

            sql.Append(
                CultureInfo.InvariantCulture,
                $"""
                alter table {parent} attach partition {parent}_{rest}
                    for values from (minvalue) to ('{departing.UntilId}');
                """);
        }

        return sql.Append("update schema_migrations set min_version = 8 where number = 8").ToString();
    }

    private static string DetachedName(string parent, int number, string index) =>
        string.Create(CultureInfo.InvariantCulture, $"detached_{parent}_{number:0000}_{index}");

    private static NpgsqlParameter Ids(ImmutableArray<Guid> ids) =>
        new() { Value = ids.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };

    private static async Task ExecuteAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellation,
        params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
