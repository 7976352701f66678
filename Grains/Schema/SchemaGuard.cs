using System.Collections.Immutable;
using Npgsql;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Schema;

/// <summary>What a silo requires of its store before it accepts a payment: the whole schema, durable settings, and no
/// more rights than it needs. A promise of durability is worth what this checks.</summary>
public static class SchemaGuard
{
    /// <summary>UNIQUE NULLS NOT DISTINCT came with 15.</summary>
    private const int OldestServer = 150000;

    /// <summary>The constraints that carry the invariants; a test holds this list against the migrated
    /// schema.</summary>
    internal static readonly ImmutableArray<string> Constraints =
    [
        "payments_pkey", "payments_order_key", "payments_version_check", "payments_status_check",
        "payments_method_check",
        "payments_amount_check", "payments_refunded_check", "payments_captured_check",
        "payment_events_pkey", "payment_events_version_check",
        "payment_schedule_pkey", "payment_schedule_lane_check",
        "idempotency_keys_pkey", "idempotency_keys_fingerprint_check", "outbox_pkey",
        "ledger_transfers_amount_check", "ledger_transfers_accounts_check",
        "ledger_balances_pkey", "ledger_balances_sums_check", "webhook_inbox_pkey", "webhook_inbox_fate_check",
        "alarms_pkey", "alarms_kind_check",
        "audit_entries_pkey", "audit_entries_change_key", "audit_entries_kind_check", "audit_entries_outcome_check",
        "audit_entries_hash_check", "audit_days_pkey", "audit_days_positions_check", "audit_open_pkey",
        "audit_queue_pkey",
        "archives_pkey", "archives_counts_check", "archives_manifest_check",
        "archived_balances_pkey", "archived_balances_sums_check",
    ];

    private const string SettingsSql =
        """
        select current_setting('server_version_num')::int, current_setting('server_version'),
               current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
               current_setting('synchronous_standby_names'),
               pg_is_in_recovery() or current_setting('default_transaction_read_only')::bool,
               current_setting('lock_timeout'), current_setting('plan_cache_mode')
        """;

    private const string Pooler =
        "Something between this process and PostgreSQL, such as PgBouncer, does not pass on the settings of sessions "
            + "(the startup parameter 'options'): connect to PostgreSQL itself.";

    private const string ConstraintsSql =
        """
        select c.conname::text
        from pg_constraint c
        left join pg_index i on i.indexrelid = c.conindid
        where c.connamespace = current_schema()::regnamespace and c.convalidated
            and coalesce(i.indisvalid and i.indisready, true)
        """;

    // The partitions without a valid primary key. A transfer's cause names its payment, and so its partition: the keys
    // of the partitions are one key.
    private const string PartitionsSql =
        """
        select c.relname::text
        from pg_inherits i
        join pg_class c on c.oid = i.inhrelid
        where i.inhparent in ('payment_events'::regclass, 'ledger_transfers'::regclass) and not exists (
            select from pg_constraint k
            join pg_index x on x.indexrelid = k.conindid and x.indisvalid and x.indisready
            where k.conrelid = c.oid and k.contype = 'p')
        """;

    // One line per right: what, whether the application must have it, whether it has it.
    private const string RightsSql =
        """
        with me as (select rolname, rolsuper from pg_roles where rolname = current_user)
        select 'be a superuser', false, rolsuper from me
        union all
        select 'create objects in schema ' || current_schema(), false, has_schema_privilege(current_schema(), 'CREATE')
        union all
        select 'create schemas in the database', false, has_database_privilege(current_database(), 'CREATE')
        union all
        select 'define ' || relname, false, pg_has_role(relowner, 'USAGE')
        from pg_class where relnamespace = current_schema()::regnamespace
            and relname in ('payments', 'payment_events', 'ledger_transfers')
        union all
        select lower(privilege) || ' ' || tree.relid::text, false, has_table_privilege(tree.relid, privilege)
        from unnest(array['payment_events', 'ledger_transfers']) parent, pg_partition_tree(parent::regclass) tree,
            unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) privilege
        union all
        select lower(privilege) || ' audit_entries', false, has_table_privilege('audit_entries', privilege)
        from unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) privilege
        union all
        select lower(privilege) || ' ' || relation, true, has_table_privilege(relation, privilege)
        from (values
            ('payments', 'SELECT'), ('payments', 'INSERT'), ('payment_events', 'SELECT'), ('payment_events', 'INSERT'),
            ('payment_schedule', 'SELECT'), ('payment_schedule', 'INSERT'), ('payment_schedule', 'UPDATE'),
            ('payment_schedule', 'DELETE'),
            ('idempotency_keys', 'SELECT'), ('idempotency_keys', 'INSERT'), ('outbox', 'SELECT'), ('outbox', 'INSERT'),
            ('ledger_transfers', 'SELECT'), ('ledger_transfers', 'INSERT'), ('ledger_balances', 'SELECT'),
            ('ledger_balances', 'INSERT'),
            ('webhook_inbox', 'SELECT'), ('webhook_inbox', 'INSERT'),
            ('alarms', 'SELECT'), ('alarms', 'INSERT'), ('alarms', 'DELETE'),
            ('audit_entries', 'SELECT'), ('audit_entries', 'INSERT'), ('audit_days', 'SELECT'),
            ('audit_days', 'INSERT'), ('audit_open', 'SELECT'), ('audit_open', 'INSERT'), ('audit_open', 'DELETE'),
            ('audit_queue', 'SELECT'), ('audit_queue', 'INSERT'), ('audit_queue', 'DELETE')) as needed (relation, privilege)
        union all
        select 'update ' || relation || '.' || field, true, has_column_privilege(relation, field, 'UPDATE')
        from (values ('payments', 'version'), ('ledger_balances', 'debits'), ('ledger_balances', 'credits'))
            as needed (relation, field)
        """;

