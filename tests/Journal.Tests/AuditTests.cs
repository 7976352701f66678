using Npgsql;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Audit;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Testing;

namespace PaymentCluster.Journal.Tests;

/// <summary>The audit trail on PostgreSQL, with the application's rights.</summary>
public sealed class AuditTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private static readonly AuditQuery All = new() { Limit = 100 };

    [Fact]
    public async Task A_change_is_open_until_its_outcome_is_linked()
    {
        await using var store = fixture.Open();
        var trail = new Trail(store);
        new Actor("key_1", "203.0.113.9").Begin();
        var change = await trail.Changes.BeginAsync("open", AuditAction.CredentialsSaved, "razorpay", "key_id");
        var open = Assert.Single((await trail.Reader.ListAsync("open", All)).Changes);
        Assert.Equal(
            ("credentials_saved", "razorpay", "key_id", "key_1", "203.0.113.9", null),
            (open.Action, open.Subject, open.Detail, open.Actor, open.Address, open.Outcome));
        Assert.Equal(change.Id, Assert.Single(await trail.Changes.OpenAsync("open")).Id);

        await trail.Changes.EndAsync(change, AuditOutcome.Done, Actor.Engine);
        // A second word on it has no effect.
        await trail.Changes.EndAsync(change, AuditOutcome.Interrupted, Actor.Engine);
        var ended = Assert.Single((await trail.Reader.ListAsync("open", All)).Changes);
        Assert.Equal((AuditOutcome.Done, "key_1"), (ended.Outcome, ended.Actor));
        Assert.Empty(await trail.Changes.OpenAsync("open"));
        Assert.Equal(2, (await trail.Reader.VerifyAsync("open")).Entries);
    }

    [Fact]
    public async Task A_change_of_a_payment_is_written_with_its_commit_and_linked_later()
    {
        await using var store = fixture.Open();
        var trail = new Trail(store);
        var accepted = Commits.Accepted(merchant: "queued");
        await store.Payments.AppendAsync(accepted);
        await store.Payments.AppendAsync(Commits.Captured(accepted) with { Change = Capture("key_1") });
        // The commit is stale, and so is its entry.
        Assert.IsType<CommitResult.VersionConflict>(await store.Payments.AppendAsync(
            Commits.Captured(accepted) with { Change = Capture("key_2") }));
        var page = await trail.Reader.ListAsync("queued", All);
        Assert.Equal((0, 1), (page.Changes.Length, page.Unlinked));

        Assert.Equal(1, await trail.Writer.LinkQueuedAsync("queued"));
        Assert.Equal(0, await trail.Writer.LinkQueuedAsync("queued"));
        page = await trail.Reader.ListAsync("queued", All);
        var change = Assert.Single(page.Changes);
        Assert.Equal(
            (accepted.Key.Payment.ToString(), "capture_requested", "key_1", "::1", AuditOutcome.Done, 0),
            (change.Subject, change.Action, change.Actor, change.Address, change.Outcome, page.Unlinked));
    }

    [Fact]
    public async Task Readers_who_wait_for_a_trail_hold_no_more_connections_than_their_merchants_share()
    {
        await using var store = fixture.Open();
        var trail = new Trail(store);
        await using var blocker = await fixture.Database.OpenOwnerAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var block = new NpgsqlCommand(AuditSql.Lock, blocker))
        {
            block.Parameters.Add(Parameters.Of("blocked"));
            await block.ExecuteNonQueryAsync();
        }

        var share = new MerchantReadsOptions().PerMerchant;
        var readers = Enumerable.Range(0, 10 * share)
            .Select(_ => Record.ExceptionAsync(() => trail.Writer.LinkForReaderAsync("blocked")))
            .ToList();
        await Eventually.HoldsAsync(async () => await WaitingAsync() == share, "the merchant's share waits");
        // Others are neither behind them nor without a connection.
        Assert.Equal(0, await trail.Writer.LinkForReaderAsync("another"));
        Assert.Null(await store.Payments.LoadAsync(Commits.Accepted().Key));
        Assert.Equal(share, await WaitingAsync());

        await transaction.RollbackAsync();
        Assert.All(
            await Task.WhenAll(readers),
            failure => Assert.True(failure is null or JournalOverloadedException or JournalUnavailableException));
    }

    private Task<long> WaitingAsync() => fixture.Database.ScalarAsync<long>(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'advisory'");

    [Fact]
    public async Task Pages_and_filters_show_each_change_once()
    {
        await using var store = fixture.Open();
        var trail = new Trail(store);
        for (var number = 0; number < 5; number++)
        {
            new Actor($"key_{number % 2}", null).Begin();
            await trail.ChangeAsync(
                "paged", number == 0 ? AuditAction.MerchantSaved : AuditAction.KeyCreated, $"key_new{number}");
        }

        var seen = new List<string?>();
        AuditPage? page = null;
        do
        {
            page = await trail.Reader.ListAsync("paged", All with { Limit = 2, Before = page?.Next });
            seen.AddRange(page.Changes.Select(change => change.Subject));
        }
        while (page.Next is not null);
        Assert.Equal(["key_new4", "key_new3", "key_new2", "key_new1", "key_new0"], seen);

        async Task<int> CountAsync(AuditQuery query) => (await trail.Reader.ListAsync("paged", query)).Changes.Length;
        Assert.Equal(1, await CountAsync(All with { Action = AuditAction.MerchantSaved }));
        Assert.Equal(3, await CountAsync(All with { Actor = "key_0" }));
        Assert.Equal(1, await CountAsync(All with { Subject = "key_new3" }));
        Assert.Equal(0, await CountAsync(All with { To = DateTimeOffset.UnixEpoch }));
        Assert.Equal(5, await CountAsync(All with { From = DateTimeOffset.UnixEpoch }));
        Assert.Empty((await trail.Reader.ListAsync("another", All)).Changes);
    }

    [Fact]
    public async Task Concurrent_writers_make_one_chain()
    {
        await using var one = fixture.Open();
        await using var other = fixture.Open();
        var (first, second) = (new Trail(one), new Trail(other));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number =>
            (number % 2 == 0 ? first : second).ChangeAsync("busy", AuditAction.KeyCreated, $"key_{number}")));
        var verification = await first.Reader.VerifyAsync("busy");
        Assert.Equal((40, null), (verification.Entries, verification.Broken));
    }

    [Theory]
    [InlineData("update audit_entries set actor = 'another' where position = 3", 3)]
    [InlineData("update audit_entries set address = null, subject = '203.0.113.9' where position = 3", 3)]
    [InlineData("update audit_entries set at = at + interval '1 microsecond' where position = 2", 2)]
    [InlineData("delete from audit_entries where position = 4", 4)]
    [InlineData("delete from audit_entries where position = 6", 6)]
    [InlineData("update audit_entries set hash = sha256('x') where position = 1", 1)]
    [InlineData("update audit_days set last_hash = sha256('x')", 6)]
    [InlineData("update audit_days set seal = sha256('x')", null)]
    public async Task Who_changes_the_past_breaks_a_link_that_is_named(string tampering, int? position)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = new Store(database.AppConnectionString);
        var trail = new Trail(store);
        new Actor("key_1", "203.0.113.9").Begin();
        for (var number = 0; number < 3; number++)
        {
            await trail.ChangeAsync("tampered", AuditAction.KeyCreated, $"key_{number}");
        }

        var before = await trail.Reader.VerifyAsync("tampered");
        Assert.Equal((6, null), (before.Entries, before.Broken));
        await database.ExecuteAsync($"set session_replication_role = replica; {tampering}");
        var broken = (await trail.Reader.VerifyAsync("tampered")).Broken;
        Assert.NotNull(broken);
        Assert.Equal(position, broken.Position);
    }

    [Fact]
    public async Task A_day_is_sealed_by_the_first_entry_of_a_later_one()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = new Store(database.AppConnectionString);
        var trail = new Trail(store);
        await trail.ChangeAsync("daily", AuditAction.KeyCreated, "key_1");
        // As if it had been yesterday: the chain of that day has its own hashes, so they are computed again.
        await YesterdayAsync(database, trail);
        await trail.ChangeAsync("daily", AuditAction.KeyRevoked, "key_1");

        var days = await database.ScalarAsync<string>(
            "select string_agg(first_position || '-' || last_position || ' ' || (seal is not null), ', ' order by day) "
                + "from audit_days where merchant_id = 'daily'");
        Assert.Equal("1-2 true, 3-4 false", days);
        var whole = await trail.Reader.VerifyAsync("daily");
        Assert.Equal((4, null), (whole.Entries, whole.Broken));

        await database.ExecuteAsync("update audit_days set seal = sha256('x') where seal is not null");
        var broken = (await trail.Reader.VerifyAsync("daily")).Broken!;
        Assert.Equal(
            (DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-1)), null),
            (broken.Day, broken.Position));
    }

    [Fact]
    public async Task Neither_the_application_nor_a_slip_of_the_owners_changes_an_entry()
    {
        await using var store = fixture.Open();
        var trail = new Trail(store);
        await trail.ChangeAsync("kept", AuditAction.KeyCreated, "key_1");
        foreach (var statement in (string[])
            ["update audit_entries set actor = 'x'", "delete from audit_entries", "truncate audit_entries"])
        {
            await using var command = store.Database.Reads.CreateCommand(statement);
            var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => command.ExecuteNonQueryAsync());
            Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
            await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fixture.Database.ExecuteAsync(statement));
        }
    }

    private static PaymentChange Capture(string key) =>
        new(AuditAction.CaptureRequested, TimeProvider.System.GetUtcNow(), new Actor(key, "::1"), "50000 minor units");

    // Moves the only day back by one, with hashes as they would have been.
    private static async Task YesterdayAsync(TestDatabase database, Trail trail)
    {
        await database.ExecuteAsync(
            """
            set session_replication_role = replica;
            update audit_entries set day = day - 1;
            update audit_days set day = day - 1;
            """);
        var previous = AuditChain.Start;
        foreach (var (entry, _) in await trail.Reader.EntriesAsync("daily"))
        {
            previous = AuditChain.HashOf(previous, entry);
            await database.ExecuteAsync(
                $"set session_replication_role = replica; update audit_entries set hash = '\\x{Convert.ToHexStringLower(
                    previous)}' where position = {entry.Position}");
        }

        await database.ExecuteAsync($"update audit_days set last_hash = '\\x{Convert.ToHexStringLower(previous)}'");
    }

    private sealed class Trail
    {
        public Trail(Store store)
        {
            Reader = new AuditReader(store.Reads, store.Database);
            Writer = new AuditWriter(store.Database, store.Reads, TimeProvider.System);
            Changes = new AuditTrail(Writer, Reader, TimeProvider.System);
        }

        public AuditReader Reader { get; }

        public AuditWriter Writer { get; }

        public AuditTrail Changes { get; }

        public async Task ChangeAsync(string merchant, AuditAction action, string subject)
        {
            var change = await Changes.BeginAsync(merchant, action, subject, detail: null);
            await Changes.EndAsync(change, AuditOutcome.Done, Actor.Engine);
        }
    }
}
