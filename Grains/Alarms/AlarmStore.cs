using System.Collections.Immutable;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Alarms;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Alarms;

/// <summary>Reads the open alarms.</summary>
public sealed class AlarmStore(MerchantReads reads, PaymentDatabase database)
{
    /// <summary>The most payments of one page.</summary>
    public const int MaxLimit = 100;

    internal const string ListSql =
        """
        select payment_id, kind, number, raised_at, reason
        from alarms
        where merchant_id = $1 and payment_id in (
            select distinct payment_id from alarms where merchant_id = $1 and payment_id > $2 order by payment_id limit $3)
        order by payment_id, kind, number
        """;

    internal const string CountSql = "select kind, count(*) from alarms group by kind";

    /// <summary>The alarms of one page of payments.</summary>
    /// <exception cref="JournalOverloadedException">The merchant has too many reads under way.</exception>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    public Task<AlarmPage> ListAsync(
        string merchant, PaymentId? after, int limit, CancellationToken cancellation = default) => reads.ReadAsync(
            merchant,
            async connection =>
            {
                var count = Math.Clamp(limit, 1, MaxLimit);
                await using var command = new NpgsqlCommand(ListSql, connection);
                command.Parameters.Add(Parameters.Of(merchant));
                command.Parameters.Add(Parameters.Of(after?.Value ?? Guid.Empty));
                command.Parameters.Add(Parameters.Of(count));
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                var alarms = ImmutableArray.CreateBuilder<AlarmView>();
                while (await reader.ReadAsync(cancellation))
                {
                    alarms.Add(Read(reader));
                }

                var isFull = alarms.Select(alarm => alarm.Payment).Distinct().Count() == count;
                return new AlarmPage { Alarms = alarms.ToImmutable(), Next = isFull ? alarms[^1].Payment : null };
            },
            cancellation);

    /// <summary>How many alarms are open, of all merchants.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<ImmutableDictionary<AlarmKind, long>> CountAsync(CancellationToken cancellation = default)
    {
        await using var command = database.Reads.CreateCommand(CountSql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var counts = ImmutableDictionary.CreateBuilder<AlarmKind, long>();
        while (await reader.ReadAsync(cancellation))
        {
            counts.Add((AlarmKind)reader.GetInt16(0), reader.GetInt64(1));
        }

        return counts.ToImmutable();
    }

    private static AlarmView Read(NpgsqlDataReader reader) => new()
    {
        Payment = new PaymentId { Value = reader.GetGuid(0) },
        Kind = (AlarmKind)reader.GetInt16(1),
        Number = reader.GetInt32(2),
        RaisedAt = new DateTimeOffset(reader.GetDateTime(3), TimeSpan.Zero),
        Reason = reader.GetString(4),
    };
}
