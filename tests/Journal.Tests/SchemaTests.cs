using System.Collections.Immutable;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Schema;
using PaymentCluster.Testing;

namespace PaymentCluster.Journal.Tests;

public sealed class SchemaTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateEmptyAsync(TestDatabase.Server);

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Processes_that_start_together_migrate_once()
    {
        var made = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => SchemaMigrator.MigrateAsync(_database.OwnerConnectionString)));
        Assert.Single(made, result => result.Applied == MigrationScript.BuiltIn.Length);
        Assert.Equal(7, made.Count(result => result.Applied == 0));
    }

    [Fact]
    public async Task A_changed_migration_is_refused()
    {
        await _database.MigrateAsync();
        await _database.ExecuteAsync("update schema_migrations set sha256 = 'other' where number = 2");
        await AssertRefusedAsync("Migration 0002_payments is not the one that the database has had");
    }

    [Fact]
    public async Task A_newer_schema_that_admits_this_build_is_used_and_not_migrated()
    {
        await _database.MigrateAsync();
        var later = Later(9001, minVersion: Newest, "alter table outbox add column later int");
        await SchemaMigrator.MigrateAsync(_database.OwnerConnectionString, [.. MigrationScript.BuiltIn, later]);

        var result = await SchemaMigrator.MigrateAsync(_database.OwnerConnectionString);
        Assert.Equal((0, "9001_later"), (result.Applied, result.Latest));
        await CheckAsync();
    }

    [Theory]
    [InlineData(9001)]
    [InlineData(null)]
    public async Task A_newer_schema_that_does_not_admit_this_build_is_refused(int? minVersion)
    {
        await _database.MigrateAsync();
        var later = Later(9001, minVersion ?? 1);
        var last = Later(9002, minVersion: 1);
        await SchemaMigrator.MigrateAsync(_database.OwnerConnectionString, [.. MigrationScript.BuiltIn, later, last]);
        if (minVersion is null)
        {
            // A history from before the column.
            await _database.ExecuteAsync("alter table schema_migrations drop column min_version");
        }

        // The last one alone would admit it.
        await AssertRefusedAsync("migration 9001_later, which admits only builds that know migration 9001");
    }

    [Fact]
    public async Task A_history_from_before_min_version_is_completed()
    {
        await SchemaMigrator.MigrateAsync(_database.OwnerConnectionString, MigrationScript.BuiltIn[..4]);
        await _database.ExecuteAsync("alter table schema_migrations drop column min_version");

        await _database.MigrateAsync();
        await CheckAsync();
        Assert.Equal(
            "1 2 3 4 4",
            await _database.ScalarAsync<string>(
                "select string_agg(min_version::text, ' ' order by number) from schema_migrations where number <= 5"));
    }

    [Fact]
    public async Task A_migration_that_was_inserted_before_known_ones_is_refused()
    {
        await _database.MigrateAsync();
        await _database.ExecuteAsync(
            "insert into schema_migrations (number, name, sha256, min_version) values (0, 'other', '', 0)");
        await AssertRefusedAsync("migration 0000_other, which this build does not know, although it knows later ones");
    }

    [Theory]
    [InlineData("select 1")]
    [InlineData("select 1\n-- min_version: 5")]
    [InlineData("-- min_version: 0\nselect 1")]
    [InlineData("-- min_version: 6\nselect 1")]
    [InlineData("-- min_version: five\nselect 1")]
    public void A_migration_states_which_builds_may_still_run(string sql)
    {
        var refusal = Assert.Throws<SchemaException>(() => MigrationScript.Of("0005_later.sql", sql));
        Assert.Contains("'-- min_version: N', where N is from 1 to 5", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_waits_for_a_table_does_not_hold_up_payments()
    {
        await _database.MigrateAsync();
        await using var report = await _database.OpenOwnerAsync();
        await using var reading = await report.BeginTransactionAsync();
        await ExecuteAsync(report, "lock table payments in access share mode");

        var migrating = SchemaMigrator.MigrateAsync(
            _database.OwnerConnectionString,
            [.. MigrationScript.BuiltIn, Later(9001, Newest, "alter table payments add column later int")]);
        await Eventually.HoldsAsync(
            () => _database.ScalarAsync<bool>(
                "select exists (select from pg_locks where relation = 'payments'::regclass and not granted)"),
            "the migration waits for the table");
        // It would wait behind the migration for as long as the report lasts.
        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from payments"));

        await reading.RollbackAsync();
        Assert.Equal(1, (await migrating).Applied);
    }

    [Fact]
    public async Task A_missing_migration_before_others_is_refused()
    {
        await _database.MigrateAsync();
        await _database.ExecuteAsync("delete from schema_migrations where number = 2");
        await AssertRefusedAsync("but not 0002_payments before it");
    }

    [Fact]
    public async Task A_half_migrated_database_is_refused_until_its_owner_migrates_it()
    {
        await SchemaMigrator.MigrateAsync(_database.OwnerConnectionString, MigrationScript.BuiltIn[..1]);
        await using var database = new PaymentDatabase(_database.OwnerConnectionString);
        var refusal = await Assert.ThrowsAsync<SchemaException>(() => SchemaGuard.CheckAsync(database));
        Assert.Contains("lacks migration 0002_payments", refusal.Message, StringComparison.Ordinal);

        await _database.MigrateAsync();
        await CheckAsync();
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_of_itself()
    {
        ImmutableArray<MigrationScript> scripts =
        [
            MigrationScript.Of("0001_good.sql", "create table good (x int)"),
            MigrationScript.Of("0002_bad.sql", "create table half (x int); select 1 / 0"),
        ];
        var failure = await Assert.ThrowsAsync<SchemaException>(
            () => SchemaMigrator.MigrateAsync(_database.OwnerConnectionString, scripts));
        Assert.Equal("Migration 0002_bad failed: division by zero", failure.Message);
        Assert.Equal(
            "good schema_migrations",
            await _database.ScalarAsync<string>(
                "select string_agg(relname, ' ' order by relname) from pg_class where relkind = 'r' "
                    + "and relnamespace = 'public'::regnamespace"));
        Assert.Equal(1L, await _database.ScalarAsync<long>("select count(*) from schema_migrations"));
    }

    [Fact]
    public void Line_ends_do_not_change_a_migration() =>
        Assert.Equal(
            MigrationScript.Of("0001_x.sql", "a\nb\n").Sha256, MigrationScript.Of("0001_x.sql", "a\r\nb\r\n").Sha256);

    [Fact]
    public async Task An_owner_that_is_no_superuser_can_migrate()
    {
        var owner = $"{_database.Name}_owner";
        await _database.ExecuteAsync(
            $"create role {owner} login createrole password 'owner'; alter database {_database.Name} owner to {owner}");
        try
        {
            var login = new NpgsqlConnectionStringBuilder(_database.OwnerConnectionString)
            {
                Username = owner, Password = "owner",
            };
            var result = await SchemaMigrator.MigrateAsync(login.ConnectionString);
            Assert.Equal(MigrationScript.BuiltIn.Length, result.Applied);
            login.Options = "-c role=paymentcluster_app";
            await using var database = new PaymentDatabase(login.ConnectionString);
            await SchemaGuard.CheckAsync(database);
        }
        finally
        {
            await _database.ExecuteAsync(
                $"reassign owned by {owner} to current_user; drop owned by {owner}; drop role {owner}");
        }
    }

    [Fact]
    public async Task Every_constraint_of_the_schema_is_checked_at_start()
    {
        await _database.MigrateAsync();
        var constraints = await _database.ScalarAsync<string[]>(
            """
            select array_agg(conname::text) from pg_constraint
            where contype in ('c', 'p', 'u') and connamespace = 'public'::regnamespace
              and conrelid::regclass::text not like 'orleans%' and conrelid <> 'schema_migrations'::regclass
              and not (select relispartition from pg_class where oid = conrelid)
            """);
        Assert.Equal(constraints.Order(StringComparer.Ordinal), SchemaGuard.Constraints.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_public_id_in_SQL_is_that_of_the_engine()
    {
        await _database.MigrateAsync();
        for (var index = 0; index < 50; index++)
        {
            var id = index == 0 ? new PaymentId { Value = Guid.AllBitsSet } : PaymentId.New(TimeProvider.System);
            Assert.Equal(id.ToString(), await _database.ScalarAsync<string>($"select payment_text('{id.Value}')"));
            Assert.Equal(id.Value, await _database.ScalarAsync<Guid>($"select payment_uuid('{id}')"));
        }

        foreach (var other in new[]
        {
            "pay_",
            "pay_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "pay_0000000000000000000000000u",
            "rfd_00000000000000000000000000",
        })
        {
            Assert.Equal(DBNull.Value, await _database.ScalarAsync<object>($"select payment_uuid('{other}')"));
        }
    }

    private static int Newest => MigrationScript.BuiltIn[^1].Number;

    private static MigrationScript Later(int number, int minVersion, string sql = "select 1") => MigrationScript.Of(
        $"{number}_later.sql",
        $"-- min_version: {minVersion}\n{sql}");

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task AssertRefusedAsync(string because)
    {
        var migrating = await Assert.ThrowsAsync<SchemaException>(
            () => SchemaMigrator.MigrateAsync(_database.OwnerConnectionString));
        Assert.Contains(because, migrating.Message, StringComparison.Ordinal);
        var checking = await Assert.ThrowsAsync<SchemaException>(CheckAsync);
        Assert.Contains(because, checking.Message, StringComparison.Ordinal);
    }

    private async Task CheckAsync()
    {
        await using var database = new PaymentDatabase(_database.AppConnectionString);
        await SchemaGuard.CheckAsync(database);
    }
}
