using Npgsql;
using NpgsqlTypes;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Customers;

/// <summary>Reads what a customer paid and got back. It reads all of the customer's payments, found by their index, and
/// the refunds among their events: as many as one customer has.</summary>
public sealed class TransactionStore(MerchantReads reads)
{
    /// <summary>The most transactions of one page.</summary>
    public const int MaxLimit = 100;

    // A refund's amount is in its request, its status in its latest event.
    private const string AllSql =
        """
        with transactions as (
            select p.payment_id, 0 as refund, p.created_at as at, p.order_id, p.amount, p.currency, p.method, p.status::int as status,
                   p.captured_amount as moved
            from payments p
            where p.merchant_id = $1 and p.customer_id = $2
            union all
            select p.payment_id, (e.data ->> 'refund')::int, e.at, p.order_id, (e.data ->> 'amount_minor')::bigint, p.currency, p.method,
                   case latest.type when 'refund_succeeded' then 2 when 'refund_confirmed' then 2 when 'refund_failed' then 3 when 'refund_review_required' then 4 else 1 end,
                   case when latest.type in ('refund_succeeded', 'refund_confirmed') then (e.data ->> 'amount_minor')::bigint else 0 end
            from payments p
            join payment_events e on e.payment_id = p.payment_id and e.type = 'refund_requested'
            cross join lateral (
                select case when l.type = 'refund_review_resolved'
                       then case when (l.data ->> 'paid')::bool then 'refund_succeeded' else 'refund_failed' end
                       else l.type end as type
                from payment_events l
                where l.payment_id = p.payment_id and l.version >= e.version and l.type like 'refund\_%'
                  and (l.data ->> 'refund')::int = (e.data ->> 'refund')::int
                order by l.version desc limit 1) latest
            where p.merchant_id = $1 and p.customer_id = $2
        ), chosen as (
            select * from transactions
            where ($3::int is null or ($3 = 1) = (refund = 0))
              and ($4::int is null or method = $4)
              and ($5::text is null or currency = $5)
              and ($6::timestamptz is null or at >= $6)
              and ($7::timestamptz is null or at < $7)
        )
        """;

    private const string PageSql = AllSql +
        """

        select payment_id, refund, at, order_id, amount, currency, method, status from chosen
        where $8::timestamptz is null or (at, payment_id, refund) < ($8, $9::uuid, $10::int)
        order by at desc, payment_id desc, refund desc limit $11
        """;

    private const string TotalsSql = AllSql +
        """

        select currency, count(*) filter (where refund = 0 and moved > 0), coalesce(sum(moved) filter (where refund = 0), 0)::bigint,
               count(*) filter (where refund > 0 and moved > 0), coalesce(sum(moved) filter (where refund > 0), 0)::bigint
        from chosen group by currency order by currency
        """;

    /// <summary>One page and the totals, as of one instant.</summary>
    /// <exception cref="JournalOverloadedException">The merchant has too many reads under way.</exception>
    /// <exception cref="JournalUnavailableException">The store is unavailable.</exception>
    public Task<TransactionPage> ListAsync(
        string merchant, TransactionQuery query, CancellationToken cancellation = default) =>
        reads.ReadAsync(
            merchant,
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(
                    System.Data.IsolationLevel.RepeatableRead, cancellation);
                var limit = Math.Clamp(query.Limit, 1, MaxLimit);
                await using var page = Command(PageSql, connection, merchant, query);
                page.Parameters.Add(Nullable(query.Before?.At.UtcDateTime, NpgsqlDbType.TimestampTz));
                page.Parameters.Add(Nullable(query.Before?.Payment.Value, NpgsqlDbType.Uuid));
                page.Parameters.Add(Nullable(query.Before?.Refund, NpgsqlDbType.Integer));
                page.Parameters.Add(Parameters.Of(limit + 1));
                var transactions = await ReadAsync(page, ReadTransaction, cancellation);
                await using var sums = Command(TotalsSql, connection, merchant, query);
                var totals = await ReadAsync(sums, ReadTotal, cancellation);
                return new TransactionPage
                {
                    Transactions = [.. transactions.Take(limit)],
                    HasMore = transactions.Count > limit,
                    Totals = [.. totals],
                };
            },
            cancellation);

    private static NpgsqlCommand Command(
        string sql, NpgsqlConnection connection, string merchant, TransactionQuery query)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(Parameters.Of(merchant));
        command.Parameters.Add(Parameters.Of(query.CustomerId));
        command.Parameters.Add(Nullable((int?)query.Kind, NpgsqlDbType.Integer));
        command.Parameters.Add(Nullable((int?)query.Method, NpgsqlDbType.Integer));
        command.Parameters.Add(
            new NpgsqlParameter { Value = (object?)query.Currency ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(Nullable(query.From?.UtcDateTime, NpgsqlDbType.TimestampTz));
        command.Parameters.Add(Nullable(query.To?.UtcDateTime, NpgsqlDbType.TimestampTz));
        return command;
    }

    private static NpgsqlParameter Nullable<T>(T? value, NpgsqlDbType type)
        where T : struct => new() { Value = value is { } given ? given : DBNull.Value, NpgsqlDbType = type };

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static Transaction ReadTransaction(NpgsqlDataReader row)
    {
        var refund = row.GetInt32(1);
        return new Transaction
        {
            Place = new TransactionPlace
            {
                Payment = new PaymentId { Value = row.GetGuid(0) },
                Refund = refund,
                At = new DateTimeOffset(row.GetDateTime(2), TimeSpan.Zero),
            },
            OrderId = row.GetString(3),
            Amount = Money.Of(row.GetInt64(4), Currency.Parse(row.GetString(5))),
            Method = row.IsDBNull(6) ? null : (PaymentMethodKind)row.GetInt16(6),
            Status = refund == 0 ? (PaymentStatus)row.GetInt32(7) : null,
            RefundStatus = refund == 0 ? null : (RefundStatus)row.GetInt32(7),
        };
    }

    private static TransactionTotal ReadTotal(NpgsqlDataReader row) => new()
    {
        Currency = Currency.Parse(row.GetString(0)),
        Payments = (int)row.GetInt64(1),
        PaidMinor = row.GetInt64(2),
        Refunds = (int)row.GetInt64(3),
        RefundedMinor = row.GetInt64(4),
    };
}
