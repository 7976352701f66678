using System.Globalization;
using Npgsql;

namespace PaymentCluster.Grains.Schema;

/// <summary>The partitions of payments' events and transfers, one a month by the time in the payment's id. The owner
/// makes them ahead; the default partition takes what comes after the last one, so that no payment depends on
/// that.</summary>
internal static class PaymentPartitions
{
    /// <summary>For how many months, the present one aside, partitions are made ahead.</summary>
    public const int MonthsAhead = 12;

    /// <summary>What silos see of the partitions: when the last month ends for which there is one, and whether the
    /// default partition has rows. Null: the tables have no partitions yet.</summary>
    public const string StateSql =
        """
        select payment_time(last.id),
               exists (select from payment_events where payment_id >= last.id)
                   or exists (select from ledger_transfers where payment_id >= last.id)
        from (
            select max(substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''([0-9a-f-]{36})''\)'))::uuid as id
            from pg_inherits i
            join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'payment_events'::regclass) as last
        """;

    private const string IsPartitionedSql =
        "select exists (select from pg_class where oid = to_regclass('payment_events') and relkind = 'p')";

    // What is in the default partition becomes the partition of its time, as it is: it lies after the last month.
    private const string BoundDefaultSql =
        """
        lock table payment_events, ledger_transfers in access exclusive mode;
        do $$
        declare
            parent text;
            newest uuid;
            until uuid;
        begin
            select payment_id into newest from payment_events_default order by payment_id desc limit 1;
            until := payment_first_id((date_trunc('month',
                greatest(now(), payment_time(newest)) at time zone 'utc') + interval '2 months') at time zone 'utc');
            foreach parent in array array['payment_events', 'ledger_transfers'] loop
                execute format(
                    'alter table %I add constraint late_check check (payment_id >= %L and payment_id < %L) not valid',
                    parent || '_default', '{0}', until);
            end loop;
        end
        $$
        """;

    private const string ValidateDefaultSql =
        """
        alter table payment_events_default validate constraint late_check;
        alter table ledger_transfers_default validate constraint late_check
        """;

    private const string AttachDefaultSql =
        """
        lock table payment_events, ledger_transfers in access exclusive mode;
        do $$
        declare
            parent text;
            until text;
        begin
            select substring(pg_get_constraintdef(oid) from '< ''([0-9a-f-]{36})''') into strict until
            from pg_constraint where conrelid = 'payment_events_default'::regclass and conname = 'late_check';
            foreach parent in array array['payment_events', 'ledger_transfers'] loop
                execute format('alter table %I detach partition %I', parent, parent || '_default');
                execute format('alter table %I rename to %I', parent || '_default', parent || '_{1}');
                execute format('alter table %I rename constraint %I to %I',
                    parent || '_{1}', parent || '_default_pkey', parent || '_{1}_pkey');
                execute format('alter table %I attach partition %I for values from (%L) to (%L)',
                    parent, parent || '_{1}', '{0}', until);
                execute format('alter table %I drop constraint late_check', parent || '_{1}');
            end loop;
        end
        $$;
        select make_payment_partition('default', null, null)
        """;

    private const string IsBoundedSql =
        """
        select exists (
            select from pg_constraint where conrelid = 'payment_events_default'::regclass and conname = 'late_check')
        """;

    /// <summary>Makes the partitions that are missing up to <see cref="MonthsAhead"/>; returns until when there are
    /// some, null where the schema has none. Each step waits for a table's lock for a second, and is tried
    /// again.</summary>
    public static async Task<DateTimeOffset?> MakeAheadAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (!await ReadAsync<bool>(connection, IsPartitionedSql, cancellation))
        {
            return null;
        }

        var (until, isDefaultUsed) = await StateAsync(connection, cancellation);
        if (isDefaultUsed || await ReadAsync<bool>(connection, IsBoundedSql, cancellation))
        {
            await TakeOverDefaultAsync(connection, until, cancellation);
            (until, _) = await StateAsync(connection, cancellation);
        }

        var now = new DateTimeOffset(
            await ReadAsync<DateTime>(connection, "select now()", cancellation), TimeSpan.Zero);
        var last = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(MonthsAhead + 1);
        for (; until < last; until = until.AddMonths(1))
        {
            await SchemaStep.RunAsync(connection, MakeSql(until), cancellation);
        }

        return until;
    }

    private static async Task TakeOverDefaultAsync(
        NpgsqlConnection connection, DateTimeOffset from, CancellationToken cancellation)
    {
        var first = await ReadAsync<Guid>(connection, FirstId(from), cancellation);
        if (!await ReadAsync<bool>(connection, IsBoundedSql, cancellation))
        {
            await SchemaStep.RunAsync(connection, Format(BoundDefaultSql, first, from), cancellation);
        }

        await SchemaStep.RunAsync(connection, ValidateDefaultSql, cancellation);
        await SchemaStep.RunAsync(connection, Format(AttachDefaultSql, first, from), cancellation);
    }

    private static async Task<(DateTimeOffset Until, bool IsDefaultUsed)> StateAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(StateSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (new DateTimeOffset(reader.GetDateTime(0), TimeSpan.Zero), reader.GetBoolean(1));
    }

    private static string MakeSql(DateTimeOffset month)
    {
        var until = month.AddMonths(1);
        return $"select make_payment_partition('{NameOf(month)}', "
            + $"(select quote_literal(({FirstId(month)}))), (select quote_literal(({FirstId(until)}))))";
    }

    private static string FirstId(DateTimeOffset month) => string.Create(
        CultureInfo.InvariantCulture, $"select payment_first_id('{month:yyyy-MM-dd HH:mm:ss}+00'::timestamptz)");

    private static string NameOf(DateTimeOffset month) => month.ToString("yyyy_MM", CultureInfo.InvariantCulture);

    private static string Format(string sql, Guid first, DateTimeOffset from) => sql
        .Replace("{0}", first.ToString(), StringComparison.Ordinal)
        .Replace("{1}", NameOf(from), StringComparison.Ordinal);

    private static async Task<T> ReadAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
