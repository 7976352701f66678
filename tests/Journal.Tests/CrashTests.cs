using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Testing;

namespace PaymentCluster.Journal.Tests;

public sealed class CrashTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    public static TheoryData<string> Tables =>
        [
            "idempotency_keys", "payments", "payment_schedule", "payment_events", "ledger_transfers", "outbox",
            "ledger_balances",
        ];

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task A_writer_killed_before_any_of_its_statements_leaves_all_or_nothing(string table)
    {
        var tries = 0;
        while (!await WasKilledInTimeAsync(table, tries))
        {
            Assert.True(++tries < 10, $"a writer that waits at {table} is killed before it gives up");
        }
    }

    // On a busy machine a writer may give up its wait for a lock, after two seconds, before or after it was killed.
    private async Task<bool> WasKilledInTimeAsync(string table, int tries)
    {
        await using var store = fixture.Open(new JournalOptions { Writers = 1 });
        var accepted = Commits.Accepted();
        var fresh = Commits.Accepted(request: Commits.Request($"kill-{table}-{tries}"));
        await store.Payments.AppendAsync(accepted);
        await using var owner = await fixture.Database.OpenOwnerAsync();
        await using var transaction = await owner.BeginTransactionAsync();
        await using (var block = new NpgsqlCommand($"lock table {table} in share mode", owner))
        {
            await block.ExecuteNonQueryAsync();
        }

        // Two members, so that every table is written.
        Task<CommitResult>[] results =
        [
            store.Payments.AppendAsync(fresh), store.Payments.AppendAsync(Commits.Captured(accepted)),
        ];
        await Eventually.HoldsAsync(
            async () => await fixture.Database.ScalarAsync<long>(
                """
                select count(pg_terminate_backend(pid)) from pg_stat_activity
                where datname = current_database() and application_name = 'paymentcluster' and wait_event_type = 'Lock'
                """) > 0,
            $"the writer waits at {table}");
        Assert.Null(await Audit.FindAsync(fixture.Database));
        await transaction.RollbackAsync();

        try
        {
            Assert.All(await Task.WhenAll(results), each => Assert.IsType<CommitResult.Committed>(each));
        }
        catch (JournalUnavailableException exception)
            when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
        {
            return false;
        }

        Assert.Null(await Audit.FindAsync(fixture.Database));
        Assert.Equal(1, (await store.Payments.LoadAsync(fresh.Key))!.Version);
        Assert.Equal(2, (await store.Payments.LoadAsync(accepted.Key))!.Version);
        return true;
    }

    [Fact]
    public async Task A_read_does_not_mind_that_its_pooled_connection_died()
    {
        await using var store = fixture.Open();
        var accepted = Commits.Accepted();
        await store.Payments.AppendAsync(accepted);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.Payments.LoadAsync(accepted.Key)));

        await fixture.Database.ExecuteAsync(
            """
            select pg_terminate_backend(pid, 5000) from pg_stat_activity
            where datname = current_database() and application_name = 'paymentcluster'
            """);

        Assert.NotNull(await store.Payments.LoadAsync(accepted.Key));
        Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(Commits.Captured(accepted)));
    }

    [Fact]
    public async Task A_row_that_someone_holds_stops_its_own_payment_alone()
    {
        await using var store = fixture.Open(new JournalOptions { Writers = 1 });
        var payments = Enumerable.Range(0, 20).Select(_ => Commits.Accepted()).ToList();
        await Task.WhenAll(payments.Select(store.Payments.AppendAsync));
        await using var owner = await fixture.Database.OpenOwnerAsync();
        await using var transaction = await owner.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand(
            $"select from payments where payment_id = '{payments[7].Key.Payment.Value}' for update", owner))
        {
            await hold.ExecuteNonQueryAsync();
        }

        var results = payments.Select(each => store.Payments.AppendAsync(Commits.Captured(each))).ToList();
        await Assert.ThrowsAsync<JournalUnavailableException>(() => results[7]);
        results.RemoveAt(7);
        Assert.All(await Task.WhenAll(results), each => Assert.IsType<CommitResult.Committed>(each));

        await transaction.RollbackAsync();
        Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(Commits.Captured(payments[7])));
    }
}

