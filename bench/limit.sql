-- The second client of `limit`: the journal's statements, run by pgbench. bench/run starts it with
--   pgbench --protocol=prepared --define=first=1 --define=size=512 --define=created=… (bench/Scenarios/Pgbench.cs)
-- and refuses to if a statement differs from the journal's. Each run of this script accepts a batch of payments in one
-- transaction and completes it in another.

-- What is the same in every batch is made once. (chr(58) is a colon, which would begin a variable.)
\if :first
\set first 0
select array_fill('bench'::text, array[:size::int]) as merchants,
       array_fill(2, array[:size::int]) as accepted_versions,
       array_fill(3, array[:size::int]) as completed_versions,
       array_fill(1::smallint, array[:size::int]) as pending,
       array_fill(4::smallint, array[:size::int]) as success,
       array_fill(1::smallint, array[:size::int]) as methods,
       array_fill('INR'::text, array[:size::int]) as currencies,
       array_fill(:lane::smallint, array[:size::int]) as lanes,
       array_fill(:amount::bigint, array[:size::int]) as amounts,
       array_fill(0::bigint, array[:size::int]) as nothing,
       array_fill(null::text, array[:size::int]) as customers,
       array_fill('payment_captured'::text, array[:size::int]) as completed_types,
       array_fill(:captured::text, array[:size::int]) as completed_data,
       array_fill('payment.succeeded'::text, array[:size::int]) as public_types
\gset
select array_agg(e order by n, e) as event_versions,
       array_agg(case e when 1 then 'payment_created' else 'attempt_started' end order by n, e) as event_types,
       array_agg(case e when 1 then :created::text else :started::text end order by n, e) as event_data,
       array_agg(case e when 1 then :amount::bigint else :fee::bigint end order by n, e) as transfer_amounts,
       array_agg(3 order by n, e) as transfer_versions,
       array_agg('INR'::text order by n, e) as transfer_currencies,
       array_agg('bench'::text order by n, e) as transfer_merchants,
       array_agg(case e when 1 then 'receivable' || chr(58) || 'instant' else 'provider_fees' end order by n, e) as debits,
       array_agg(case e when 1 then 'merchant_payable' else 'receivable' || chr(58) || 'instant' end order by n, e) as credits
from generate_series(1, :size::int) as n, generate_series(1, 2) as e
\gset
select array_fill('bench'::text, array[3]) as sum_merchants,
       array['merchant_payable', 'provider_fees', 'receivable' || chr(58) || 'instant'] as sum_accounts,
       array_fill('INR'::text, array[3]) as sum_currencies,
       array[0, :fee::bigint * :size::int, :amount::bigint * :size::int] as sum_debits,
       array[:amount::bigint * :size::int, 0, :fee::bigint * :size::int] as sum_credits
\gset
\endif

-- Ids in the order of time, as UUIDv7 are; orders and causes with them.
with batch as materialized (
    select now() as at, lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') as millisecond,
           substr(md5(random()::text), 1, 15) as noise),
payment as (
    select n, at, (millisecond || '7' || lpad(to_hex(n), 3, '0') || '8' || noise)::uuid as id,
           'order_' || millisecond || :client_id::text || lpad(n::text, 4, '0') as order_id
    from batch, generate_series(1, :size::int) as n)
select array_agg(id order by n) as payments, array_agg(order_id order by n) as orders, array_agg(at order by n) as times,
       array_agg(at + interval '20 seconds' order by n) as dues
from payment
\gset
select array_agg(id order by n, e) as event_payments, array_agg(at order by n, e) as event_times,
       array_agg('att_' || substr(replace(id::text, '-', ''), 1, 26) || '_1' order by n, e) as causes,
       array_agg(e::smallint order by n, e) as kinds
from unnest(:payments::uuid[], :times::timestamptz[]) with ordinality as p (id, at, n), generate_series(1, 2) as e
\gset

\startpipeline
insert into payments (merchant_id, payment_id, version, status, method, currency, amount, authorized_amount,
                      captured_amount, refunded_amount, created_at, updated_at, order_id, customer_id)
select * from unnest(:merchants::text[], :payments::uuid[], :accepted_versions::int[], :pending::smallint[], :methods::smallint[], :currencies::char(3)[],
                     :amounts::bigint[], :nothing::bigint[], :nothing::bigint[], :nothing::bigint[], :times::timestamptz[],
                     :times::timestamptz[], :orders::text[], :customers::text[]);
insert into payment_schedule (payment_id, due_at, merchant_id, lane)
select * from unnest(:payments::uuid[], :dues::timestamptz[], :merchants::text[], :lanes::smallint[])
on conflict (payment_id) do update set due_at = excluded.due_at, lane = excluded.lane;
insert into payment_events (payment_id, at, version, type, data)
select * from unnest(:event_payments::uuid[], :event_times::timestamptz[], :event_versions::int[], :event_types::text[], :event_data::json[]);
\endpipeline

\startpipeline
with moved as (
    update payments p
    set version = m.version, status = m.status, method = m.method, authorized_amount = m.authorized,
        captured_amount = m.captured,
        refunded_amount = m.refunded, updated_at = m.updated_at
    from unnest(:merchants::text[], :payments::uuid[], :accepted_versions::int[], :completed_versions::int[], :success::smallint[], :methods::smallint[],
                :amounts::bigint[], :amounts::bigint[], :nothing::bigint[], :times::timestamptz[])
        as m (merchant_id, payment_id, expected, version, status, method, authorized, captured, refunded,
              updated_at)
    where p.merchant_id = m.merchant_id and p.payment_id = m.payment_id and p.version = m.expected
    returning 1)
select payment_require_rows((select count(*) from moved), :size);
delete from payment_schedule where payment_id = any (:payments::uuid[]);
insert into payment_events (payment_id, at, version, type, data)
select * from unnest(:payments::uuid[], :times::timestamptz[], :completed_versions::int[], :completed_types::text[], :completed_data::json[]);
insert into outbox (payment_id, created_at, version, merchant_id, type)
select * from unnest(:payments::uuid[], :times::timestamptz[], :completed_versions::int[], :merchants::text[], :public_types::text[]);
insert into ledger_transfers (payment_id, at, amount, version, kind, currency, merchant_id, cause,
                              debit_account, credit_account)
select * from unnest(:event_payments::uuid[], :event_times::timestamptz[], :transfer_amounts::bigint[], :transfer_versions::int[], :kinds::smallint[],
                     :transfer_currencies::char(3)[], :transfer_merchants::text[], :causes::text[], :debits::text[], :credits::text[]);
insert into ledger_balances as b (merchant_id, account, currency, shard, debits, credits)
select m.merchant_id, m.account, m.currency, pg_backend_pid() % 16, m.debits, m.credits
from unnest(:sum_merchants::text[], :sum_accounts::text[], :sum_currencies::char(3)[], :sum_debits::bigint[], :sum_credits::bigint[])
    as m (merchant_id, account, currency, debits, credits)
on conflict (merchant_id, account, currency, shard)
    do update set debits = b.debits + excluded.debits, credits = b.credits + excluded.credits;
\endpipeline
