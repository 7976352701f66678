using System.Collections.Immutable;

namespace PaymentCluster.Grains.Journal;

/// <summary>
/// The journal's SQL. What one batch writes is sent as one pipeline and so is one transaction, in this order of
/// statements, each over arrays in the order of its key: every writer locks the same things in the same order, and the
/// rows that all writers share come last.
/// </summary>
internal static class PaymentSql
{
    /// <summary>A member was decided on a version that the payment no longer has (<c>payment_require_rows</c> of
    /// 0002).</summary>
    public const string StaleVersion = "PC001";

    /// <summary>A member continues a payment that is archived (<c>refuse_archived</c> of 0008).</summary>
    public const string Archived = "PC002";

    /// <summary>Sets the lock timeout of the current transaction.</summary>
    public const string SetShortLockTimeout = "select set_config('lock_timeout', '100ms', true)";

    public const string InsertKeys =
        """
        insert into idempotency_keys (merchant_id, key, fingerprint, payment_id)
        select * from unnest($1::text[], $2::text[], $3::bytea[], $4::uuid[])
        """;

    public const string InsertPayments =
        """
        insert into payments (merchant_id, payment_id, version, status, method, currency, amount, authorized_amount,
                              captured_amount, refunded_amount, created_at, updated_at, order_id, customer_id)
        select * from unnest($1::text[], $2::uuid[], $3::int[], $4::smallint[], $5::smallint[], $6::char(3)[],
                             $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::timestamptz[],
                             $12::timestamptz[], $13::text[], $14::text[])
        """;

    public const string UpdatePayments =
        """
        with moved as (
            update payments p
            set version = m.version, status = m.status, method = m.method, authorized_amount = m.authorized,
                captured_amount = m.captured,
                refunded_amount = m.refunded, updated_at = m.updated_at
            from unnest($1::text[], $2::uuid[], $3::int[], $4::int[], $5::smallint[], $6::smallint[], $7::bigint[],
                        $8::bigint[], $9::bigint[], $10::timestamptz[])
                as m (merchant_id, payment_id, expected, version, status, method, authorized, captured, refunded,
                      updated_at)
            where p.merchant_id = m.merchant_id and p.payment_id = m.payment_id and p.version = m.expected
            returning 1)
        select payment_require_rows((select count(*) from moved), $11)
        """;

    /// <summary>For commits without events, which must hold the version until their schedule is written.</summary>
    public const string LockPayments =
        """
        with held as (
            select 1
            from unnest($1::text[], $2::uuid[], $3::int[]) as m (merchant_id, payment_id, expected)
            join payments p on p.merchant_id = m.merchant_id and p.payment_id = m.payment_id and p.version = m.expected
            for no key update of p)
        select payment_require_rows((select count(*) from held), $4)
        """;

    public const string UpsertSchedule =
        """
        insert into payment_schedule (payment_id, due_at, merchant_id, lane)
        select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::smallint[])
        on conflict (payment_id) do update set due_at = excluded.due_at, lane = excluded.lane
        """;

    public const string DeleteSchedule = "delete from payment_schedule where payment_id = any ($1::uuid[])";

    public const string InsertEvents =
        """
        insert into payment_events (payment_id, at, version, type, data)
        select * from unnest($1::uuid[], $2::timestamptz[], $3::int[], $4::text[], $5::json[])
        """;

    public const string InsertTransfers =
        """
        insert into ledger_transfers (payment_id, at, amount, version, kind, currency, merchant_id, cause,
                                      debit_account, credit_account)
        select * from unnest($1::uuid[], $2::timestamptz[], $3::bigint[], $4::int[], $5::smallint[], $6::char(3)[],
                             $7::text[], $8::text[], $9::text[], $10::text[])
        """;

    public const string InsertOutbox =
        """
        insert into outbox (payment_id, created_at, version, merchant_id, type)
        select * from unnest($1::uuid[], $2::timestamptz[], $3::int[], $4::text[], $5::text[])
        """;

    public const string InsertAlarms =
        """
        insert into alarms (merchant_id, payment_id, kind, number, raised_at, reason)
        select * from unnest($1::text[], $2::uuid[], $3::smallint[], $4::int[], $5::timestamptz[], $6::text[])
        on conflict (merchant_id, payment_id, kind, number)
            do update set raised_at = excluded.raised_at, reason = excluded.reason
        """;

    public const string DeleteAlarms =
        """
        delete from alarms a
        using unnest($1::text[], $2::uuid[], $3::smallint[], $4::int[]) as m (merchant_id, payment_id, kind, number)
        where a.merchant_id = m.merchant_id and a.payment_id = m.payment_id and a.kind = m.kind and a.number = m.number
        """;

    public const string InsertChanges =
        """
        insert into audit_queue (payment_id, version, merchant_id, at, action, actor, address, detail)
        select * from unnest($1::uuid[], $2::int[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
            $8::text[])
        """;

    public const string AddToBalances =
        """
        insert into ledger_balances as b (merchant_id, account, currency, shard, debits, credits)
        select m.merchant_id, m.account, m.currency, pg_backend_pid() % 16, m.debits, m.credits
        from unnest($1::text[], $2::text[], $3::char(3)[], $4::bigint[], $5::bigint[])
            as m (merchant_id, account, currency, debits, credits)
        on conflict (merchant_id, account, currency, shard)
            do update set debits = b.debits + excluded.debits, credits = b.credits + excluded.credits
        """;

