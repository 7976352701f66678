-- min_version: 4
-- What an operator has to look at, as a table of its own: open alarms are few, and are listed and counted without reading payments. A build
-- that does not know the table neither raises nor clears its rows; docs/operating.md says what to do after a mixed time.

create table alarms (
    merchant_id text        collate "C" not null,
    payment_id  uuid        not null,
    kind        smallint    not null,
    number      int         not null,
    raised_at   timestamptz not null,
    reason      text        not null,
    constraint alarms_pkey primary key (merchant_id, payment_id, kind, number),
    constraint alarms_kind_check check (kind between 1 and 3)
);

comment on table alarms is
    'What needs an operator now: written in the commit that raises it, and deleted in the commit that clears it.';
comment on column alarms.kind is '1 a payment in review, 2 a refund in review, 3 money that was not requested.';
comment on column alarms.number is 'The attempt, the refund, or the unexpected money, within the payment.';

insert into alarms (merchant_id, payment_id, kind, number, raised_at, reason)
select p.merchant_id, p.payment_id, 1, (e.data ->> 'attempt')::int, e.at, e.data ->> 'reason'
from payments p
cross join lateral (
    select at, data from payment_events e
    where e.payment_id = p.payment_id and type = 'review_required' order by version desc limit 1) as e
where p.status = 8;

insert into alarms (merchant_id, payment_id, kind, number, raised_at, reason)
select distinct on (p.merchant_id, p.payment_id, (e.data ->> 'refund')::int)
       p.merchant_id, p.payment_id, 2, (e.data ->> 'refund')::int, e.at, e.data ->> 'reason'
from payment_events e
join payments p on p.payment_id = e.payment_id
where e.type = 'refund_review_required'
    and not exists (
        select from payment_events later
        where later.payment_id = e.payment_id and later.version > e.version
            and later.type in ('refund_succeeded', 'refund_failed', 'refund_confirmed')
            and later.data ->> 'refund' = e.data ->> 'refund')
order by p.merchant_id, p.payment_id, (e.data ->> 'refund')::int, e.version desc;

grant select, insert, delete, update (raised_at, reason) on alarms to paymentcluster_app;
