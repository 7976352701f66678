using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Testing;

namespace PaymentCluster.Journal.Tests;

/// <summary>Loads that share a statement. A lock holds the first one, so that the others collect behind it.</summary>
public sealed class LoadTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task Loads_that_collect_behind_a_statement_share_the_next_one()
    {
        await using var store = fixture.Open(new JournalOptions { Readers = 1 });
        var payments = await AcceptAsync(store, 64);
        var sizes = new List<int>();
        using var listener = store.Observe("journal.load.size", sizes);
        await using var owner = await fixture.Database.OpenOwnerAsync();
        await using var held = await HoldReadsAsync(owner);

        var first = store.Payments.LoadAsync(payments[0].Key);
        await UntilHeldAsync();
        // One of them twice, and one that is not there.
        var others = payments.Append(payments[5])
            .Append(Commits.Accepted())
            .Select(each => store.Payments.LoadAsync(each.Key))
            .ToList();
        await held.RollbackAsync();

        Assert.Equal(payments[0].Row.OrderId, (await first)!.Row.OrderId);
        var loaded = await Task.WhenAll(others);
        Assert.Equal(
            payments.Append(payments[5]).Select(each => each.Row.OrderId),
            loaded.SkipLast(1).Select(each => each!.Row.OrderId));
        Assert.Null(loaded[^1]);
        Assert.Equal([1, 66], sizes);
    }

    [Fact]
    public async Task A_payment_that_cannot_be_read_fails_alone()
    {
        await using var store = fixture.Open(new JournalOptions { Readers = 1 });
        var payments = await AcceptAsync(store, 20);
        await fixture.Database.ExecuteAsync(
            $"""
            set session_replication_role = replica;
            delete from payment_events where payment_id = '{payments[3].Key.Payment.Value}';
            insert into payment_events (payment_id, at, version, type, data)
            values ('{payments[3].Key.Payment.Value}', now(), 7, 'payment_noted', '1');
            update payments set currency = '???' where payment_id = '{payments[11].Key.Payment.Value}';
            """);
        await using var owner = await fixture.Database.OpenOwnerAsync();
        await using var held = await HoldReadsAsync(owner);

        var loads = payments.ConvertAll(each => store.Payments.LoadAsync(each.Key));
        await UntilHeldAsync();
        await held.RollbackAsync();

        await Assert.ThrowsAsync<InvalidDataException>(() => loads[3]);
        await Assert.ThrowsAnyAsync<Exception>(() => loads[11]);
        Assert.All(
            await Task.WhenAll(loads.Where((_, index) => index is not 3 and not 11)),
            each => Assert.Equal(1, each!.Version));
    }

    [Fact]
    public async Task What_finds_no_room_to_wait_is_overloaded_and_a_caller_that_leaves_stops_no_other()
    {
        await using var store = fixture.Open(new JournalOptions { Readers = 1, LoadQueueLimit = 2 });
        var payments = await AcceptAsync(store, 4);
        using var leaving = new CancellationTokenSource();
        await using var owner = await fixture.Database.OpenOwnerAsync();
        await using var held = await HoldReadsAsync(owner);

        var first = store.Payments.LoadAsync(payments[0].Key);
        await UntilHeldAsync();
        var left = store.Payments.LoadAsync(payments[1].Key, leaving.Token);
        var second = store.Payments.LoadAsync(payments[2].Key, CancellationToken.None);
        await Assert.ThrowsAsync<JournalOverloadedException>(() => store.Payments.LoadAsync(payments[3].Key));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await held.RollbackAsync();

        Assert.Equal(1, (await first)!.Version);
        Assert.Equal(1, (await second)!.Version);
    }

    [Fact]
    public async Task A_load_that_has_waited_too_long_is_unavailable()
    {
        await using var store = fixture.Open(new JournalOptions { LoadTimeout = TimeSpan.Zero });
        var payments = await AcceptAsync(store, 1);
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.Payments.LoadAsync(payments[0].Key));
    }

    private static async Task<List<PaymentCommit>> AcceptAsync(Store store, int count)
    {
        var payments = Enumerable.Range(0, count).Select(_ => Commits.Accepted()).ToList();
        await Task.WhenAll(payments.Select(store.Payments.AppendAsync));
        return payments;
    }

    private static async Task<NpgsqlTransaction> HoldReadsAsync(NpgsqlConnection owner)
    {
        var transaction = await owner.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("lock table payments in access exclusive mode", owner);
        await hold.ExecuteNonQueryAsync();
        return transaction;
    }

    private Task UntilHeldAsync() => Eventually.HoldsAsync(
        async () => await fixture.Database.ScalarAsync<long>(
            """
            select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'
            """) > 0,
        "a statement waits for the lock");
}
