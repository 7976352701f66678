using System.Collections.Immutable;
using System.Text.Json;
using Npgsql;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Journal.Tests;

/// <summary>Claims by lane and merchant. They take whatever is due, so each test has a database of its own.</summary>
public sealed class FairClaimTests : IAsyncLifetime
{
    private const int Many = 1_000;

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private readonly StoreFixture _fixture = new();

    public Task InitializeAsync() => _fixture.InitializeAsync();

    public Task DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Each_merchant_gets_its_share_of_the_most_overdue()
    {
        await using var store = _fixture.Open();
        await FillAsync("greedy", 300, "now() - interval '1 hour' - n * interval '1 second'");
        await FillAsync("small", 3, "now() - n * interval '1 second'");
        await FillAsync("waiting", 3, "now() + interval '1 hour'");

        var due = await store.Payments.ClaimDueOfAsync(DueLane.Recovery, ["greedy", "small", "waiting"], 5, Lease);

        Assert.Equal(5, due.Count(payment => payment.Key.Merchant == "greedy"));
        Assert.Equal(3, due.Count(payment => payment.Key.Merchant == "small"));
        Assert.Equal(8, due.Length);
        Assert.All(
            due.Where(payment => payment.Key.Merchant == "greedy"),
            payment => Assert.True(payment.Overdue >= TimeSpan.FromSeconds(3_600 + 296), $"{payment}"));
    }

    [Fact]
    public async Task A_claim_of_a_lane_leaves_the_other_lane()
    {
        await using var store = _fixture.Open();
        var urgent = Commits.Accepted() with { Lane = DueLane.Recovery };
        var routine = Commits.Accepted();
        await store.Payments.AppendAsync(urgent);
        await store.Payments.AppendAsync(routine);

        var first = await store.Payments.ClaimDueOfAsync(DueLane.Recovery, [Commits.Merchant], 10, Lease);
        var second = await store.Payments.ClaimDueOfAsync(DueLane.Routine, [Commits.Merchant], 10, Lease);

        Assert.Equal((urgent.Key, DueLane.Recovery), (Assert.Single(first).Key, first[0].Lane));
        Assert.Equal((routine.Key, DueLane.Routine), (Assert.Single(second).Key, second[0].Lane));
    }

    [Fact]
    public async Task A_commit_moves_a_payment_to_another_lane()
    {
        await using var store = _fixture.Open();
        var accepted = Commits.Accepted() with { Lane = DueLane.Recovery };
        await store.Payments.AppendAsync(accepted);
        await store.Payments.AppendAsync(Commits.Noted(accepted) with { Lane = DueLane.Routine });

        Assert.Equal(DueLane.Routine, Assert.Single(await store.Payments.ClaimDueAsync(10, Lease)).Lane);
    }

    [Fact]
    public async Task Rows_of_an_earlier_version_are_routine()
    {
        await using var store = _fixture.Open();
        await _fixture.Database.ExecuteAsync(
            "insert into payment_schedule (payment_id, due_at, merchant_id) select gen_random_uuid(), now(), 'old'");

        Assert.Equal(DueLane.Routine, Assert.Single(await store.Payments.ClaimDueAsync(10, Lease)).Lane);
    }

    [Fact]
    public async Task The_merchants_with_due_payments_are_found_in_parts()
    {
        await using var store = _fixture.Open();
        foreach (var merchant in (string[])["a", "c", "e"])
        {
            await FillAsync(merchant, 2, "now() - n * interval '1 minute'");
        }

        await FillAsync("b", 2, "now() + interval '1 hour'");
        await FillAsync("d", 2, "now() + interval '1 hour'");
        await FillAsync("f", 2, "now() - interval '1 hour'", DueLane.Routine);
        List<DueMerchant> found = [];
        List<string?> ends = [];
        for (var after = ""; after is not null; after = ends[^1])
        {
            var page = await store.Payments.FindDueMerchantsAsync(DueLane.Recovery, after, 2);
            found.AddRange(page.Merchants);
            ends.Add(page.Next);
        }

        Assert.Equal(["a", "c", "e"], found.Select(each => each.Merchant));
        Assert.Equal(["b", "d", null], ends);
        Assert.All(found, each => Assert.InRange(each.Overdue, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(3)));
    }

