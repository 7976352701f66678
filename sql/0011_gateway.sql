-- min_version: 4
-- What a gateway may do: read where the silos are. It calls them for everything else, so that who takes over a gateway has no more than its
-- calls. Logins are put into this group: grant paymentcluster_gateway to <login>.

-- Where the owner may not make roles, the operator makes this one and then grants by hand what stands below; until then no gateway starts.
do $$
begin
    if not exists (select from pg_roles where rolname = 'paymentcluster_gateway') then
        create role paymentcluster_gateway nologin;
    end if;
exception
    -- Roles belong to the whole server: another database's migration may make it at the same moment.
    when duplicate_object or unique_violation or insufficient_privilege then null;
end
$$;

do $$
declare
    membership text;
begin
    if exists (select from pg_roles where rolname = 'paymentcluster_gateway') then
        execute format('grant connect on database %I to paymentcluster_gateway', current_database());
        grant usage on schema public to paymentcluster_gateway;
        foreach membership in array array['orleansmembershipversiontable', 'orleansmembershiptable', 'orleansquery'] loop
            execute format('grant select on %I to paymentcluster_gateway', membership);
        end loop;
    end if;
end
$$;

-- With one login alone, the owner's, a gateway's connections are confined by "Options=-c role=paymentcluster_gateway".
do $$
begin
    if exists (select from pg_roles where rolname = 'paymentcluster_gateway')
        and not pg_has_role(current_user, 'paymentcluster_gateway', 'MEMBER') then
        execute format('grant paymentcluster_gateway to %I', current_user);
    end if;
exception
    -- Membership is then the operator's to give.
    when insufficient_privilege then null;
end
$$;
