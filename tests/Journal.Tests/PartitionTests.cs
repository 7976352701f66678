using System.Text.Json;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Schema;
using PaymentCluster.Testing;

namespace PaymentCluster.Journal.Tests;

public sealed class PartitionTests : IAsyncLifetime
{
    private const int BeforePartitions = 6;

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateEmptyAsync(TestDatabase.Server);

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task What_was_stored_before_becomes_the_first_partition_without_being_rewritten()
    {
        await SchemaMigrator.MigrateAsync(
            _database.OwnerConnectionString, MigrationScript.BuiltIn[..BeforePartitions]);
        await _database.ExecuteAsync($"grant paymentcluster_app to {_database.AppLogin}");
        var (accepted, paid) = (Commits.Accepted(), Commits.Accepted());
        await AppendAsync(accepted, paid, Commits.Captured(paid));
        var files = await FilesAsync("payment_events", "ledger_transfers");

        await _database.MigrateAsync();

        Assert.Equal(files, await FilesAsync("payment_events_first", "ledger_transfers_first"));
        await AppendAsync(Commits.Captured(accepted));
        Assert.Equal("payment_events_first", await PartitionAsync(accepted.Key));
        Assert.Null(await Audit.FindAsync(_database));
        await CheckAsync();
    }

    [Fact]
    public async Task The_schema_has_what_an_earlier_build_requires_of_it()
    {
        await _database.MigrateAsync();
        // Whatever they are constraints of.
        Assert.Equal(
            5L,
            await _database.ScalarAsync<long>(
                """
                select count(distinct c.conname) from pg_constraint c left join pg_index i on i.indexrelid = c.conindid
                where c.connamespace = 'public'::regnamespace and c.convalidated
                  and coalesce(i.indisvalid and i.indisready, true)
                  and c.conname in ('payment_events_pkey', 'payment_events_version_check', 'ledger_transfers_pkey',
                                    'ledger_transfers_amount_check', 'ledger_transfers_accounts_check')
                """));
    }

    [Fact]
    public async Task Each_payment_is_in_the_partition_of_its_month()
    {
        await _database.MigrateAsync();
        var next = InMonths(PaymentPartitions.MonthsAhead);
        var (now, later) = (Commits.Accepted(), Commits.Accepted(id: IdAt(next)));
        await AppendAsync(now, Commits.Captured(now), later, Commits.Captured(later));

        Assert.Equal("payment_events_first", await PartitionAsync(now.Key));
        Assert.Equal($"payment_events_{next:yyyy_MM}", await PartitionAsync(later.Key));
        Assert.Equal(
            2L,
            await _database.ScalarAsync<long>(
                $"select count(*) from ledger_transfers_{next:yyyy_MM} where cause like 'att%'"));
        Assert.Null(await Audit.FindAsync(_database));
    }

    [Fact]
    public async Task Where_a_month_has_no_partition_payments_go_on_and_the_next_migration_makes_it_of_them()
    {
        await _database.MigrateAsync();
        var time = InMonths(PaymentPartitions.MonthsAhead + 1);
        var payment = Commits.Accepted(id: IdAt(time));
        await AppendAsync(payment, Commits.Captured(payment));
        Assert.Equal("payment_events_default", await PartitionAsync(payment.Key));
        var files = await FilesAsync("payment_events_default", "ledger_transfers_default");

        var result = await SchemaMigrator.MigrateAsync(_database.OwnerConnectionString);

        Assert.Equal($"payment_events_{time:yyyy_MM}", await PartitionAsync(payment.Key));
        Assert.Equal(files, await FilesAsync($"payment_events_{time:yyyy_MM}", $"ledger_transfers_{time:yyyy_MM}"));
        Assert.True(result.PartitionsUntil > time);
        Assert.False(await _database.ScalarAsync<bool>("select exists (select from payment_events_default)"));
        Assert.Null(await Audit.FindAsync(_database));
        await CheckAsync();
        Assert.Equal(
            result.PartitionsUntil,
            (await SchemaMigrator.MigrateAsync(_database.OwnerConnectionString)).PartitionsUntil);
    }

    [Fact]
    public async Task A_take_over_of_the_default_partition_that_was_interrupted_is_completed()
    {
        await _database.MigrateAsync();
        await using var reader = await _database.OpenOwnerAsync();
        await using var reading = await reader.BeginTransactionAsync();
        using var giveUp = new CancellationTokenSource();
        DateTimeOffset time;
        PaymentCommit payment;
        Task migrating;
        var months = PaymentPartitions.MonthsAhead;
        do
        {
            // A migration may be through before it is seen between its steps: then the next month is taken over.
            time = InMonths(++months);
            payment = Commits.Accepted(id: IdAt(time));
            await AppendAsync(payment);
            migrating = SchemaMigrator.MigrateAsync(_database.OwnerConnectionString, giveUp.Token);
        }
        while (!await HasBoundAsync(migrating));

        // A transaction that stays open keeps the second step from its lock until it is given up.
        await using (var command = new NpgsqlCommand("lock table payment_events in access share mode", reader))
        {
            await command.ExecuteNonQueryAsync();
        }

        await giveUp.CancelAsync();
        await Record.ExceptionAsync(() => migrating);
        await reading.RollbackAsync();

        await SchemaMigrator.MigrateAsync(_database.OwnerConnectionString);
        Assert.Equal($"payment_events_{time:yyyy_MM}", await PartitionAsync(payment.Key));
        await CheckAsync();
    }

