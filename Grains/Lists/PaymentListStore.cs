using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Lists;

/// <summary>Reads pages of a merchant's payments, newest first. Ids are in the order of time, so the page's place is an
/// id.</summary>
public sealed class PaymentListStore(MerchantReads reads)
{
    /// <summary>The most payments of one page.</summary>
    public const int MaxLimit = 100;

    internal const string SelectSql =
        """
        select payment_id, order_id, status, amount, currency, captured_amount, refunded_amount, method, customer_id,
            created_at, updated_at, version
        from payments
        where merchant_id = $1
        """;

    // A gateway makes the id and a silo the time of acceptance: their clocks, and a queue between them, may be this far
    // apart.
    private static readonly TimeSpan IdSlack = TimeSpan.FromHours(1);

    /// <summary>One page.</summary>
    /// <exception cref="JournalOverloadedException">The merchant has too many reads under way.</exception>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    public Task<PaymentPage> ListAsync(
        string merchant, PaymentListQuery query, CancellationToken cancellation = default) =>
        reads.ReadAsync(
            merchant,
            async connection =>
            {
                var limit = Math.Clamp(query.Limit, 1, MaxLimit);
                await using var command = Command(merchant, query, limit + 1);
                command.Connection = connection;
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                var payments = ImmutableArray.CreateBuilder<PaymentSummary>();
                while (payments.Count < limit && await reader.ReadAsync(cancellation))
                {
                    payments.Add(Read(reader));
                }

                var hasMore = payments.Count == limit && await reader.ReadAsync(cancellation);
                return new PaymentPage { Payments = payments.ToImmutable(), HasMore = hasMore };
            },
            cancellation);

    /// <summary>The statement of a query: its text depends on which filters are set, never on their values.</summary>
    internal static NpgsqlCommand Command(string merchant, PaymentListQuery query, int limit)
    {
        var command = new NpgsqlCommand();
        var sql = new StringBuilder(SelectSql);
        command.Parameters.Add(Parameters.Of(merchant));
        Where("order_id =", query.OrderId is { } order ? Parameters.Of(order) : null);
        Where("customer_id =", query.CustomerId is { } customer ? Parameters.Of(customer) : null);
        Where("status =", query.Status is { } status ? Parameters.Of((int)status) : null);
        Where("method =", query.Method is { } method ? Parameters.Of((int)method) : null);
        Where("created_at >=", query.CreatedFrom is { } from ? Parameters.Of(from) : null);
        Where("payment_id >=", query.CreatedFrom is { } first ? Parameters.Of(FirstId(first - IdSlack)) : null);
        Where("created_at <", query.CreatedTo is { } to ? Parameters.Of(to) : null);
        Where("payment_id <", query.CreatedTo is { } last ? Parameters.Of(FirstId(last + IdSlack)) : null);
        Where("payment_id <", query.Before is { } before ? Parameters.Of(before.Value) : null);
        sql.Append(" order by payment_id desc limit $").Append(command.Parameters.Count + 1);
        command.Parameters.Add(Parameters.Of(limit));
        command.CommandText = sql.ToString();
        return command;

        void Where(string condition, NpgsqlParameter? value)
        {
            if (value is not null)
            {
                command.Parameters.Add(value);
                sql.Append(" and ").Append(condition).Append(" $").Append(command.Parameters.Count);
            }
        }
    }

    /// <summary>The lowest UUIDv7 of a millisecond (RFC 9562, section 5.7).</summary>
    internal static Guid FirstId(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Max(0, time.ToUnixTimeMilliseconds()) << 16);
        return new Guid(bytes, bigEndian: true);
    }

    private static PaymentSummary Read(NpgsqlDataReader reader) => new()
    {
        Id = new PaymentId { Value = reader.GetGuid(0) },
        OrderId = reader.GetString(1),
        Status = (PaymentStatus)reader.GetInt16(2),
        Amount = Money.Of(reader.GetInt64(3), Currency.Parse(reader.GetString(4))),
        CapturedMinor = reader.GetInt64(5),
        RefundedMinor = reader.GetInt64(6),
        Method = reader.IsDBNull(7) ? null : (PaymentMethodKind)reader.GetInt16(7),
        CustomerId = reader.IsDBNull(8) ? null : reader.GetString(8),
        CreatedAt = new DateTimeOffset(reader.GetDateTime(9), TimeSpan.Zero),
        UpdatedAt = new DateTimeOffset(reader.GetDateTime(10), TimeSpan.Zero),
        Version = reader.GetInt32(11),
    };
}
