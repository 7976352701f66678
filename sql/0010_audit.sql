-- min_version: 4
-- Who changed what: one trail per merchant, and one (merchant '-') of what belongs to none. Entries of a day are a chain of hashes, and the
-- days' seals another one. docs/decisions/0022 says why. Builds before this one write no entries.

create table audit_entries (
    merchant_id text        collate "C" not null,
    position    bigint      not null,
    day         date        not null,
    at          timestamptz not null,
    kind        smallint    not null,
    outcome     smallint,
    change_id   uuid        not null,
    action      text        collate "C" not null,
    actor       text        collate "C" not null,
    address     text        collate "C",
    subject     text        collate "C",
    detail      text,
    hash        bytea       not null,
    constraint audit_entries_pkey primary key (merchant_id, position),
    constraint audit_entries_change_key unique (merchant_id, change_id, kind),
    constraint audit_entries_kind_check check (kind between 1 and 3),
    constraint audit_entries_outcome_check check ((outcome is null) = (kind = 1) and (outcome is null or outcome between 1 and 2)),
    constraint audit_entries_hash_check check (length(hash) = 32)
);

create index audit_entries_subject_idx on audit_entries (merchant_id, subject, position);

comment on table audit_entries is 'The audit trail: append-only, and never deleted.';
comment on column audit_entries.position is 'From 1 without gaps within a trail.';
comment on column audit_entries.kind is
    '1 a change begins, 2 its outcome (same change_id), 3 a change whose entry was written in its own transaction.';
comment on column audit_entries.outcome is '1 done, 2 interrupted.';
comment on column audit_entries.hash is 'SHA-256 over the previous entry''s hash of the same day and this entry''s content.';

create trigger audit_entries_append_only before update or delete or truncate on audit_entries
    for each statement execute function refuse_change();

create table audit_days (
    merchant_id    text   collate "C" not null,
    day            date   not null,
    first_position bigint not null,
    last_position  bigint not null,
    last_hash      bytea  not null,
    seal           bytea,
    constraint audit_days_pkey primary key (merchant_id, day),
    constraint audit_days_positions_check check (first_position between 1 and last_position)
);

comment on table audit_days is 'The days of each trail. A day is sealed by the first entry of a later one.';
comment on column audit_days.seal is 'SHA-256 over the seal of the day before and this row''s other columns.';

create table audit_open (
    merchant_id text        collate "C" not null,
    change_id   uuid        not null,
    at          timestamptz not null,
    action      text        collate "C" not null,
    subject     text        collate "C",
    constraint audit_open_pkey primary key (merchant_id, change_id)
);

comment on table audit_open is 'Changes that were begun and have no outcome yet: nearly always none.';

create table audit_queue (
    payment_id  uuid        not null,
    version     int         not null,
    merchant_id text        collate "C" not null,
    at          timestamptz not null,
    action      text        collate "C" not null,
    actor       text        collate "C" not null,
    address     text        collate "C",
    detail      text,
    constraint audit_queue_pkey primary key (merchant_id, payment_id, version)
);

comment on table audit_queue is
    'Changes of payments, written in the commit of the change itself, until they are linked into their merchant''s trail some seconds later.';

grant select, insert on audit_entries to paymentcluster_app;
grant select, insert, update (last_position, last_hash, seal) on audit_days to paymentcluster_app;
grant select, insert, delete on audit_open, audit_queue to paymentcluster_app;
