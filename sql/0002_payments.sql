-- Payments, their events, and what is written in the same transaction: schedule, idempotency keys, outbox, ledger; and the inbox of
-- providers' webhooks. docs/schema.md says how they belong together.
--
-- Two rules hold throughout:
--  * No index holds a column of payments that changes, so that every update is a HOT update (no index is touched).
--  * There are no foreign keys. One writer puts all rows of a decision into one transaction, and a foreign key would lock and rewrite the
--    payment's row once more for every event, transfer and outbox row. The audit in docs/schema.md reads what they would have enforced.

create table payments (
    merchant_id       text        collate "C" not null,
    payment_id        uuid        not null,
    version           int         not null,
    status            smallint    not null,
    method            smallint,
    currency          char(3)     collate "C" not null,
    amount            bigint      not null,
    authorized_amount bigint      not null,
    captured_amount   bigint      not null,
    refunded_amount   bigint      not null,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,
    order_id          text        collate "C" not null,
    customer_id       text        collate "C",
    constraint payments_pkey primary key (merchant_id, payment_id),
    constraint payments_order_key unique (merchant_id, order_id),
    constraint payments_version_check check (version > 0),
    constraint payments_status_check check (status between 1 and 8),
    constraint payments_method_check check (method between 1 and 4),
    constraint payments_amount_check check (amount > 0),
    constraint payments_refunded_check check (refunded_amount between 0 and captured_amount),
    constraint payments_captured_check check (captured_amount <= authorized_amount)
) with (fillfactor = 45);

create index payments_customer_idx on payments (merchant_id, customer_id, payment_id) where customer_id is not null;

comment on table payments is
    'One row per payment: where it stands and its figures. Written with its events, never without them.';
comment on column payments.payment_id is 'UUIDv7, so in the order of time; payment_text() gives the public id.';
comment on column payments.version is
    'The number of the latest event. An update names the version that it was decided on: the fence against a second writer.';
comment on column payments.status is '1 PENDING, 2 REQUIRES_ACTION, 3 AUTHORIZED, 4 SUCCESS, 5 FAILED, 6 CANCELLED, 7 EXPIRED, 8 NEEDS_REVIEW.';
comment on column payments.method is 'The latest attempt''s: 1 upi, 2 card, 3 wallet, 4 netbanking; null before there is one.';
comment on column payments.amount is 'What is to be paid, in minor units, as all amounts are. It never changes.';
comment on column payments.authorized_amount is 'Over all attempts; more than amount when an order was paid twice, until the second is refunded.';
comment on column payments.order_id is 'The merchant''s. Its unique key decides which payment is the order''s.';

create table payment_events (
    payment_id uuid        not null,
    at         timestamptz not null,
    version    int         not null,
    type       text        collate "C" not null,
    data       json        not null,
    constraint payment_events_pkey primary key (payment_id, version),
    constraint payment_events_version_check check (version > 0)
);

comment on table payment_events is 'What happened to each payment, in order. Append-only: nobody updates or deletes here.';
comment on column payment_events.version is 'From 1 without gaps within a payment.';
comment on column payment_events.data is
    'The event, byte for byte as written. json and not jsonb: half the CPU, a quarter smaller, and still read by ->> in psql.';

create table payment_schedule (
    payment_id  uuid        not null,
    due_at      timestamptz not null,
    merchant_id text        collate "C" not null,
    constraint payment_schedule_pkey primary key (payment_id)
) with (
    fillfactor = 70,
    autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_cost_delay = 0
);

create index payment_schedule_due_idx on payment_schedule (due_at);

comment on table payment_schedule is
    'The payments that want to be woken, and when. A queue with short-lived rows, hence its own vacuum settings. A row that is long '
    'overdue means that nobody sweeps.';
comment on column payment_schedule.due_at is 'By the database''s clock. A sweeper moves it ahead by its lease before it wakes the payment.';

create table idempotency_keys (
    merchant_id text  collate "C" not null,
    key         text  collate "C" not null,
    fingerprint bytea not null,
    payment_id  uuid  not null,
    constraint idempotency_keys_pkey primary key (merchant_id, key),
    constraint idempotency_keys_fingerprint_check check (length(fingerprint) = 32)
);

comment on table idempotency_keys is
    'Clients'' names for their requests. They live as long as their payment: a key that is forgotten is a second charge.';
comment on column idempotency_keys.fingerprint is 'SHA-256 over method, path and canonical body of the request.';

create table outbox (
    payment_id  uuid        not null,
    created_at  timestamptz not null,
    sent_at     timestamptz,
    version     int         not null,
    merchant_id text        collate "C" not null,
    type        text        collate "C" not null,
    constraint outbox_pkey primary key (payment_id, version)
);

create index outbox_unsent_idx on outbox (payment_id, version) where sent_at is null;

comment on table outbox is
    'Events that merchants are told. Of each payment only the oldest unsent row may be sent, so that its events keep their order.';
