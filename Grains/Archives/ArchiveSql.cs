using System.Globalization;

namespace PaymentCluster.Grains.Archives;

/// <summary>The statements of archives. Names in them are those of partitions, and ids are UUIDs: nothing in a
/// statement comes from outside.</summary>
internal static class ArchiveSql
{
    /// <summary>"PayArc": what an archive and a restore must not do at the same time.</summary>
    public const long Lock = 0x50_61_79_41_72_63;

    /// <summary>As all of an archive's texts are written.</summary>
    public const string TextSettings =
        "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set bytea_output = 'hex'; set client_encoding = 'UTF8'";

    /// <summary>The partitions, oldest first: what their names have after the table's, and until when they
    /// are.</summary>
    public const string Partitions =
        """
        select substr(c.relname, length('payment_events_') + 1)::text,
               substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''([0-9a-f-]{36})''\)')::uuid as until_id,
               payment_time(substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''([0-9a-f-]{36})''\)')::uuid)
        from pg_inherits i
        join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'payment_events'::regclass and c.relname <> 'payment_events_default'
        order by 2
        """;

    public const string NextNumber = "select coalesce(max(number), 0) + 1 from archives";

    /// <summary>Archives that may have a payment, the latest first.</summary>
    public const string ArchivesOf =
        "select number, folder, manifest from archives where until_id > $1 order by number desc";

    public const string ArchiveOfNumber = "select number, folder, manifest from archives where number = $1";

    /// <summary>Transfers of payments are restored; their sums leave those of the archives.</summary>
    public const string SubtractBalances =
        """
        update archived_balances b set debits = b.debits - s.debits, credits = b.credits - s.credits
        from (
            select merchant_id, account, currency, sum(debits) as debits, sum(credits) as credits
            from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
                as t (merchant_id, currency, amount, debit_account, credit_account)
            cross join lateral (values (debit_account, amount::bigint, 0), (credit_account, 0, amount::bigint))
                as side (account, debits, credits)
            group by 1, 2, 3) as s
        where b.merchant_id = s.merchant_id and b.account = s.account and b.currency = s.currency
        """;

    /// <summary>Payments that have events here.</summary>
    public const string Present =
        "select payment_id from payment_events where payment_id = any ($1::uuid[]) and version = 1";

    public const string Uncleaned = "select number, until_id from archives where cleaned_at is null order by number";

    public const string SetCleaned = "update archives set cleaned_at = now() where number = $1";

    /// <summary>What leaves the small tables with an archive, a page at a time, in the order of their keys. $1 is the
    /// archive's bound.</summary>
    public static readonly LeavingRows[] Leaving =
    [
        new("outbox", [("payment_id", "uuid"), ("version", "int")], Archived),
        new("idempotency_keys", [("merchant_id", "text"), ("key", "text")], Archived),
        // Their payments are archived, or have not changed for long enough, and a payment recognises what it knows.
        // What is parked waits for an operator.
        new(
            "webhook_inbox",
            [("merchant_id", "text"), ("provider", "text"), ("event_id", "text")],
            "t.fate <> 4 and t.received_at < payment_time($1)"),
    ];

    private const string Archived =
        "t.payment_id < $1 and not exists (select from payment_events e where e.payment_id = t.payment_id "
            + "and e.version = 1)";

    /// <summary>What the partition that archived payments leave behind is called.</summary>
    public static string RestOf(int number) => string.Create(CultureInfo.InvariantCulture, $"rest_{number:0000}");

    /// <summary>Whether a partition is such a one.</summary>
    public static bool IsRest(string partition) => partition.StartsWith("rest_", StringComparison.Ordinal);
}

/// <summary>Rows that leave a table with an archive.</summary>
/// <param name="Table">The table.</param>
/// <param name="Key">The columns of its primary key, with their types.</param>
/// <param name="Condition">Which rows of <c>t</c> leave.</param>
internal sealed record LeavingRows(string Table, (string Name, string Type)[] Key, string Condition)
{
    /// <summary>Deletes from the first rows ($2: how many are looked at), or from those after a key ($3), and returns
    /// the last key that was looked at, as texts, and how many rows were deleted.</summary>
    public string DeletePage(bool isFirst)
    {
        var columns = string.Join(", ", Key.Select(column => column.Name));
        var after = isFirst
            ? ""
            : $"where ({columns}) > ({string.Join(", ", Key.Select((column, n) => $"$3[{n + 1}]::{column.Type}"))})";
        return $"""
            with page as materialized (
                select {columns} from {Table} {after} order by {columns} limit $2),
            gone as (
                delete from {Table} t using page
                where {string.Join(" and ", Key.Select(column => $"t.{column.Name} = page.{column.Name}"))}
                    and {Condition}
                returning 1)
            select array[{string.Join(", ", Key.Select(column => $"{column.Name}::text"))}],
                   (select count(*) from gone)::int
            from page order by {string.Join(", ", Key.Select(column => $"{column.Name} desc"))} limit 1
            """;
    }
}
