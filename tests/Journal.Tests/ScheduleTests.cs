using System.Collections.Immutable;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Journal.Tests;

/// <summary>Claims take whatever is due, so each test has a database of its own.</summary>
public sealed class ScheduleTests : IAsyncLifetime
{
    private readonly StoreFixture _fixture = new();

    public Task InitializeAsync() => _fixture.InitializeAsync();

    public Task DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Two_claimers_get_different_payments_and_together_all_that_are_due()
    {
        await using var first = _fixture.Open();
        await using var second = _fixture.Open();
        var due = await AcceptAsync(first, 200, _ => TimeProvider.System.GetUtcNow().AddMinutes(-1));
        await AcceptAsync(first, 10, _ => TimeProvider.System.GetUtcNow().AddHours(1));

        var claims = await Task.WhenAll(ClaimAllAsync(first), ClaimAllAsync(second));

        var claimed = claims.SelectMany(each => each).ToList();
        Assert.Equal(due.Order().ToList(), claimed.Select(each => each.Key.Payment.Value).Order().ToList());
    }

    [Fact]
    public async Task A_leased_payment_is_due_again_only_after_its_lease()
    {
        await using var store = _fixture.Open();
        await AcceptAsync(store, 1, _ => TimeProvider.System.GetUtcNow().AddMinutes(-1));

        Assert.Single(await store.Payments.ClaimDueAsync(10, TimeSpan.FromMinutes(5)));
        Assert.Empty(await store.Payments.ClaimDueAsync(10, TimeSpan.FromMinutes(5)));
        await _fixture.Database.ExecuteAsync(
            "update payment_schedule set due_at = due_at - interval '5 minutes 1 second'");
        Assert.Single(await store.Payments.ClaimDueAsync(10, TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public async Task The_most_overdue_are_claimed_first()
    {
        await using var store = _fixture.Open();
        var now = TimeProvider.System.GetUtcNow();
        var accepted = await AcceptAsync(store, 30, index => now.AddSeconds(-index - 1));

        var claimed = await store.Payments.ClaimDueAsync(10, TimeSpan.FromMinutes(5));

        Assert.Equal(accepted.TakeLast(10).Order(), claimed.Select(each => each.Key.Payment.Value).Order());
    }

    [Fact]
    public async Task A_claim_may_be_for_what_became_due_lately()
    {
        await using var store = _fixture.Open();
        var now = TimeProvider.System.GetUtcNow();
        await AcceptAsync(store, 2, index => now.AddMinutes(-1 - (30 * index)));

        var late = Assert.Single(
            await store.Payments.ClaimDueAsync(10, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(20)));
        Assert.InRange(late.Overdue, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(20));
        Assert.Single(await store.Payments.ClaimDueAsync(10, TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public async Task A_commit_ends_a_lease()
    {
        await using var store = _fixture.Open();
        var commit = Commits.Accepted();
        await store.Payments.AppendAsync(commit);
        await store.Payments.ClaimDueAsync(10, TimeSpan.FromMinutes(5));

        await store.Payments.AppendAsync(
            Commits.Noted(commit) with { NextActionAt = TimeProvider.System.GetUtcNow().AddMinutes(-1) });

        Assert.Equal(commit.Key, Assert.Single(await store.Payments.ClaimDueAsync(10, TimeSpan.FromMinutes(5))).Key);
    }

    private static async Task<List<Guid>> AcceptAsync(Store store, int count, Func<int, DateTimeOffset> dueAt)
    {
        var commits = Enumerable.Range(0, count).Select(
            index => Commits.Accepted() with { NextActionAt = dueAt(index) }).ToList();
        await Task.WhenAll(commits.Select(store.Payments.AppendAsync));
        return commits.ConvertAll(each => each.Key.Payment.Value);
    }

    private static async Task<List<DuePayment>> ClaimAllAsync(Store store)
    {
        List<DuePayment> all = [];
        ImmutableArray<DuePayment> some;
        do
        {
            some = await store.Payments.ClaimDueAsync(7, TimeSpan.FromMinutes(5));
            all.AddRange(some);
        }
        while (!some.IsEmpty);
        return all;
    }
}
