using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Lists;

namespace PaymentCluster.Journal.Tests;

public sealed class ListTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task Pages_hold_each_payment_once_newest_first()
    {
        await using var store = fixture.Open();
        var accepted = await AcceptAsync(store, "pages", 25);
        List<PaymentId> seen = [];
        PaymentPage page;
        do
        {
            page = await ListAsync(
                store, "pages", new PaymentListQuery { Limit = 10, Before = seen.Count == 0 ? null : seen[^1] });
            seen.AddRange(page.Payments.Select(each => each.Id));
        }
        while (page.HasMore);

        Assert.Equal(accepted.Select(each => each.Key.Payment).Reverse(), seen);
        Assert.Equal(5, page.Payments.Length);
    }

    [Fact]
    public async Task A_line_says_its_payments_status()
    {
        await using var store = fixture.Open();
        var accepted = (await AcceptAsync(store, "line", 1))[0];
        var captured = Commits.Captured(accepted);
        await store.Payments.AppendAsync(captured);

        var line = Assert.Single((await ListAsync(store, "line", new PaymentListQuery { Limit = 10 })).Payments);

        Assert.Equal(
            (accepted.Key.Payment, captured.Row.OrderId, PaymentStatus.Success), (line.Id, line.OrderId, line.Status));
        Assert.Equal(
            (captured.Row.Amount, 50_000, 0, 2), (line.Amount, line.CapturedMinor, line.RefundedMinor, line.Version));
        Assert.Equal((PaymentMethodKind.Upi, "customer_1"), (line.Method, line.CustomerId));
    }

    [Fact]
    public async Task Each_filter_leaves_out_what_it_does_not_name()
    {
        await using var store = fixture.Open();
        var accepted = await AcceptAsync(store, "filters", 6);
        await store.Payments.AppendAsync(Commits.Captured(accepted[2]));
        var (third, now) = (accepted[2].Key.Payment, TimeProvider.System.GetUtcNow());

        await AssertFound([third], new PaymentListQuery { Limit = 10, Status = PaymentStatus.Success });
        await AssertFound([third], new PaymentListQuery { Limit = 10, OrderId = accepted[2].Row.OrderId });
        await AssertFound([], new PaymentListQuery { Limit = 10, CustomerId = "nobody" });
        await AssertFound([], new PaymentListQuery { Limit = 10, Method = PaymentMethodKind.Card });
        await AssertFound([third], new PaymentListQuery
        {
            Limit = 10,
            CustomerId = "customer_1",
            Method = PaymentMethodKind.Upi,
            Status = PaymentStatus.Success,
            CreatedFrom = now.AddHours(-1),
            CreatedTo = now.AddHours(1),
            Before = accepted[3].Key.Payment,
        });
        await AssertFound([], new PaymentListQuery { Limit = 10, CreatedFrom = now.AddHours(1) });
        await AssertFound([], new PaymentListQuery { Limit = 10, CreatedTo = now.AddHours(-1) });
        var second = StoredTime.Of(accepted[2].Row.CreatedAt);
        await AssertFound(
            [.. accepted.Skip(2).Select(each => each.Key.Payment).Reverse()],
            new PaymentListQuery { Limit = 10, CreatedFrom = new DateTimeOffset(second) });

        async Task AssertFound(PaymentId[] expected, PaymentListQuery query) =>
            Assert.Equal(expected, (await ListAsync(store, "filters", query)).Payments.Select(each => each.Id));
    }

    [Fact]
    public async Task Another_merchants_payments_are_never_listed()
    {
        await using var store = fixture.Open();
        var accepted = await AcceptAsync(store, "owner", 1);
        Assert.Empty((await ListAsync(
            store, "own", new PaymentListQuery { Limit = 10, OrderId = accepted[0].Row.OrderId })).Payments);
    }

    private static Task<PaymentPage> ListAsync(Store store, string merchant, PaymentListQuery query) =>
        new PaymentListStore(store.Reads).ListAsync(merchant, query);

    private static async Task<List<PaymentCommit>> AcceptAsync(Store store, string merchant, int count)
    {
        List<PaymentCommit> accepted = [];
        for (var index = 0; index < count; index++)
        {
            // Ids of one millisecond have no order among them, so each gets one of its own.
            var previous = accepted.Count == 0 ? default : accepted[^1].Key.Payment;
            var id = PaymentId.New(TimeProvider.System);
            while (Millisecond(id) == Millisecond(previous))
            {
                id = PaymentId.New(TimeProvider.System);
            }

            accepted.Add(Commits.Accepted(merchant: merchant, id: id));
            await store.Payments.AppendAsync(accepted[^1]);
        }

        return accepted;

        static string Millisecond(PaymentId id) => id.Value.ToString()[..13];
    }
}
