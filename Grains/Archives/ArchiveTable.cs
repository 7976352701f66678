using System.Collections.Immutable;

namespace PaymentCluster.Grains.Archives;

/// <summary>A table that archives have rows of, and its file: PostgreSQL's <c>COPY</c> in text form, ordered by the
/// payment's id, which is the first column. A stored format: columns are only added, at the end, with a new
/// <see cref="ArchiveManifest.Format"/>.</summary>
/// <param name="Name">The table.</param>
/// <param name="Columns">The columns of the file, with their types.</param>
/// <param name="Order">The order within a payment.</param>
internal sealed record ArchiveTable(string Name, ImmutableArray<(string Name, string Type)> Columns, string Order)
{
    /// <summary>The payment's row stays in the database; the file has it to be readable alone.</summary>
    public const int Payments = 0;
    public const int Events = 1;
    public const int Transfers = 2;

    /// <summary>All of them; the constants are their indexes.</summary>
    public static ImmutableArray<ArchiveTable> All { get; } =
    [
        new(
            "payments",
            [
                ("payment_id", "uuid"), ("merchant_id", "text"), ("version", "int"), ("status", "smallint"),
                ("method", "smallint"), ("currency", "char(3)"), ("amount", "bigint"), ("authorized_amount", "bigint"),
                ("captured_amount", "bigint"), ("refunded_amount", "bigint"), ("created_at", "timestamptz"),
                ("updated_at", "timestamptz"), ("order_id", "text"), ("customer_id", "text"),
            ],
            "payment_id"),
        new(
            "payment_events",
            [
                ("payment_id", "uuid"), ("version", "int"), ("at", "timestamptz"), ("type", "text"), ("data", "json"),
            ],
            "payment_id, version"),
        new(
            "ledger_transfers",
            [
                ("payment_id", "uuid"), ("cause", "text"), ("kind", "smallint"), ("version", "int"),
                ("at", "timestamptz"), ("merchant_id", "text"), ("currency", "char(3)"), ("amount", "bigint"),
                ("debit_account", "text"), ("credit_account", "text"),
            ],
            "payment_id, cause, kind"),
        new(
            "outbox",
            [
                ("payment_id", "uuid"), ("version", "int"), ("merchant_id", "text"), ("type", "text"),
                ("created_at", "timestamptz"), ("sent_at", "timestamptz"),
            ],
            "payment_id, version"),
        new(
            "idempotency_keys",
            [("payment_id", "uuid"), ("merchant_id", "text"), ("key", "text"), ("fingerprint", "bytea")],
            "payment_id, merchant_id, key"),
    ];

    /// <summary>The file's name.</summary>
    public string FileName => $"{Name}.copy";

    /// <summary>The columns, as in a statement.</summary>
    public string ColumnList => string.Join(", ", Columns.Select(column => column.Name));

    /// <summary>Reads rows of a condition in the file's form and order.</summary>
    public string ExportSql(string where) =>
        $"copy (select {ColumnList} from {Name} where {where} order by {Order}) to stdout";

    /// <summary>Inserts rows from one array of texts for each column.</summary>
    public string InsertSql(bool mayExist) =>
        $"insert into {Name} ({ColumnList}) select "
        + string.Join(", ", Columns.Select((column, index) => $"c{index}::{column.Type}"))
        + " from unnest("
        + string.Join(", ", Columns.Select((_, index) => $"${index + 1}::text[]"))
        + ") with ordinality as rows ("
        + string.Join(", ", Columns.Select((_, index) => $"c{index}"))
        + ", n) order by n"
        + (mayExist ? " on conflict do nothing" : "");
}
