-- min_version: 4
-- Prepares what 0008 makes of payment_events and ledger_transfers: partitions by the time in the payment's id. What is stored becomes the first
-- partition as it is, without being rewritten, and so needs an upper bound: the second month from now, or from the newest payment. The
-- constraint holds for new rows at once. 0008 checks the others, in a transaction of its own, because payments may not wait for that.

create function payment_first_id(at timestamptz) returns uuid
language sql immutable strict parallel safe as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

create function payment_time(id uuid) returns timestamptz
language sql immutable strict parallel safe as $$
    select to_timestamp(('x' || lpad(left(replace(id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint / 1000.0)
$$;

comment on function payment_first_id is 'The lowest id of payments that were made at a time or later: UUIDv7 are in the order of time.';
comment on function payment_time is 'When a payment''s id was made.';

-- In the order in which payments take these locks.
lock table payment_events in access exclusive mode;
lock table ledger_transfers in access exclusive mode;

do $$
declare
    newest uuid;
    bound uuid;
begin
    select payment_id into newest from payment_events order by payment_id desc limit 1;
    bound := payment_first_id(
        (date_trunc('month', greatest(now(), payment_time(newest)) at time zone 'utc') + interval '2 months') at time zone 'utc');
    execute format('alter table payment_events add constraint payment_events_first_check check (payment_id < %L) not valid', bound);
    execute format('alter table ledger_transfers add constraint ledger_transfers_first_check check (payment_id < %L) not valid', bound);
end
$$;
