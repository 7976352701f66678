-- min_version: 4
-- Due payments get a lane, so that recovery goes before routine, and an index by merchant, so that a merchant with hundreds of thousands of
-- due payments does not delay another's. docs/decisions/0013 says why. Rows of earlier versions, and those that such a version still
-- writes, are routine: a lane delays a payment, and never keeps it asleep.

alter table payment_schedule
    add column lane smallint not null default 2,
    add constraint payment_schedule_lane_check check (lane in (1, 2));

create index payment_schedule_fair_idx on payment_schedule (lane, merchant_id, due_at);

comment on column payment_schedule.lane is
    '1 recovery: something that was sent, or could not be sent, has no known outcome. 2 routine: expiries, polls, confirmations.';
comment on index payment_schedule_due_idx is 'Finds what is due while little is.';
comment on index payment_schedule_fair_idx is
    'Finds the merchants with due payments, and each one''s oldest, however many rows another merchant has.';
