namespace PaymentCluster.Grains.Retention;

/// <summary>The statements of the store's upkeep.</summary>
internal static class RetentionSql
{
    /// <summary>Looks at the next rows of the outbox and deletes the ones that were delivered long enough ago: by
    /// payment, since no index holds the time of delivery. The last row that was looked at is where the next page
    /// begins; none if there were none.</summary>
    public const string DeleteDelivered =
        """
        with page as materialized (
            select payment_id, version, sent_at from outbox
            where (payment_id, version) > ($1, $2)
            order by payment_id, version limit $3),
        gone as (
            delete from outbox o using page p
            where o.payment_id = p.payment_id and o.version = p.version and p.sent_at < now() - $4
            returning 1)
        select payment_id, version, (select count(*) from gone)::int
        from page order by payment_id desc, version desc limit 1
        """;
}
