using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Testing;

namespace PaymentCluster.Journal.Tests;

public sealed class DoubtTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private static readonly JournalOptions Brief = new()
    {
        Writers = 1,
        ReconnectTimeout = TimeSpan.FromMilliseconds(200),
        DoubtTimeout = TimeSpan.FromMilliseconds(400),
    };

    [Fact]
    public async Task A_commit_whose_response_is_lost_is_read_back()
    {
        await using var proxy = FaultProxy.ToPostgres(fixture.Database.AppConnectionString);
        await using var store = await OpenAsync(proxy);
        var accepted = await AcceptAsync(store, 30);

        proxy.Next(new ProxyAct(ProxyFault.CutReply));
        var results = await Task.WhenAll(accepted.Select(each => store.Payments.AppendAsync(Commits.Captured(each))));

        Assert.Equal(1, proxy.Cuts);
        Assert.All(results, each => Assert.IsType<CommitResult.Committed>(each));
        await AssertOnceAsync(accepted, 2);
    }

    [Fact]
    public async Task A_commit_that_never_arrived_is_sent_again()
    {
        await using var proxy = FaultProxy.ToPostgres(fixture.Database.AppConnectionString);
        await using var store = await OpenAsync(proxy);
        var accepted = await AcceptAsync(store, 30);

        proxy.Next(new ProxyAct(ProxyFault.CutRequest));
        var results = await Task.WhenAll(accepted.Select(each => store.Payments.AppendAsync(Commits.Captured(each))));

        Assert.Equal(1, proxy.Cuts);
        Assert.All(results, each => Assert.IsType<CommitResult.Committed>(each));
        await AssertOnceAsync(accepted, 2);
    }

    [Fact]
    public async Task A_commit_that_arrives_after_it_was_sent_again_changes_nothing()
    {
        await using var proxy = FaultProxy.ToPostgres(fixture.Database.AppConnectionString);
        await using var store = await OpenAsync(proxy);
        var accepted = await AcceptAsync(store, 1);

        var sentAgain = new TaskCompletionSource();
        var late = new ProxyAct(ProxyFault.LateRequest) { Until = sentAgain.Task };
        proxy.Next(late);
        var result = await store.Payments.AppendAsync(Commits.Captured(accepted[0]));
        sentAgain.SetResult();
        await late.Over;

        Assert.Equal(1, proxy.Cuts);
        Assert.IsType<CommitResult.Committed>(result);
        await AssertOnceAsync(accepted, 2);
    }

    [Fact]
    public async Task A_stale_decision_whose_response_is_lost_is_still_stale()
    {
        await using var proxy = FaultProxy.ToPostgres(fixture.Database.AppConnectionString);
        await using var store = await OpenAsync(proxy);
        var accepted = await AcceptAsync(store, 1);
        await store.Payments.AppendAsync(Commits.Noted(accepted[0]));

        proxy.Next(new ProxyAct(ProxyFault.CutReply));
        Assert.IsType<CommitResult.VersionConflict>(await store.Payments.AppendAsync(Commits.Captured(accepted[0])));
        Assert.Equal(1, proxy.Cuts);
    }

    [Fact]
    public async Task A_new_payment_whose_response_is_lost_is_not_taken_for_another_of_its_order()
    {
        await using var proxy = FaultProxy.ToPostgres(fixture.Database.AppConnectionString);
        await using var store = await OpenAsync(proxy);
        await AcceptAsync(store, 1);

        proxy.Next(new ProxyAct(ProxyFault.CutReply));
        var commit = Commits.Accepted(request: Commits.Request("lost-answer"));
        Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(commit));
        Assert.Equal(1, proxy.Cuts);
        await AssertOnceAsync([commit], 1);
    }

    [Fact]
    public async Task A_store_that_stays_away_is_unavailable_and_the_next_one_finds_it_again()
    {
        await using var proxy = FaultProxy.ToPostgres(fixture.Database.AppConnectionString);
        await using var store = await OpenAsync(proxy);
        var accepted = await AcceptAsync(store, 2);

        proxy.Closed = true;
        proxy.Next(new ProxyAct(ProxyFault.CutReply));
        await Assert.ThrowsAsync<JournalUnavailableException>(
            () => store.Payments.AppendAsync(Commits.Captured(accepted[0])));
        await Assert.ThrowsAsync<JournalUnavailableException>(
            () => store.Payments.AppendAsync(Commits.Captured(accepted[1])));
        store.Database.Reads.Clear();
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.Payments.LoadAsync(accepted[0].Key));

        proxy.Closed = false;
        Assert.IsType<CommitResult.VersionConflict>(await store.Payments.AppendAsync(Commits.Captured(accepted[0])));
        Assert.IsType<CommitResult.Committed>(await store.Payments.AppendAsync(Commits.Captured(accepted[1])));
        await AssertOnceAsync(accepted, 2);
    }

    [Fact]
    public async Task A_client_that_gives_up_cancels_nothing()
    {
        var app = new NpgsqlConnectionStringBuilder(fixture.Database.AppConnectionString) { CommandTimeout = 1 };
        await using var store = new Store(
            app.ConnectionString, new JournalOptions { Writers = 1, ResponseTimeout = TimeSpan.FromMilliseconds(500) });
        var accepted = await AcceptAsync(store, 1);
        await using var owner = await fixture.Database.OpenOwnerAsync();
        await using var transaction = await owner.BeginTransactionAsync();
        await using (var block = new NpgsqlCommand("lock table outbox in share mode", owner))
        {
            await block.ExecuteNonQueryAsync();
        }

        var result = store.Payments.AppendAsync(Commits.Captured(accepted[0]));
        // The first backend still waits for the lock although its client has gone, and the second try has come to the
        // same point.
        await Eventually.HoldsAsync(
            async () => await fixture.Database.ScalarAsync<long>(Waiting) == 2,
            "the abandoned transaction and its repetition wait for the lock");
        await transaction.RollbackAsync();

        Assert.IsType<CommitResult.Committed>(await result);
        await AssertOnceAsync(accepted, 2);
    }

    private const string Waiting =
        """
        select count(*) from pg_stat_activity
        where datname = current_database() and application_name = 'paymentcluster' and wait_event_type = 'Lock'
        """;

    private async Task<Store> OpenAsync(FaultProxy proxy)
    {
        var store = new Store(proxy.Through(fixture.Database.AppConnectionString), Brief);
        // Both pools have a connection, so that the next request is a commit and not the beginning of a session.
        await store.Payments.LoadAsync(Commits.Accepted().Key);
        return store;
    }

    private static async Task<List<PaymentCommit>> AcceptAsync(Store store, int count)
    {
        var accepted = Enumerable.Range(0, count).Select(_ => Commits.Accepted()).ToList();
        await Task.WhenAll(accepted.Select(store.Payments.AppendAsync));
        return accepted;
    }

    private async Task AssertOnceAsync(List<PaymentCommit> accepted, int version)
    {
        await using var store = fixture.Open();
        foreach (var commit in accepted)
        {
            Assert.Equal(version, (await store.Payments.LoadAsync(commit.Key))!.Version);
        }

        Assert.Null(await Audit.FindAsync(fixture.Database));
    }
}