/// <summary>What needs a server of its own.</summary>
public sealed class ServerCrashTests : IAsyncLifetime
{
    private PrivateServer _server = null!;
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _server = await PrivateServer.StartAsync();
        _database = await TestDatabase.CreateEmptyAsync(_server.ConnectionString);
        await _database.MigrateAsync();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task What_was_acknowledged_survives_crashes_of_the_server_under_load_and_the_rest_is_whole_or_absent()
    {
        await using var store = new Store(_database.AppConnectionString);
        using var stop = new CancellationTokenSource();
        var acknowledged = new System.Collections.Concurrent.ConcurrentDictionary<PaymentCommit, int>();
        var count = 0;
        var load = Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var commit = Commits.Accepted();
                foreach (var step in new[] { commit, Commits.Captured(commit) })
                {
                    try
                    {
                        Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(step));
                        acknowledged[commit] = step.ExpectedVersion + 1;
                        Interlocked.Increment(ref count);
                    }
                    catch (JournalUnavailableException)
                    {
                        break;
                    }
                }
            }
        })).ToList();

        for (var crash = 0; crash < 3; crash++)
        {
            var before = Volatile.Read(ref count);
            await Eventually.HoldsAsync(() => Volatile.Read(ref count) > before + 500, "payments are taken");
            await _server.CrashAsync();
            await _server.StartAgainAsync();
        }

        var last = Volatile.Read(ref count);
        await Eventually.HoldsAsync(
            () => Volatile.Read(ref count) > last + 500, "payments are taken after the last crash");
        await stop.CancelAsync();
        await Task.WhenAll(load);

        Assert.Null(await Audit.FindAsync(_database));
        foreach (var (commit, version) in acknowledged)
        {
            Assert.InRange((await store.Payments.LoadAsync(commit.Key))?.Version ?? 0, version, 2);
        }
    }

    [Fact]
    public async Task A_frozen_server_is_unavailable_and_what_it_does_after_its_thaw_is_found()
    {
        await using var store = new Store(
            new NpgsqlConnectionStringBuilder(_database.AppConnectionString) { Timeout = 1 }.ConnectionString,
            new JournalOptions
            {
                Writers = 1,
                ResponseTimeout = TimeSpan.FromMilliseconds(300),
                DoubtTimeout = TimeSpan.FromMilliseconds(300),
            });
        var accepted = Commits.Accepted();
        await store.Payments.AppendAsync(accepted);

        await _server.FreezeAsync();
        try
        {
            await Assert.ThrowsAsync<JournalUnavailableException>(
                () => store.Payments.AppendAsync(Commits.Captured(accepted)));
        }
        finally
        {
            await _server.ThawAsync();
        }

        // The request was in the server's hands when it froze: it is carried out now, and the same decision again is
        // stale.
        await Eventually.HoldsAsync(
            async () => (await store.Payments.LoadAsync(accepted.Key))!.Version == 2,
            "the thawed server carries out what it had");
        Assert.IsType<CommitResult.VersionConflict>(await store.Payments.AppendAsync(Commits.Captured(accepted)));
        Assert.Null(await Audit.FindAsync(_database));
    }

    [Fact]
    public async Task A_commit_that_did_not_wait_for_its_standby_is_in_doubt_until_it_has()
    {
        await using var store = new Store(_database.AppConnectionString, new JournalOptions { Writers = 1 });
        await store.Payments.AppendAsync(Commits.Accepted());
        await SetStandbysAsync("nobody_yet");

        var commit = Commits.Accepted();
        var result = store.Payments.AppendAsync(commit);
        await Eventually.HoldsAsync(
            async () => await _database.ScalarAsync<long>(
                "select count(pg_cancel_backend(pid)) from pg_stat_activity where wait_event = 'SyncRep'") > 0,
            "the commit waits for its standby");
        await Eventually.HoldsAsync(
            async () => await _database.ScalarAsync<long>(
                $"select count(*) from payments where payment_id = '{commit.Key.Payment.Value}'") == 1,
            "the cancelled wait leaves the commit here alone");
        await Eventually.HoldsAsync(
            async () =>
                await _database.ScalarAsync<long>(
                    "select count(*) from pg_stat_activity where wait_event = 'SyncRep'") > 0,
            "the journal waits for the standby again");
        Assert.False(result.IsCompleted, "a commit that no standby has was acknowledged");

        await SetStandbysAsync("");
        Assert.IsType<CommitResult.Committed>(await result);
        Assert.Null(await Audit.FindAsync(_database));
    }

    private async Task SetStandbysAsync(string names)
    {
        await _database.ExecuteAsync($"alter system set synchronous_standby_names = '{names}'");
        await _server.ReloadAsync();
        await Eventually.HoldsAsync(
            async () =>
                await _database.ScalarAsync<string>("select current_setting('synchronous_standby_names')") == names,
            "the server has read its settings");
    }
}