    /// <summary>What each member conflicts with. A payment's id that another merchant's payment has counts as another
    /// version, and so does one whose events are archived. The event is selected, because on an empty table
    /// <c>exists</c> is planned as a hash of all events.</summary>
    public const string FindConflicts =
        """
        select m.n::int,
               coalesce(
                   (select e.version from payment_events e where e.payment_id = m.payment_id
                       and e.version = m.expected + 1),
                   (select case when (select l.version from payment_events l
                           where l.payment_id = p.payment_id and l.version = p.version) is null
                       then -1 else p.version end
                   from payments p where p.merchant_id = m.merchant_id and p.payment_id = m.payment_id),
                   0),
               (select payment_id from idempotency_keys k where k.merchant_id = m.merchant_id and k.key = m.key),
               (select payment_id from payments o where o.merchant_id = m.merchant_id and o.order_id = m.order_id)
        from unnest($1::text[], $2::uuid[], $3::int[], $4::text[], $5::text[])
            with ordinality as m (merchant_id, payment_id, expected, key, order_id, n)
        """;

    /// <summary>The events that a member would have written, if it did.</summary>
    public const string ReadBack =
        """
        select m.n::int, e.version, e.type, e.at, e.data
        from unnest($1::uuid[], $2::int[], $3::int[]) with ordinality as m (payment_id, first, last, n)
        join payment_events e on e.payment_id = m.payment_id and e.version between m.first and m.last
        """;

    /// <summary>A commit that waits until all earlier ones are as safe as commits are here: on the standbys too, where
    /// there are some.</summary>
    public const string Barrier = "select pg_logical_emit_message(true, 'paymentcluster', 'barrier')";

    /// <summary>The payments of some keys, by their index among these, in one snapshot. Those that are archived have
    /// one row, without an event.</summary>
    public const string Load =
        """
        select m.n::int, p.version, p.order_id, p.customer_id, p.status, p.amount, p.currency, p.method,
               p.authorized_amount, p.captured_amount, p.refunded_amount, p.created_at, p.updated_at,
               e.version, e.type, e.at, e.data, o.type
        from unnest($1::text[], $2::uuid[]) with ordinality as m (merchant_id, payment_id, n)
        join payments p on p.merchant_id = m.merchant_id and p.payment_id = m.payment_id
        left join payment_events e on e.payment_id = p.payment_id
        left join outbox o on o.payment_id = e.payment_id and o.version = e.version
        order by m.n, e.version
        """;

    /// <summary>Whether a payment without events is archived.</summary>
    public const string IsArchived = "select exists (select from archives where until_id > $1)";

    /// <summary>The most overdue, of any merchant: for as long as all that is due fits into one claim. Index entries of
    /// payments that are final by now stay until the next vacuum, and until then each claim would pass them
    /// all.</summary>
    public const string ClaimDue =
        """
        with due as materialized (
            select payment_id, now() - due_at as overdue from payment_schedule
            where due_at <= now() and due_at > now() - $3::interval
            order by due_at limit $1
                for update skip locked)
        update payment_schedule s set due_at = now() + $2
        from due
        where s.payment_id = due.payment_id
        returning s.merchant_id, s.payment_id, s.lane, due.overdue
        """;

    /// <summary>The merchants with due payments of a lane, after one of them: a leap from merchant to merchant, which
    /// reads one index entry of each, however many there are. The last one of a full part is returned in any
    /// case.</summary>
    public const string FindDueMerchants =
        """
        with recursive merchants as (
            (select merchant_id, due_at, 1 as steps from payment_schedule
            where lane = $1 and merchant_id > $2
            order by merchant_id, due_at limit 1)
            union all
            select next.merchant_id, next.due_at, this.steps + 1
            from merchants this
            cross join lateral (
                select merchant_id, due_at from payment_schedule
                where lane = $1 and merchant_id > this.merchant_id
                order by merchant_id, due_at limit 1) as next
            where this.steps < $3)
        select merchant_id, now() - due_at as overdue, steps from merchants where due_at <= now() or steps = $3
        """;

    /// <summary>The same number of due payments of each of some merchants, the most overdue of each. The rows are
    /// compared as a whole, because only the index by merchant has that order: with any statistics it is the one that
    /// is read.</summary>
    public const string ClaimDueOf =
        """
        with due as materialized (
            select oldest.payment_id, oldest.overdue
            from unnest($2::text[]) as m (merchant_id)
            cross join lateral (
                select payment_id, now() - due_at as overdue from payment_schedule
                where (lane, merchant_id, due_at) >= ($1, m.merchant_id, '-infinity'::timestamptz)
                    and (lane, merchant_id, due_at) <= ($1, m.merchant_id, now())
                order by lane, merchant_id, due_at limit $3
                    for update skip locked) as oldest)
        update payment_schedule s set due_at = now() + $4
        from due
        where s.payment_id = due.payment_id
        returning s.merchant_id, s.payment_id, s.lane, due.overdue
        """;

    public const string InsertInbox =
        """
        insert into webhook_inbox (merchant_id, provider, event_id, received_at, fate, detail, body)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::smallint[], $6::text[],
            $7::bytea[])
        on conflict do nothing
        returning merchant_id, provider, event_id
        """;

    public const string InboxExists =
        "select exists (select from webhook_inbox where merchant_id = $1 and provider = $2 and event_id = $3)";

    public const string Clock = "select clock_timestamp()";

    /// <summary>Every statement, which the start-up check prepares against the schema.</summary>
    public static readonly ImmutableArray<string> All =
    [
        SetShortLockTimeout, InsertKeys, InsertPayments, UpdatePayments, LockPayments, UpsertSchedule, DeleteSchedule,
        InsertEvents, InsertTransfers, InsertOutbox, InsertAlarms, DeleteAlarms, InsertChanges,
        AddToBalances, FindConflicts, ReadBack, Barrier, Load, IsArchived, ClaimDue, FindDueMerchants, ClaimDueOf,
        InsertInbox, InboxExists, Clock,
    ];
}
