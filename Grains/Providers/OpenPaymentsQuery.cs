using System.Collections.Immutable;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Providers;

/// <summary>What is still under way at a merchant's providers.</summary>
public interface IOpenPaymentsQuery
{
    /// <summary>Per provider, how many of a merchant's payments have an unknown outcome or wait
    /// for an operator.</summary>
    /// <exception cref="JournalOverloadedException">The merchant has too many reads under way.</exception>
    /// <exception cref="JournalUnavailableException">The store is unavailable.</exception>
    Task<ImmutableDictionary<string, int>> UnknownAsync(string merchant);

    /// <summary>How many of a merchant's payments still need a provider, or are watched there for a late success. Those
    /// that a webhook paid and that are only to be confirmed are not among them: the webhook's word stands. Counted up
    /// to <see cref="OpenPaymentsQuery.MaxCounted"/>.</summary>
    /// <exception cref="JournalOverloadedException">The merchant has too many reads under way.</exception>
    /// <exception cref="JournalUnavailableException">The store is unavailable.</exception>
    Task<int> CountAsync(string merchant, string provider);
}

/// <summary>Reads it from the schedule: every payment that is not final has a row there, and there are no others. An
/// unknown outcome is queried at least hourly, so that its row is due within the hour. Payments do not wait for these
/// reads.</summary>
/// <param name="reads">The store.</param>
public sealed class OpenPaymentsQuery(MerchantReads reads) : IOpenPaymentsQuery
{
    /// <summary>As far as is counted.</summary>
    public const int MaxCounted = 10_000;

    private const string UnknownSql =
        """
        select attempt.provider, count(*)::int
        from (
            select payment_id from payment_schedule
            where merchant_id = $1 and due_at < now() + interval '61 minutes'
            order by due_at limit $2) as open
        cross join lateral (
            select type from payment_events where payment_id = open.payment_id order by version desc limit 1) as latest
        cross join lateral (
            select data ->> 'provider' as provider from payment_events
            where payment_id = open.payment_id and type = 'attempt_started' order by version desc limit 1) as attempt
        where latest.type in (
            'outcome_unknown', 'capture_outcome_unknown', 'void_outcome_unknown', 'refund_outcome_unknown',
            'review_required', 'refund_review_required')
        group by attempt.provider
        """;

    private const string CountSql =
        """
        select count(*)::int
        from (
            select 1 from payment_schedule as open
            where merchant_id = $1 and exists (
                select from payment_events
                where payment_id = open.payment_id and type = 'attempt_started' and data ->> 'provider' = $2)
            and not (
                'payment_captured' = (
                    select type from payment_events
                    where payment_id = open.payment_id order by version desc limit 1)
                and 1 = (
                    select count(*) from payment_events
                    where payment_id = open.payment_id and type = 'attempt_started'))
            limit $3) as counted
        """;

    /// <inheritdoc/>
    public Task<ImmutableDictionary<string, int>> UnknownAsync(string merchant) => reads.ReadAsync(
        merchant,
        async connection =>
        {
            await using var command = new NpgsqlCommand(UnknownSql, connection);
            command.Parameters.Add(Parameters.Of(merchant));
            command.Parameters.Add(Parameters.Of(MaxCounted));
            await using var reader = await command.ExecuteReaderAsync();
            var counts = ImmutableDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
            while (await reader.ReadAsync())
            {
                counts[reader.GetString(0)] = reader.GetInt32(1);
            }

            return counts.ToImmutable();
        });

    /// <inheritdoc/>
    public Task<int> CountAsync(string merchant, string provider) => reads.ReadAsync(
        merchant,
        async connection =>
        {
            await using var command = new NpgsqlCommand(CountSql, connection);
            command.Parameters.Add(Parameters.Of(merchant));
            command.Parameters.Add(Parameters.Of(provider));
            command.Parameters.Add(Parameters.Of(MaxCounted));
            return (int)(await command.ExecuteScalarAsync())!;
        });
}