    /// <summary>Checks the store that the application's connections see.</summary>
    /// <exception cref="SchemaException">It is unavailable, or unfit for payments.</exception>
    public static Task CheckAsync(PaymentDatabase database, CancellationToken cancellation = default) =>
        CheckAsync(database, MigrationScript.BuiltIn, cancellation);

    internal static async Task CheckAsync(
        PaymentDatabase database, ImmutableArray<MigrationScript> scripts, CancellationToken cancellation = default)
    {
        try
        {
            await using var connection = await database.Writes.OpenConnectionAsync(cancellation);
            await CheckSettingsAsync(connection, cancellation);
            await CheckHistoryAsync(connection, scripts, cancellation);
            await CheckConstraintsAsync(connection, cancellation);
            await CheckPartitionsAsync(connection, cancellation);
            await CheckRightsAsync(connection, cancellation);
            await CheckStatementsAsync(connection, cancellation);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new SchemaException(
                $"The application's database login is not in the group paymentcluster_app: {exception.MessageText}.",
                exception);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ProtocolViolation)
        {
            throw new SchemaException($"{Pooler} It says: {exception.MessageText}.", exception);
        }
        catch (NpgsqlException exception)
        {
            throw new SchemaException($"The database cannot be checked: {exception.Message}", exception);
        }
    }

    private static async Task CheckSettingsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(SettingsSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        Require(
            reader.GetInt32(0) >= OldestServer, $"PostgreSQL {reader.GetString(1)} is too old: 15 or later is needed.");
        Require(
            reader.GetString(2) == "on",
            "PostgreSQL runs with fsync=off: it would lose payments that it has acknowledged.");
        Require(
            reader.GetString(3) == "on",
            "PostgreSQL runs with full_page_writes=off: a power cut could tear pages of payments.");

        var commit = reader.GetString(4);
        var standbys = reader.GetString(5);
        Require(
            commit != "off",
            "PostgreSQL runs with synchronous_commit=off: it would lose payments that it has acknowledged.");
        Require(
            commit != "local" || standbys.Length == 0,
            "PostgreSQL has synchronous standbys but runs with synchronous_commit=local: a failover would lose "
                + "acknowledged payments.");
        Require(!reader.GetBoolean(6), "The database is read-only, or a standby: payments need the primary.");
        Require(reader.GetString(7) == "2s" && reader.GetString(8) == "force_generic_plan", Pooler);
    }

    private static async Task CheckHistoryAsync(
        NpgsqlConnection connection, ImmutableArray<MigrationScript> scripts, CancellationToken cancellation)
    {
        var applied = await SchemaHistory.ReadAsync(connection, cancellation);
        var pending = SchemaHistory.Pending(scripts, applied);
        Require(
            pending.IsEmpty,
            $"The database lacks migration {(pending.IsEmpty ? null : pending[0])}: run 'Silo migrate' with the owner's "
                + "login (ConnectionStrings:PaymentClusterOwner) first.");
    }

    private static async Task CheckConstraintsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ConstraintsSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(reader.GetString(0));
        }

        var missing = Constraints.FirstOrDefault(name => !found.Contains(name));
        Require(
            missing is null,
            $"The database has lost the constraint {missing}, or it is not valid: the schema was changed by hand.");
    }

    private static async Task CheckPartitionsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(PartitionsSql, connection);
        var without = await command.ExecuteScalarAsync(cancellation) as string;
        Require(
            without is null,
            $"The partition {without} has no primary key, or it is not valid: the schema was changed by hand.");
    }

    private static async Task CheckRightsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(RightsSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var right = reader.GetString(0);
            var (needed, present) = (reader.GetBoolean(1), reader.GetBoolean(2));
            Require(
                !needed || present,
                $"The application's database login may not {right}: it must be in the group paymentcluster_app.");
            Require(
                needed || !present,
                $"The application's database login may {right}: use a login that is only in the group "
                    + "paymentcluster_app, "
                + "or add 'Options=-c role=paymentcluster_app' to ConnectionStrings:PaymentCluster.");
        }
    }

    // Other manual changes, such as a dropped column, show when the statements are parsed.
    private static async Task CheckStatementsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        foreach (var sql in PaymentSql.All)
        {
            try
            {
                await using var command = new NpgsqlCommand(
                    $"prepare schema_guard as {sql}; deallocate schema_guard", connection);
                await command.ExecuteNonQueryAsync(cancellation);
            }
            catch (PostgresException exception)
            {
                throw new SchemaException(
                    $"The database's schema is not this version's: {exception.MessageText}.", exception);
            }
        }
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SchemaException(otherwise);
        }
    }
}
