-- What the application may do: take part in payments, and nothing else. It owns nothing, defines nothing, and cannot change or remove an
-- event or a transfer. Logins are made by the operator and put into this group: grant paymentcluster_app to <login>.

do $$
begin
    if not exists (select from pg_roles where rolname = 'paymentcluster_app') then
        create role paymentcluster_app nologin;
    end if;
exception
    -- Roles belong to the whole server: another database's migration may make it at the same moment.
    when duplicate_object or unique_violation then null;
end
$$;

-- With one login alone, the owner's, its application connections are confined by "Options=-c role=paymentcluster_app".
do $$
begin
    if not pg_has_role(current_user, 'paymentcluster_app', 'MEMBER') then
        execute format('grant paymentcluster_app to %I', current_user);
    end if;
exception
    when insufficient_privilege then null;
end
$$;

revoke create on schema public from public;
grant usage on schema public to paymentcluster_app;

do $$
begin
    execute format('grant connect on database %I to paymentcluster_app', current_database());
    execute format('revoke create, temporary on database %I from public', current_database());
end
$$;

grant select, insert on payments, payment_events, idempotency_keys, outbox, ledger_transfers, ledger_balances, webhook_inbox
    to paymentcluster_app;
grant update (version, status, method, authorized_amount, captured_amount, refunded_amount, updated_at) on payments to paymentcluster_app;
grant update (sent_at) on outbox to paymentcluster_app;
grant update (debits, credits) on ledger_balances to paymentcluster_app;
grant select, insert, update, delete on payment_schedule to paymentcluster_app;
grant select on ledger_accounts, schema_migrations to paymentcluster_app;

-- Orleans' membership and grain documents (0001).
do $$
declare
    orleans text;
begin
    foreach orleans in array array['orleansmembershipversiontable', 'orleansmembershiptable', 'orleansstorage'] loop
        if to_regclass(orleans) is not null then
            execute format('grant select, insert, update, delete on %I to paymentcluster_app', orleans);
        end if;
    end loop;
    if to_regclass('orleansquery') is not null then
        grant select on orleansquery to paymentcluster_app;
    end if;
end
$$;
