-- The vault: numbers of cards that may be kept, encrypted, in a schema of their own that the application's role cannot even look into. A silo
-- opens it with a second login (ConnectionStrings:PaymentClusterVault), a member of paymentcluster_vault and of nothing else.
-- docs/operating.md says how its keys are kept and changed.

create schema vault;
revoke all on schema vault from public;

create table vault.keys (
    merchant_id text        collate "C" not null,
    key_id      text        collate "C" not null,
    purpose     smallint    not null,
    generation  int         not null,
    master_key  text        collate "C" not null,
    wrapped     bytea       not null,
    created_at  timestamptz not null,
    constraint keys_pkey primary key (merchant_id, key_id),
    constraint keys_generation_key unique (merchant_id, purpose, generation),
    constraint keys_purpose_check check (purpose in (1, 2)),
    constraint keys_generation_check check (generation > 0)
);

comment on table vault.keys is
    'Each merchant''s own keys, wrapped by a master key that is outside the database. The highest generation of a purpose is the one in use.';
comment on column vault.keys.purpose is '1 seals cards, 2 makes fingerprints.';
comment on column vault.keys.master_key is 'The name of the master key that wraps it.';
comment on column vault.keys.wrapped is 'Nonce, ciphertext and tag (AES-256-GCM), bound to merchant, purpose and key.';

create table vault.cards (
    merchant_id text        collate "C" not null,
    token       text        collate "C" not null,
    customer_id text        collate "C" not null,
    key_id      text        collate "C" not null,
    fingerprint bytea       not null,
    sealed      bytea       not null,
    created_at  timestamptz not null,
    constraint cards_pkey primary key (merchant_id, token),
    constraint cards_fingerprint_key unique (merchant_id, customer_id, fingerprint),
    -- A key that still seals something cannot go, and nothing can be sealed under one that went.
    constraint cards_key_fkey foreign key (merchant_id, key_id) references vault.keys (merchant_id, key_id),
    constraint cards_fingerprint_check check (length(fingerprint) = 32)
);

create index cards_key_idx on vault.cards (merchant_id, key_id);

comment on table vault.cards is 'One row per card that a customer had kept. No security code is ever here.';
comment on column vault.cards.fingerprint is 'HMAC-SHA256 of the whole number under the merchant''s fingerprint key: it finds a card that is there already.';
comment on column vault.cards.sealed is
    'Nonce, ciphertext and tag (AES-256-GCM) of number, holder and expiry, bound to merchant, token and key: a row that is moved does not open.';

-- Where the owner may not make roles, the operator makes this one and then grants by hand what stands below; until then the vault stays shut.
do $$
begin
    if not exists (select from pg_roles where rolname = 'paymentcluster_vault') then
        create role paymentcluster_vault nologin;
    end if;
exception
    when duplicate_object or unique_violation or insufficient_privilege then null;
end
$$;

do $$
begin
    if exists (select from pg_roles where rolname = 'paymentcluster_vault') then
        grant usage on schema vault to paymentcluster_vault;
        grant select, insert, update, delete on vault.keys, vault.cards to paymentcluster_vault;
        execute format('grant connect on database %I to paymentcluster_vault', current_database());
    end if;
end
$$;

-- With one login alone, the owner's, the vault's connections are confined by "Options=-c role=paymentcluster_vault".
do $$
begin
    if exists (select from pg_roles where rolname = 'paymentcluster_vault')
        and not pg_has_role(current_user, 'paymentcluster_vault', 'MEMBER') then
        execute format('grant paymentcluster_vault to %I', current_user);
    end if;
exception
    -- Membership is then the operator's to give.
    when insufficient_privilege then null;
end
$$;