    private async Task<bool> HasBoundAsync(Task migrating)
    {
        while (!migrating.IsCompleted)
        {
            if (await _database.ScalarAsync<bool>(
                "select exists (select from pg_constraint where conname = 'late_check')"))
            {
                return true;
            }
        }

        await migrating;
        return false;
    }

    [Theory]
    [InlineData(nameof(PaymentSql.Load))]
    [InlineData(nameof(PaymentSql.FindConflicts))]
    [InlineData(nameof(PaymentSql.ReadBack))]
    public async Task A_read_of_payments_visits_their_partition_alone(string statement)
    {
        await _database.MigrateAsync();
        var payment = Commits.Accepted();
        await AppendAsync(payment);
        await using var database = new PaymentDatabase(_database.AppConnectionString);
        foreach (var source in new[] { database.Writes, database.Reads })
        {
            await using var connection = await source.OpenConnectionAsync();
            Assert.Equal(["payment_events_first"], await VisitedAsync(connection, statement, payment.Key));
        }
    }

    [Fact]
    public async Task A_transfer_is_posted_once_and_names_its_payment()
    {
        await _database.MigrateAsync();
        await using var store = new Store(_database.AppConnectionString);
        var payment = Commits.Accepted();
        var captured = Commits.Captured(payment);
        await store.Payments.AppendAsync(payment);
        await store.Payments.AppendAsync(captured);
        var again = Commits.Noted(captured) with { Transfers = captured.Transfers };
        var refused = await Assert.ThrowsAsync<PostgresException>(() => store.Payments.AppendAsync(again));
        Assert.Equal(PostgresErrorCodes.UniqueViolation, refused.SqlState);

        var other = Commits.Captured(Commits.Accepted()) with { Transfers = captured.Transfers };
        await Assert.ThrowsAsync<ArgumentException>(() => store.Payments.AppendAsync(other));
    }

    [Theory]
    [InlineData(
        "alter table ledger_transfers_first drop constraint ledger_transfers_pkey",
        "ledger_transfers_first has no primary key")]
    [InlineData("grant delete on payment_events_default to paymentcluster_app", "may delete payment_events_default")]
    public async Task A_partition_changed_by_hand_is_refused(string damage, string because)
    {
        await _database.MigrateAsync();
        await _database.ExecuteAsync(damage);
        var refusal = await Assert.ThrowsAsync<SchemaException>(CheckAsync);
        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
    }

    private static DateTimeOffset InMonths(int months)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new DateTimeOffset(now.Year, now.Month, 15, 12, 0, 0, TimeSpan.Zero).AddMonths(months);
    }

    private static PaymentId IdAt(DateTimeOffset time) => new() { Value = Guid.CreateVersion7(time) };

    private static async Task<IReadOnlyList<string>> VisitedAsync(
        NpgsqlConnection connection, string statement, PaymentKey key)
    {
        var (sql, values) = statement switch
        {
            nameof(PaymentSql.Load) => (
                PaymentSql.Load, $"array['{key.Merchant}'], array['{key.Payment.Value}']::uuid[]"),
            nameof(PaymentSql.FindConflicts) => (
                PaymentSql.FindConflicts,
                $"array['{key.Merchant}'], array['{key.Payment.Value}']::uuid[], array[0], array[null], array[null]"),
            _ => (PaymentSql.ReadBack, $"array['{key.Payment.Value}']::uuid[], array[1], array[1]"),
        };
        await using var prepare = new NpgsqlCommand($"prepare planned as {sql}", connection);
        await prepare.ExecuteNonQueryAsync();
        await using var explain = new NpgsqlCommand(
            $"explain (analyze, format json) execute planned ({values})", connection);
        using var plan = JsonDocument.Parse((string)(await explain.ExecuteScalarAsync())!);
        return [.. Visited(plan.RootElement[0].GetProperty("Plan"))];
    }

    private static IEnumerable<string> Visited(JsonElement node)
    {
        if (node.TryGetProperty("Relation Name", out var relation)
            && relation.GetString()!.StartsWith("payment_events", StringComparison.Ordinal)
            && node.GetProperty("Actual Loops").GetDouble() > 0)
        {
            yield return relation.GetString()!;
        }

        if (node.TryGetProperty("Plans", out var parts))
        {
            foreach (var visited in parts.EnumerateArray().SelectMany(Visited))
            {
                yield return visited;
            }
        }
    }

    private async Task AppendAsync(params PaymentCommit[] commits)
    {
        await using var store = new Store(_database.AppConnectionString);
        foreach (var commit in commits)
        {
            Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(commit));
        }
    }

    private Task<string> PartitionAsync(PaymentKey key) => _database.ScalarAsync<string>(
        $"select min(tableoid::regclass::text) from payment_events where payment_id = '{key.Payment.Value}'");

    private Task<string> FilesAsync(string events, string transfers) => _database.ScalarAsync<string>(
        $"select pg_relation_filepath('{events}') || ' ' || pg_relation_filepath('{transfers}')");

    private async Task CheckAsync()
    {
        await using var database = new PaymentDatabase(_database.AppConnectionString);
        await SchemaGuard.CheckAsync(database);
    }
}
