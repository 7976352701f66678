namespace PaymentCluster.Grains.Audit;

/// <summary>The trail's SQL.</summary>
internal static class AuditSql
{
    /// <summary>One writer of a trail at a time. Should its process be frozen, the database ends the
    /// transaction.</summary>
    public const string Settings =
        """
        select set_config('lock_timeout', '5s', true), set_config('idle_in_transaction_session_timeout', '10s', true)
        """;

    public const string Lock = "select pg_advisory_xact_lock(hashtextextended('audit ' || $1, 0))";

    /// <summary>The time, the trail's last day if there is one, and the last seal.</summary>
    public const string Head =
        """
        select clock_timestamp(), d.day, d.first_position, d.last_position, d.last_hash,
               (select s.seal from audit_days s where s.merchant_id = $1 and s.seal is not null
                order by s.day desc limit 1)
        from (select) as one
        left join lateral (select * from audit_days where merchant_id = $1 order by day desc limit 1) as d on true
        """;

    public const string Exists =
        "select exists (select from audit_entries where merchant_id = $1 and change_id = $2 and kind = $3)";

    public const string InsertEntry =
        """
        insert into audit_entries (merchant_id, position, day, at, kind, outcome, change_id, action, actor, address,
                                   subject, detail, hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """;

    public const string UpsertDay =
        """
        insert into audit_days (merchant_id, day, first_position, last_position, last_hash) values ($1, $2, $3, $4, $5)
        on conflict (merchant_id, day)
            do update set last_position = excluded.last_position, last_hash = excluded.last_hash
        """;

    public const string SealDay =
        "update audit_days set seal = $3 where merchant_id = $1 and day = $2 and seal is null";

    public const string InsertOpen =
        "insert into audit_open (merchant_id, change_id, at, action, subject) values ($1, $2, $3, $4, $5)";

    public const string DeleteOpen = "delete from audit_open where merchant_id = $1 and change_id = $2";

    public const string Open =
        "select change_id, action, subject from audit_open where merchant_id = $1 order by change_id";

    /// <summary>The trails and customers with changes that have been open for a while.</summary>
    public const string LongOpen =
        """
        select merchant_id, change_id, action, subject, now() - at from audit_open where at < now() - $1::interval
        order by at limit 1000
        """;

    public const string QueuedMerchants = "select distinct merchant_id from audit_queue limit 1000";

    public const string TakeQueued =
        """
        with taken as (
            delete from audit_queue q
            using (select payment_id, version from audit_queue where merchant_id = $1 order by at, version limit $2) as o
            where q.merchant_id = $1 and q.payment_id = o.payment_id and q.version = o.version
            returning q.*)
        select payment_id, at, action, actor, address, detail from taken order by at, payment_id, version
        """;

    public const string CountQueued = "select count(*) from audit_queue where merchant_id = $1";

    /// <summary>One row for each change: its first entry, with the outcome of the second.</summary>
    public const string List =
        """
        select e.position, e.change_id, e.action, e.at, e.actor, e.address, e.subject, e.detail,
               coalesce(o.outcome, e.outcome), e.hash
        from audit_entries e
        left join audit_entries o on o.merchant_id = e.merchant_id and o.change_id = e.change_id and o.kind = 2
        where e.merchant_id = $1 and e.kind <> 2 and e.position < $2
            and ($3::text is null or e.action = $3) and ($4::text is null or e.actor = $4)
            and ($5::text is null or e.subject = $5)
            and ($6::timestamptz is null or e.at >= $6) and ($7::timestamptz is null or e.at < $7)
        order by e.position desc limit $8
        """;

    public const string Days =
        "select day, first_position, last_position, last_hash, seal from audit_days where merchant_id = $1 order by day";

    public const string Entries =
        """
        select position, day, at, kind, outcome, change_id, action, actor, address, subject, detail, hash
        from audit_entries where merchant_id = $1 and position > $2 order by position limit $3
        """;
}