    [Fact]
    public async Task Claimers_of_one_merchant_get_different_payments()
    {
        await using var first = _fixture.Open();
        await using var second = _fixture.Open();
        await FillAsync("shop", 200, "now() - n * interval '1 second'");

        var claims = await Task.WhenAll(ClaimAllAsync(first), ClaimAllAsync(second));

        var claimed = claims.SelectMany(each => each).Select(due => due.Key).ToList();
        Assert.Equal(200, claimed.Count);
        Assert.Equal(200, claimed.Distinct().Count());
    }

    [Fact]
    public async Task A_row_that_another_transaction_holds_is_passed()
    {
        await using var store = _fixture.Open();
        await FillAsync("shop", 2, "now() - n * interval '1 second'");
        await using var holder = await _fixture.Database.OpenOwnerAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand(
            "select from payment_schedule order by due_at limit 1 for update", holder))
        {
            await hold.ExecuteNonQueryAsync();
        }

        var due = await store.Payments.ClaimDueOfAsync(DueLane.Recovery, ["shop"], 10, Lease);

        Assert.InRange(Assert.Single(due).Overdue, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Empty(await store.Payments.ClaimDueOfAsync(DueLane.Recovery, ["shop"], 10, Lease));
    }

    // What is read is counted, with the plan that was made while the table was empty, and with one that is made for a
    // table in which nearly all rows are one merchant's.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_claim_reads_what_it_returns_and_not_what_one_merchant_has(bool isAnalyzed)
    {
        await using var store = _fixture.Open();
        await using var connection = await store.Database.Reads.OpenConnectionAsync();
        await RunAsync(connection, "set plan_cache_mode = force_generic_plan");
        await RunAsync(
            connection,
            $"prepare find (smallint, text, int) as {PaymentSql.FindDueMerchants}; "
                + $"prepare claim (smallint, text[], int, interval) as {PaymentSql.ClaimDueOf}");
        if (!isAnalyzed)
        {
            await RunAsync(connection, "execute find (1, '', 10); execute claim (1, '{greedy}', 10, '1 s')");
        }

        // In parts, each of which a busy machine inserts well within a statement's timeout.
        for (var part = 0; part < 10; part++)
        {
            await FillAsync("greedy", 5_000, "now() - interval '1 day' + n * interval '1 microsecond'");
        }

        await FillAsync("small", 10, "now() - n * interval '1 microsecond'");
        await _fixture.Database.ExecuteAsync("vacuum (analyze) payment_schedule");

        Assert.InRange(await ReadsAsync(connection, "execute find (1, '', 2000)"), 1, Many);
        Assert.InRange(await ReadsAsync(connection, "execute claim (1, '{greedy,small}', 10, '30 s')"), 1, Many);
    }

    private static async Task<List<DuePayment>> ClaimAllAsync(Store store)
    {
        List<DuePayment> all = [];
        ImmutableArray<DuePayment> some;
        do
        {
            some = await store.Payments.ClaimDueOfAsync(DueLane.Recovery, ["shop"], 7, Lease);
            all.AddRange(some);
        }
        while (!some.IsEmpty);
        return all;
    }

    // Pages of tables and indexes.
    private static async Task<long> ReadsAsync(NpgsqlConnection connection, string statement)
    {
        await using var command = new NpgsqlCommand($"explain (analyze, buffers, format json) {statement}", connection);
        using var plan = JsonDocument.Parse((string)(await command.ExecuteScalarAsync())!);
        var top = plan.RootElement[0].GetProperty("Plan");
        return top.GetProperty("Shared Hit Blocks").GetInt64() + top.GetProperty("Shared Read Blocks").GetInt64();
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private Task FillAsync(string merchant, int count, string dueAt, DueLane lane = DueLane.Recovery) =>
        _fixture.Database.ExecuteAsync(
            "insert into payment_schedule (payment_id, due_at, merchant_id, lane) "
                + $"select gen_random_uuid(), {dueAt}, '{merchant}', {(int)lane} from generate_series(1, {count}) n");
}