comment on column outbox.version is 'The number of the payment''s event that it announces.';
comment on column outbox.type is 'The public name, such as payment.succeeded.';

create table ledger_transfers (
    payment_id     uuid        not null,
    at             timestamptz not null,
    amount         bigint      not null,
    version        int         not null,
    kind           smallint    not null,
    currency       char(3)     collate "C" not null,
    merchant_id    text        collate "C" not null,
    cause          text        collate "C" not null,
    debit_account  text        collate "C" not null,
    credit_account text        collate "C" not null,
    constraint ledger_transfers_pkey primary key (cause, kind),
    constraint ledger_transfers_amount_check check (amount > 0),
    constraint ledger_transfers_accounts_check check (debit_account <> credit_account)
);

comment on table ledger_transfers is
    'Money that moved: each row debits one account and credits another by one amount, so the books balance row by row. Append-only.';
comment on column ledger_transfers.cause is
    'The attempt or refund, att_… or rfd_…. With kind it is the transfer''s identity, so that none is posted twice; and since it starts with '
    'the payment''s id, the primary key also finds a payment''s transfers, and new rows go to its right edge. No other index is kept.';
comment on column ledger_transfers.kind is '1 capture, 2 fee, 3 refund.';
comment on column ledger_transfers.version is 'The payment''s version after the decision that caused it.';

create table ledger_balances (
    merchant_id text     collate "C" not null,
    account     text     collate "C" not null,
    currency    char(3)  collate "C" not null,
    shard       smallint not null,
    debits      bigint   not null,
    credits     bigint   not null,
    constraint ledger_balances_pkey primary key (merchant_id, account, currency, shard),
    constraint ledger_balances_sums_check check (debits >= 0 and credits >= 0)
) with (
    fillfactor = 20,
    autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_cost_delay = 0
);

comment on table ledger_balances is
    'The sums of ledger_transfers per account, written in the transfers'' own transaction. Read them through ledger_accounts.';
comment on column ledger_balances.shard is
    'Each writer adds to a row of its own, by its backend''s number, so that writers do not wait for one another''s commit.';

create table webhook_inbox (
    merchant_id text        collate "C" not null,
    provider    text        collate "C" not null,
    event_id    text        collate "C" not null,
    received_at timestamptz not null,
    fate        smallint    not null,
    detail      text,
    body        bytea,
    constraint webhook_inbox_pkey primary key (merchant_id, provider, event_id),
    constraint webhook_inbox_fate_check check (fate between 1 and 4)
);

comment on table webhook_inbox is 'Providers'' webhooks that were taken in, so that each is taken in once.';
comment on column webhook_inbox.fate is '1 applied, 2 duplicate, 3 ignored, 4 parked for an operator.';
comment on column webhook_inbox.body is 'As received; kept for parked ones alone.';

create view ledger_accounts as
    select merchant_id, account, currency, sum(debits)::bigint as debits, sum(credits)::bigint as credits
    from ledger_balances
    group by merchant_id, account, currency;

comment on view ledger_accounts is 'Every account with its sums. Over a currency, debits and credits are equal at any instant.';

-- The group commit stops its transaction with this when a member was decided on a version that is no longer the payment's.
create function payment_require_rows(actual bigint, expected bigint) returns void
language plpgsql as $$
begin
    if actual <> expected then
        raise exception 'stale version: % of % payments', expected - actual, expected using errcode = 'PC001';
    end if;
end
$$;

create function refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;

-- Privileges keep the application out (0003); these keep a slip of the owner's out.
create trigger payment_events_append_only before update or delete or truncate on payment_events
    for each statement execute function refuse_change();
create trigger ledger_transfers_append_only before update or delete or truncate on ledger_transfers
    for each statement execute function refuse_change();

-- For operators: public ids are the UUID in Crockford's base32, lower case, 26 characters of 5 bits with two zero bits in front.
create function payment_text(id uuid) returns text
language sql immutable strict parallel safe as $$
    select 'pay_' || string_agg(
        substr('0123456789abcdefghjkmnpqrstvwxyz', substring(bits from 5 * n + 1 for 5)::int + 1, 1), '' order by n)
    from (select b'00' || ('x' || replace(id::text, '-', ''))::bit(128) as bits) as value, generate_series(0, 25) as n
$$;

-- Null if the text is no payment's id.
create function payment_uuid(id text) returns uuid
language sql immutable strict parallel safe as $$
    select case when id ~ '^pay_[0-7][0-9a-hjkmnp-tv-z]{25}$' then (
        select string_agg(lpad(to_hex(substring(bits from 3 + 32 * part for 32)::bit(32)::int), 8, '0'), '' order by part)::uuid
        from (
            select string_agg((strpos('0123456789abcdefghjkmnpqrstvwxyz', substr(id, 5 + n, 1)) - 1)::bit(5)::text, '' order by n)::bit(130)
                as bits
            from generate_series(0, 25) as n
        ) as value, generate_series(0, 3) as part)
    end
$$;
