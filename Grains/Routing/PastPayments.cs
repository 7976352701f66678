using System.Collections.Immutable;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Lists;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Grains.Routing;

/// <summary>Past payments, as far as routing decided on them.</summary>
public interface IPastPayments
{
    /// <summary>The newest payments of a merchant that had an attempt.</summary>
    /// <exception cref="JournalOverloadedException">The merchant has too many reads under way.</exception>
    /// <exception cref="JournalUnavailableException">The store is unavailable.</exception>
    Task<ImmutableArray<PastPayment>> ReadAsync(string merchant, DateTimeOffset? from, DateTimeOffset? to, int limit);
}

/// <summary>A payment, and where its first attempt went.</summary>
public sealed record PastPayment
{
    /// <summary>What routing decided on, without the card's first digits.</summary>
    public required RoutedPayment Payment { get; init; }

    /// <summary>The merchant's order.</summary>
    public required string OrderId { get; init; }

    /// <summary>Where its first attempt went.</summary>
    public required string Provider { get; init; }
}

/// <summary>Reads past payments from the journal, by their ids, which are in the order of time.</summary>
/// <param name="reads">The store.</param>
public sealed class PastPayments(MerchantReads reads) : IPastPayments
{
    private const string Sql =
        """
        select p.payment_id, c.at, c.data::text, a.at, a.data::text
        from payments p
        cross join lateral (
            select at, data from payment_events where payment_id = p.payment_id and version = 1) c
        cross join lateral (
            select at, data from payment_events where payment_id = p.payment_id and type = 'attempt_started'
            order by version limit 1) a
        where p.merchant_id = $1 and p.payment_id >= $2 and p.payment_id < $3 and p.created_at >= $4 and p.created_at < $5
        order by p.payment_id desc
        limit $6
        """;

    // A gateway makes the id and a silo the time of acceptance.
    private static readonly TimeSpan IdSlack = TimeSpan.FromHours(1);

    // Far away, and still within what PostgreSQL and ids can hold.
    private static readonly DateTimeOffset Ever = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public Task<ImmutableArray<PastPayment>> ReadAsync(
        string merchant, DateTimeOffset? from, DateTimeOffset? to, int limit) => reads.ReadAsync(
        merchant,
        async connection =>
        {
            var (first, last) = (from ?? DateTimeOffset.UnixEpoch, to ?? Ever);
            await using var command = new NpgsqlCommand(Sql, connection);
            command.Parameters.Add(Parameters.Of(merchant));
            command.Parameters.Add(Parameters.Of(PaymentListStore.FirstId(Shift(first, -IdSlack))));
            command.Parameters.Add(Parameters.Of(PaymentListStore.FirstId(Shift(last, IdSlack))));
            command.Parameters.Add(Parameters.Of(first));
            command.Parameters.Add(Parameters.Of(last));
            command.Parameters.Add(Parameters.Of(limit));
            await using var reader = await command.ExecuteReaderAsync();
            var payments = ImmutableArray.CreateBuilder<PastPayment>();
            while (await reader.ReadAsync())
            {
                payments.Add(Read(reader));
            }

            return payments.ToImmutable();
        });

    private static DateTimeOffset Shift(DateTimeOffset time, TimeSpan by) =>
        time <= DateTimeOffset.UnixEpoch || time >= Ever ? time : time + by;

    private static PastPayment Read(NpgsqlDataReader reader)
    {
        var created = (PaymentCreated)Event(reader, 1, "payment_created");
        var started = (AttemptStarted)Event(reader, 3, "attempt_started");
        return new PastPayment
        {
            OrderId = created.OrderId,
            Provider = started.Provider,
            Payment = new RoutedPayment
            {
                Id = new PaymentId { Value = reader.GetGuid(0) },
                Amount = created.Amount,
                Method = started.Method,
                Segment = created.Metadata.GetValueOrDefault(RoutingCondition.SegmentKey),
            },
        };
    }

    private static PaymentEvent Event(NpgsqlDataReader reader, int at, string type) =>
        PaymentEventJson.Read(new JournaledEvent
        {
            Version = 1,
            Type = type,
            At = new DateTimeOffset(reader.GetDateTime(at), TimeSpan.Zero),
            Data = System.Text.Encoding.UTF8.GetBytes(reader.GetString(at + 1)),
        });
}
