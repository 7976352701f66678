using Microsoft.Extensions.Time.Testing;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Payments.Tests;

/// <summary>Status queries that wait, ended by a provider's list of payments.</summary>
public sealed class PaymentListTests
{
    private const int PageSize = 10;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly Money Amount = Money.Of(12_345, Currency.Inr);

    private readonly FakeTimeProvider _time = new(Given.Start);
    private readonly StatusQueryShare _share = new(60, silos: 1, Given.Start, PageSize);

    private DateTimeOffset Now => _time.GetUtcNow();

    [Fact]
    public async Task A_page_ends_the_waits_of_all_that_it_tells_about()
    {
        var waits = await WaitAsync("order_1", "order_2", "order_3");
        var request = Begin();
        Assert.Equal(
            (Given.Start - PaymentListPlan.ClockError, Given.Start.AddSeconds(1) + PaymentListPlan.ClockError, 0),
            (request.Query.From, request.Query.To, request.Query.Skip));

        Assert.Equal(
            3, End(request, Captured("order_3"), Pending("order_1"), Captured("order_2"), Captured("order_9")));

        Type[] outcomes =
            [typeof(ProviderOutcome.Pending), typeof(ProviderOutcome.Succeeded), typeof(ProviderOutcome.Succeeded)];
        foreach (var (wait, outcome) in waits.Zip(outcomes))
        {
            var permit = await wait;
            Assert.False(permit.IsGranted);
            Assert.IsType(outcome, permit.Listed!.Outcome);
            Assert.Equal(Given.Start.AddSeconds(30), permit.Listed.QueriedAt);
        }
    }

    [Fact]
    public async Task What_is_not_listed_is_queried_and_not_looked_for_again()
    {
        var waits = await WaitAsync("order_1", "order_2", "order_3");
        Assert.Equal(2, End(Begin(), Captured("order_1"), Captured("order_2")));
        Advance(seconds: 1);
        Assert.Null(_share.BeginList(Now));
        Assert.Equal(1, _share.Grant(Now));
        Assert.True((await waits[2]).IsGranted);
    }

    [Fact]
    public async Task Another_amount_is_for_a_query_to_say()
    {
        var waits = await WaitAsync("order_1", "order_2", "order_3");
        Assert.Equal(
            2,
            End(Begin(), Captured("order_1"), Captured("order_2"), Captured("order_3", amountMinor: 12_346)));
        Assert.False(waits[2].IsCompleted);
    }

    [Fact]
    public async Task Of_several_payments_on_an_order_the_paid_one_counts()
    {
        await TakeAllAsync();
        var waits = await WaitAsync([.. Enumerable.Range(1, PageSize).Select(number => $"order_{number}")]);
        var first = Begin();
        Assert.Equal(
            PageSize - 1,
            End(first, [Failed("order_1"), .. Enumerable.Range(2, PageSize - 1).Select(n => Captured($"order_{n}"))]));
        Advance(seconds: 5);
        var second = Begin();
        Assert.Equal(first.Query with { Skip = PageSize }, second.Query);
        Assert.Equal(1, End(second, Captured("order_1", "pay_later")));
        Assert.Equal("pay_later", (await waits[0]).Listed!.Outcome.ProviderReference);
    }

    [Fact]
    public async Task A_failure_counts_if_it_is_of_the_payment_that_we_made()
    {
        var waits = await WaitAsync("order_1", "order_2", "order_3");
        Assert.Equal(
            1, End(Begin(), Failed("order_1"), Failed("order_2", "pay_other"), new ListedPayment(
                "order_3", new ProviderOutcome.Unknown { Reason = "unreadable" })));
        Assert.IsType<ProviderOutcome.Declined>((await waits[0]).Listed!.Outcome);
        Assert.False(waits[1].IsCompleted || waits[2].IsCompleted);
    }

    [Fact]
    public async Task What_began_to_wait_later_is_not_ended_by_an_earlier_page()
    {
        await WaitAsync("order_1", "order_2", "order_3");
        var request = Begin();
        Advance(seconds: 1);
        var late = Wait("order_4");
        Assert.Equal(
            3, End(request, Captured("order_1"), Captured("order_2"), Captured("order_3"), Captured("order_4")));
        Assert.False(late.IsCompleted);
    }

    [Fact]
    public async Task A_page_costs_what_a_query_costs()
    {
        await TakeAllAsync();
        string[] orders = ["order_1", "order_2", "order_3"];
        _ = orders.Select(order => Wait(order)).ToArray();
        Assert.Null(_share.BeginList(Now));
        Advance(seconds: 3);
        End(Begin(), Captured("order_1"));
        Assert.Equal(0, _share.Grant(Now));
    }

    [Fact]
    public async Task One_page_is_read_at_a_time_and_none_for_few()
    {
        await WaitAsync("order_1", "order_2");
        Assert.Null(_share.BeginList(Now));
        await WaitAsync("order_3", "order_4", "order_5");
        Begin();
        Advance(seconds: 5);
        Assert.Null(_share.BeginList(Now));
    }

