using Npgsql;
using PaymentCluster.Grains.Archives;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Schema;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Systems;

namespace PaymentCluster.Journal.Tests;

public sealed class ArchiveTests : IAsyncLifetime
{
    private const int BeforePartitions = 6;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);
    private static readonly string[] Tables =
        ["payments", "payment_events", "ledger_transfers", "outbox", "idempotency_keys", "ledger_balances"];

    private readonly string _directory = Directory.CreateTempSubdirectory("archives-").FullName;
    private TestDatabase _database = null!;

    // A database whose first partition ended twenty months ago.
    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateEmptyAsync(TestDatabase.Server);
        await SchemaMigrator.MigrateAsync(
            _database.OwnerConnectionString, MigrationScript.BuiltIn[..(BeforePartitions + 1)]);
        var bound = $"payment_first_id('{MonthsAgo(20):yyyy-MM}-01Z')";
        foreach (var table in new[] { "payment_events", "ledger_transfers" })
        {
            await _database.ExecuteAsync(
                $"""
                do $$ begin
                    alter table {table} drop constraint {table}_first_check;
                    execute format(
                        'alter table {table} add constraint {table}_first_check check (payment_id < %L)', {bound});
                end $$
                """);
        }

        await _database.MigrateAsync();
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Archived_payments_leave_the_database_and_come_back_byte_for_byte()
    {
        await FillAsync();
        var open = OldPayments.WithPendingRefund(MonthsAgo(22));
        var recent = OldPayments.Paid(TimeProvider.System.GetUtcNow().AddDays(-1));
        await AppendAsync([.. open, .. recent]);
        var before = await DumpAsync();

        var archives = await Archive().RunAsync();

        // The month of the open payment, and one more; what lies between has no payments.
        Assert.Equal([(1, 12L, 1), (2, 6L, 1)], archives.Select(each => (each.Number, each.Payments, each.Carried)));
        Assert.Equal(2L, await CountAsync("(select distinct payment_id from payment_events) as present"));
        Assert.Equal(
            18L,
            await CountAsync(
                "payments p where not exists (select from payment_events e where e.payment_id = p.payment_id)"));
        Assert.Equal(
            0L,
            await CountAsync(
                "outbox o where not exists (select from payment_events e where e.payment_id = o.payment_id)"));
        Assert.Equal(0L, await CountAsync("idempotency_keys"));
        Assert.Null(await Audit.FindAsync(_database));
        Assert.Empty(await Archive().RunAsync());

        Assert.Equal(18, await RestoreAllAsync());
        Assert.Equal(before, await DumpAsync());
        Assert.Equal(0, await RestoreAllAsync());
        Assert.Equal(0L, await CountAsync("archived_balances where debits <> 0 or credits <> 0"));
        Assert.Null(await Audit.FindAsync(_database));
        await CheckAsync();
    }

    [Fact]
    public async Task An_archived_payment_has_its_row_and_a_command_restores_it()
    {
        var paid = OldPayments.Paid(MonthsAgo(22));
        await AppendAsync(paid);
        await FillAsync();
        var key = paid[0].Key;
        StoredPayment? before;
        await using (var store = new Store(_database.AppConnectionString))
        {
            before = await store.Payments.LoadAsync(key);
        }

        await Archive().RunAsync();

        await using var without = new Store(_database.AppConnectionString);
        var archived = await without.Payments.LoadAsync(key);
        Assert.True(archived is { IsArchived: true, Events.IsEmpty: true });
        Assert.Equal((before!.Row, before.Version), (archived.Row, archived.Version));
        Assert.False(await without.Payments.RestoreAsync(key));

        await using var with = new Store(_database.AppConnectionString, archive: Files());
        Assert.True(await with.Payments.RestoreAsync(key));
        var restored = await with.Payments.LoadAsync(key);
        Assert.Equal(before.Events.Select(each => each.Data), restored!.Events.Select(each => each.Data));
        Assert.Null(await Audit.FindAsync(_database));

        // It goes on, and is archived again when its time has come again.
        var refund = OldPayments.Refunded(paid, MonthsAgo(3));
        await AppendAsync(refund);
        await AppendAsync(OldPayments.Paid(MonthsAgo(3)));
        var again = await Archive().RunAsync();
        Assert.Equal(2L, again[^1].Payments);
        Assert.True((await with.Payments.LoadAsync(key))!.IsArchived);
        Assert.True(await with.Payments.RestoreAsync(key));
        Assert.Equal(
            before.Version + refund.Sum(commit => commit.Events.Length),
            (await with.Payments.LoadAsync(key))!.Events.Length);
        Assert.Null(await Audit.FindAsync(_database));
    }

    [Fact]
    public async Task A_payment_that_is_still_in_memory_cannot_go_on_after_it_was_archived()
    {
        var paid = OldPayments.Paid(MonthsAgo(22));
        await AppendAsync(paid);
        var late = OldPayments.Refunded(paid, MonthsAgo(3));
        await Archive().RunAsync();
        var before = await DumpAsync();

        await using var store = new Store(_database.AppConnectionString, archive: Files());
        Assert.IsType<CommitResult.VersionConflict>(await store.Payments.AppendAsync(late[0]));
        Assert.Equal(before, await DumpAsync());
    }

    [Theory]
    [InlineData("archive_written")]
    [InlineData("archive_verified")]
    [InlineData("archive_detached")]
    [InlineData("archive_dropped")]
    [InlineData("archive_cleaning")]
    public async Task An_archive_killed_at_any_point_loses_nothing_and_is_run_again(string point)
    {
        await FillAsync();
        await AppendAsync(OldPayments.WithPendingRefund(MonthsAgo(22)));
        var before = await DumpAsync();

        Assert.NotEqual(0, await RunSiloAsync($"{point}=crash:1"));
        Assert.Null(await Audit.FindAsync(_database));
        Assert.Equal(0, await RunSiloAsync(""));

        Assert.Equal(2L, await CountAsync("archives where cleaned_at is not null"));
        Assert.Equal(1L, await CountAsync("pg_class where relname like 'payment_events_rest%' and relkind = 'r'"));
        Assert.Equal(0L, await CountAsync("pg_class where relname like 'detached%'"));
        Assert.Null(await Audit.FindAsync(_database));
        Assert.Equal(18, await RestoreAllAsync());
        Assert.Equal(before, await DumpAsync());
    }

    [Fact]
    public async Task A_damaged_archive_is_not_restored()
    {
        await FillAsync();
        var archive = (await Archive().RunAsync())[0];
        var path = Path.Combine(_directory, archive.Folder, "payment_events.copy");
        var text = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, text.Replace("50000", "50001", StringComparison.Ordinal));

        var refusal = await Assert.ThrowsAsync<ArchiveException>(() => RestoreAllAsync());
        Assert.Contains("it has another checksum", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_month_in_which_too_many_payments_are_open_stays()
    {
        await FillAsync();
        await AppendAsync(OldPayments.WithPendingRefund(MonthsAgo(22)));
        var before = await DumpAsync();
        var options = Options();
        options.MaxCarried = 0;
        var refusal = await Assert.ThrowsAsync<ArchiveException>(
            () => new Archiver(_database.OwnerConnectionString, options).RunAsync());
        Assert.Contains("More than 0 payments", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await DumpAsync());
    }

    private static DateTimeOffset MonthsAgo(int months)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new DateTimeOffset(now.Year, now.Month, 15, 12, 0, 0, TimeSpan.Zero).AddMonths(-months);
    }

    // Twelve payments in the first partition and six in one of the months after it.
    private async Task FillAsync()
    {
        for (var index = 0; index < 18; index++)
        {
            var at = MonthsAgo(index < 12 ? 22 : 17).AddMinutes(index);
            var paid = OldPayments.Paid(at, Commits.Request($"key_{Commits.NewOrder()}", $"{index}"));
            await AppendAsync(index % 3 == 0 ? [.. paid, .. OldPayments.Refunded(paid, at.AddHours(1))] : paid);
        }
    }

    private ArchiveOptions Options() => new()
    {
        Directory = _directory, RefundWindow = TimeSpan.FromDays(30), DisputeWindow = TimeSpan.FromDays(40),
    };

    private Archiver Archive() => new(_database.OwnerConnectionString, Options());

    private ArchiveFiles Files() => new(Microsoft.Extensions.Options.Options.Create(Options()));

    private async Task<long> RestoreAllAsync()
    {
        await using var connection = new NpgsqlConnection(_database.AppConnectionString);
        await connection.OpenAsync();
        var restored = 0L;
        var archives = await _database.ScalarAsync<int[]>(
            "select array_agg(number order by number desc) from archives");
        foreach (var number in archives)
        {
            restored += await Files().RestoreAllAsync(connection, number);
        }

        return restored;
    }

    private async Task<int> RunSiloAsync(string points)
    {
        using var silo = HostProcess.Start(
            "Silo",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ConnectionStrings__PaymentClusterOwner"] = _database.OwnerConnectionString,
                ["Archive__Directory"] = _directory,
                ["Archive__RefundWindow"] = "30.00:00:00",
                ["Archive__DisputeWindow"] = "40.00:00:00",
                ["Faults__Points"] = points,
            },
            new HostStart { Arguments = ["archive"] });
        var code = await silo.ExitAsync(Timeout);
        Assert.True(code == 0 || points.Length > 0, $"{silo.Output}\n{silo.Errors}");
        return code;
    }

    private async Task AppendAsync(params PaymentCommit[] commits)
    {
        await using var store = new Store(_database.AppConnectionString);
        foreach (var commit in commits)
        {
            Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(commit));
        }
    }

    private async Task<string> DumpAsync() => string.Join(
        '\n',
        await Task.WhenAll(Tables.Select(table => _database.ScalarAsync<string>(
            $"select '{table}: ' || coalesce(string_agg(t::text, E'\\n' order by t::text), '') from {table} t"))));

    private Task<long> CountAsync(string from) => _database.ScalarAsync<long>($"select count(*) from {from}");

    private async Task CheckAsync()
    {
        await using var database = new PaymentDatabase(_database.AppConnectionString);
        await SchemaGuard.CheckAsync(database);
    }
}
