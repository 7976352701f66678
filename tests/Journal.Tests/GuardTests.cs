using Npgsql;
using PaymentCluster.Grains.Health;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Schema;
using PaymentCluster.Testing;

namespace PaymentCluster.Journal.Tests;

public sealed class GuardTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task The_applications_login_is_let_in()
    {
        await CheckAsync(fixture.Database.AppConnectionString);
    }

    [Fact]
    public async Task An_owners_login_is_refused_unless_its_role_confines_it()
    {
        var owner = fixture.Database.OwnerConnectionString;
        await AssertRefusedAsync(owner, "may be a superuser");
        await CheckAsync(With(owner, "-c role=paymentcluster_app"));
    }

    [Fact]
    public async Task A_confined_owner_stays_confined_on_pooled_connections()
    {
        await using var database = new PaymentDatabase(
            With(fixture.Database.OwnerConnectionString, "-c role=paymentcluster_app"));
        for (var round = 0; round < 5; round++)
        {
            await using var connection = await database.Reads.OpenConnectionAsync();
            await using var command = new NpgsqlCommand(
                "select current_user::text || ' ' || pg_backend_pid()", connection);
            Assert.StartsWith(
                "paymentcluster_app ", (string)(await command.ExecuteScalarAsync())!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_pooler_that_drops_the_settings_of_sessions_is_refused()
    {
        await using var pooler = new OptionsDroppingPooler(fixture.Database.AppConnectionString);
        await using var database = new PaymentDatabase(pooler.ConnectionString);
        var refused = await Assert.ThrowsAsync<SchemaException>(() => SchemaGuard.CheckAsync(database));
        Assert.Contains("connect to PostgreSQL itself", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_outside_the_group_is_refused()
    {
        var login = $"{fixture.Database.Name}_stranger";
        await fixture.Database.ExecuteAsync($"create role {login} login password 'stranger'");
        try
        {
            var stranger = new NpgsqlConnectionStringBuilder(fixture.Database.AppConnectionString)
            {
                Username = login, Password = "stranger",
            };
            await AssertRefusedAsync(stranger.ConnectionString, "paymentcluster_app");
        }
        finally
        {
            await fixture.Database.ExecuteAsync($"drop role {login}");
        }
    }

    public static TheoryData<string, string> Settings => new()
    {
        { "-c synchronous_commit=off", "synchronous_commit=off" },
        { "-c default_transaction_read_only=on", "read-only" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task A_session_that_is_not_durable_is_refused(string setting, string because) =>
        await AssertRefusedAsync(With(fixture.Database.AppConnectionString, setting), because);

    public static TheoryData<string> Forbidden =>
    [
        "update payment_events set type = 'other'", "delete from payment_events", "truncate payment_events",
        "update ledger_transfers set amount = 1", "delete from ledger_transfers", "truncate ledger_transfers",
        "update payments set amount = 1", "update payments set order_id = 'other'", "delete from payments",
        "delete from idempotency_keys", "create table mine (x int)", "create temporary table mine (x int)",
        "create schema mine", "alter table payments add column x int", "drop table outbox",
        "alter table payment_events disable trigger all", "create role mine", "delete from schema_migrations",
    ];

    [Theory]
    [MemberData(nameof(Forbidden))]
    public async Task The_application_may_not(string sql)
    {
        await using var database = new PaymentDatabase(fixture.Database.AppConnectionString);
        await using var command = database.Reads.CreateCommand(sql);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }

    [Theory]
    [InlineData("update payment_events set type = 'other'")]
    [InlineData("delete from ledger_transfers")]
    [InlineData("truncate ledger_transfers")]
    public async Task A_slip_of_the_owners_changes_no_history(string sql)
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => fixture.Database.ExecuteAsync(sql));
        Assert.EndsWith("is append-only", refusal.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_healthy_store_has_nothing_to_say()
    {
        await using var database = new PaymentDatabase(fixture.Database.AppConnectionString);
        Assert.Null(await new StoreHealth(database, TimeProvider.System).CheckAsync());
    }

    [Fact]
    public async Task A_store_out_of_reach_says_so()
    {
        await using var database = new PaymentDatabase("Host=127.0.0.1;Port=1;Database=none;Username=none");
        Assert.Equal("The database is unavailable.", await new StoreHealth(database, TimeProvider.System).CheckAsync());
        var refusal = await Assert.ThrowsAsync<SchemaException>(() => SchemaGuard.CheckAsync(database));
        Assert.StartsWith("The database cannot be checked", refusal.Message, StringComparison.Ordinal);
    }

    private static string With(string connectionString, string options) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Options = options }.ConnectionString;

    private static async Task CheckAsync(string connectionString)
    {
        await using var database = new PaymentDatabase(connectionString);
        await SchemaGuard.CheckAsync(database);
    }

    private static async Task AssertRefusedAsync(string connectionString, string because)
    {
        var refusal = await Assert.ThrowsAsync<SchemaException>(() => CheckAsync(connectionString));
        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
    }
}

/// <summary>Schemas that were changed by hand.</summary>
public sealed class DamagedSchemaTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData("alter table payments drop constraint payments_order_key", "lost the constraint payments_order_key")]
    [InlineData("alter table payments drop column customer_id", "is not this version's")]
    [InlineData("drop function payment_require_rows(bigint, bigint)", "is not this version's")]
    [InlineData("grant update on payment_events to paymentcluster_app", "may update payment_events")]
    [InlineData("grant delete on ledger_transfers to public", "may delete ledger_transfers")]
    [InlineData("grant create on schema public to paymentcluster_app", "may create objects in schema public")]
    [InlineData("revoke insert on outbox from paymentcluster_app", "may not insert outbox")]
    public async Task A_schema_changed_by_hand_is_refused(string damage, string because)
    {
        await _database.ExecuteAsync(damage);
        await using var database = new PaymentDatabase(_database.AppConnectionString);
        var refusal = await Assert.ThrowsAsync<SchemaException>(() => SchemaGuard.CheckAsync(database));
        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
    }
}

/// <summary>Settings that only a server's start can have.</summary>
public sealed class ServerSettingsTests : IAsyncLifetime
{
    private PrivateServer _server = null!;

    public async Task InitializeAsync() => _server = await PrivateServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_server_that_would_lose_payments_is_refused()
    {
        var database = await TestDatabase.CreateEmptyAsync(_server.ConnectionString);
        await database.MigrateAsync();
        foreach (var setting in new[] { "fsync", "full_page_writes" })
        {
            await _server.CrashAsync();
            await _server.StartAgainAsync($"{setting}=off");
            await using var store = new PaymentDatabase(database.AppConnectionString);
            var refusal = await Assert.ThrowsAsync<SchemaException>(() => SchemaGuard.CheckAsync(store));
            Assert.Contains($"{setting}=off", refusal.Message, StringComparison.Ordinal);
        }

        await _server.CrashAsync();
        await _server.StartAgainAsync("synchronous_standby_names=standby", "synchronous_commit=local");
        await using var local = new PaymentDatabase(database.AppConnectionString);
        var lossy = await Assert.ThrowsAsync<SchemaException>(() => SchemaGuard.CheckAsync(local));
        Assert.Contains("a failover would lose", lossy.Message, StringComparison.Ordinal);
    }
}