    [Fact]
    public void Where_a_list_tells_little_or_nothing_queries_have_the_budget_for_longer_and_longer()
    {
        var plan = new PaymentListPlan(PageSize);
        ListedPage[] pages =
        [
            new ListedPage.Read([Captured("order_of_others")], 1, null),
            new ListedPage.Failed("HTTP 500"),
            new ListedPage.Read([], 0, null),
            new ListedPage.Read([Captured("order_3_0")], 1, null),
        ];
        var pauses = pages.Select((page, round) =>
        {
            Add(plan, $"order_{round}");
            Assert.Equal(round < 3 ? 0 : 1, plan.End(plan.Begin(Now), page, Now, Now));
            Add(plan, $"order_{round}_again");
            var pause = 0;
            for (; plan.Wants(Now) is null; pause++)
            {
                Advance(seconds: 1);
            }

            return pause;
        }).ToArray();
        Assert.Equal([15, 30, 60, 0], pauses);

        void Add(PaymentListPlan to, string order)
        {
            for (var number = 0; number < 3; number++)
            {
                to.Add(new WaitingQuery(QueryOf($"{order}_{number}", QueryPriority.Accepted), Now));
            }

            to.Wants(Now);
        }
    }

    [Fact]
    public async Task A_list_confirms_many_captures_at_once_and_contradicts_none()
    {
        await TakeAllAsync();
        var waits = Enumerable.Range(1, 4)
            .Select(number => Wait($"order_{number}", QueryPriority.Confirmation)).ToArray();
        Advance(seconds: 40);
        Assert.Equal(2, End(Begin(), Captured("order_1"), Captured("order_2"), Pending("order_3")));
        Assert.NotNull((await waits[0]).Listed);
        Assert.NotNull((await waits[1]).Listed);
        Assert.Equal(QueryPermit.Left, await waits[2]);
        Assert.Equal(QueryPermit.Left, await waits[3]);

        await TakeAllAsync();
        var last = Wait("order_5", QueryPriority.Confirmation);
        Advance(seconds: 61);
        Assert.Null(_share.BeginList(Now));
        Assert.Equal(QueryPermit.Left, await last);
    }

    [Fact]
    public async Task A_list_that_goes_on_is_read_by_a_later_end_instead_of_a_longer_skip()
    {
        await WaitAsync([.. Enumerable.Range(0, 1_000).Select(number => $"order_{number}")]);
        ListRequest? last = null;
        for (var page = 0; page <= 100; page++)
        {
            Advance(seconds: 3);
            last = Begin();
            var payments = Enumerable.Range(page * PageSize, PageSize).Select(number => Captured($"order_{number}"));
            _share.EndList(
                last, new ListedPage.Read([.. payments], PageSize, Given.Start.AddSeconds(1)), Now, Now);
        }

        Assert.Equal((Given.Start.AddSeconds(1), 0), (last!.Query.To, last.Query.Skip));
    }

    [Fact]
    public async Task A_share_is_retired_when_a_new_one_is_the_same()
    {
        await TakeAllAsync();
        Assert.False(_share.TryRetire(Now));
        var wait = Wait("order_1");
        Advance(seconds: 3);
        Assert.False(_share.TryRetire(Now));
        Assert.Equal(1, _share.Grant(Now));
        await wait;
        Advance(seconds: 56);
        Assert.False(_share.TryRetire(Now));
        Advance(seconds: 3);
        Assert.True(_share.TryRetire(Now));
        Assert.False(_share.TryAcquire(
            new StatusQuery(new("shop", "testpay", null), QueryPriority.Unknown), Now, CancellationToken.None, out _));
    }

    private static ListedPayment Captured(string order, string? payment = null, long amountMinor = 12_345) =>
        Listed(order, payment, new ProviderOutcome.Succeeded
        {
            Stage = ChargeStage.Captured, Amount = Money.Of(amountMinor, Currency.Inr),
        });

    private static ListedPayment Pending(string order) => Listed(order, null, new ProviderOutcome.Pending());

    private static ListedPayment Failed(string order, string? payment = null) =>
        Listed(order, payment, new ProviderOutcome.Declined
        {
            Failure = new Failure { Code = "declined", Message = "No.", Party = FailureParty.Bank },
        });

    private static ListedPayment Listed(string order, string? payment, ProviderOutcome outcome) => new(
        order,
        outcome with { ProviderOrder = order, ProviderReference = payment ?? $"pay_{order}" });

    private void Advance(int seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private ListRequest Begin()
    {
        var request = _share.BeginList(Now);
        Assert.NotNull(request);
        return request;
    }

    private int End(ListRequest request, params ListedPayment[] payments) => _share.EndList(
        request,
        new ListedPage.Read([.. payments], payments.Length, Given.Start),
        Given.Start.AddSeconds(30),
        Now);

    // Lets queries wait: the budget is spent, and one query returns in the time that passes.
    private async Task<Task<QueryPermit>[]> WaitAsync(params string[] orders)
    {
        await TakeAllAsync();
        var waits = orders.Select(order => Wait(order)).ToArray();
        Advance(seconds: 3);
        return waits;
    }

    private Task<QueryPermit> Wait(string order, QueryPriority priority = QueryPriority.Accepted)
    {
        Assert.True(_share.TryAcquire(QueryOf(order, priority), Now, CancellationToken.None, out var permit));
        return permit.AsTask();
    }

    private static StatusQuery QueryOf(string order, QueryPriority priority) =>
        new(new("shop", "testpay", null), priority, new ListableCharge
        {
            ProviderOrder = order,
            ProviderReference = $"pay_{order}",
            Amount = Amount,
            From = Given.Start,
            To = Given.Start.AddSeconds(1),
        });

    private async Task TakeAllAsync()
    {
        QueryPermit permit;
        do
        {
            Assert.True(_share.TryAcquire(
                new StatusQuery(new("shop", "testpay", null), QueryPriority.Unknown),
                Now,
                new CancellationToken(canceled: true),
                out var taken));
            permit = await taken.AsTask().WaitAsync(Minute);
        }
        while (permit.IsGranted);
    }
}
