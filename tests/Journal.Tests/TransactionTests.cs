using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Customers;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Journal.Tests;

/// <summary>A customer's history, read from payments that went the way that payments go.</summary>
public sealed class TransactionTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private const string Merchant = "history";

    private static readonly DateTimeOffset Start = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Payments_and_refunds_come_newest_first_with_their_totals()
    {
        await using var store = fixture.Open();
        var first = await PayAsync(store, "asha", Start, refunds: [(300, true), (200, null), (100, false)]);
        var second = await PayAsync(store, "asha", Start.AddHours(1), refunds: []);
        var open = await PayAsync(store, "asha", Start.AddHours(2), refunds: [], isPaid: false);
        await PayAsync(store, "bala", Start, refunds: [(300, true)]);

        var page = await ListAsync(store, new TransactionQuery { CustomerId = "asha", Limit = 20 });
        Assert.Equal(
            [(open, 0), (second, 0), (first, 3), (first, 2), (first, 1), (first, 0)],
            page.Transactions.Select(one => (one.Place.Payment, one.Place.Refund)));
        Assert.Equal(
            [RefundStatus.Failed, RefundStatus.Pending, RefundStatus.Success],
            page.Transactions.Where(one => one.RefundStatus is not null).Select(one => one.RefundStatus!.Value));
        Assert.Equal(
            [PaymentStatus.Pending, PaymentStatus.Success, PaymentStatus.Success],
            page.Transactions.Where(one => one.Status is not null).Select(one => one.Status!.Value));
        Assert.Equal(
            [100L, 200, 300],
            page.Transactions.Where(one => one.Place.Refund > 0).Select(one => one.Amount.AmountMinor));
        Assert.Equal(
            new TransactionTotal
            {
                Currency = Currency.Inr,
                Payments = 2,
                PaidMinor = 2_000,
                Refunds = 1,
                RefundedMinor = 300,
            },
            Assert.Single(page.Totals));
        Assert.False(page.HasMore);
    }

    [Fact]
    public async Task Pages_hold_each_once_and_filters_leave_out_what_they_do_not_name()
    {
        await using var store = fixture.Open();
        for (var number = 0; number < 4; number++)
        {
            // Two of the payments are as old as each other.
            await PayAsync(store, "chand", Start.AddMinutes(number / 2), refunds: [(10, true), (20, true)]);
        }

        List<Transaction> seen = [];
        TransactionPage page;
        do
        {
            page = await ListAsync(store, new TransactionQuery
            {
                CustomerId = "chand", Limit = 5, Before = seen.Count == 0 ? null : seen[^1].Place,
            });
            seen.AddRange(page.Transactions);
            Assert.Equal(120, page.Totals.Single().RefundedMinor);
        }
        while (page.HasMore);

        Assert.Equal(12, seen.Select(one => one.Place).Distinct().Count());
        Assert.Equal(
            seen.OrderByDescending(one => one.Place.At).Select(one => one.Place.At), seen.Select(one => one.Place.At));
        Assert.Equal(4, (await FilteredAsync(query => query with { Kind = TransactionKind.Payment })).Length);
        Assert.Equal(8, (await FilteredAsync(query => query with { Kind = TransactionKind.Refund })).Length);
        Assert.Equal(
            12, (await FilteredAsync(query => query with { Method = PaymentMethodKind.Upi, Currency = "INR" })).Length);
        Assert.Empty(await FilteredAsync(query => query with { Method = PaymentMethodKind.Card }));
        Assert.Empty(await FilteredAsync(query => query with { Currency = "USD" }));
        Assert.Empty(await FilteredAsync(query => query with { CustomerId = "nobody" }));
        Assert.Equal(6, (await FilteredAsync(query => query with { From = Start.AddMinutes(1) })).Length);
        Assert.Equal(6, (await FilteredAsync(query => query with { To = Start.AddMinutes(1) })).Length);
        Assert.Empty((await new TransactionStore(store.Reads).ListAsync(
            "other", new TransactionQuery { CustomerId = "chand", Limit = 5 })).Transactions);

        async Task<ImmutableArray<Transaction>> FilteredAsync(Func<TransactionQuery, TransactionQuery> filter) =>
            (await ListAsync(store, filter(new TransactionQuery { CustomerId = "chand", Limit = 50 }))).Transactions;
    }

    private static Task<TransactionPage> ListAsync(Store store, TransactionQuery query) =>
        new TransactionStore(store.Reads).ListAsync(Merchant, query);

    private static async Task<PaymentId> PayAsync(
        Store store, string customer, DateTimeOffset at, (long Amount, bool? Outcome)[] refunds, bool isPaid = true)
    {
        var key = PaymentKey.Of(Merchant, PaymentId.New(TimeProvider.System));
        var terms = new DecisionContext
        {
            Now = at,
            SendWindow = TimeSpan.FromSeconds(20),
            ClockError = TimeSpan.FromSeconds(10),
            ExpiresIn = TimeSpan.FromMinutes(15),
            Route = new Route
            {
                Provider = "testpay",
                CapturesByItself = true,
                VisibilityWindow = TimeSpan.FromSeconds(30),
                LateSuccess = TimeSpan.FromDays(3),
            },
        };
        PaymentState? state = null;
        await DoAsync(() => PaymentDecider.Decide(null, new StartPayment
        {
            OrderId = Commits.NewOrder(),
            Amount = Money.Of(1_000, Currency.Inr),
            Instrument = new Instrument.UpiIntent(),
            Capture = CaptureMode.Automatic,
            Customer = new Customer { Id = customer },
            Metadata = ImmutableDictionary<string, string>.Empty,
        }, terms));
        if (!isPaid)
        {
            return key.Payment;
        }

        await DoAsync(() => PaymentDecider.Decide(state!, new RecordOutcome
        {
            Operation = OperationKey.Charge(1),
            Outcome = new ProviderOutcome.Succeeded
            {
                Stage = ChargeStage.Captured, Amount = Money.Of(1_000, Currency.Inr), ProviderReference = "pay_A",
            },
            Source = ReportSource.Query,
        }, terms));
        foreach (var (amount, outcome) in refunds)
        {
            await DoAsync(() => PaymentDecider.Decide(state!, new RefundPayment { AmountMinor = amount }, terms));
            if (outcome is { } succeeded)
            {
                await DoAsync(() => PaymentDecider.Decide(state!, new RecordOutcome
                {
                    Operation = OperationKey.Refund(state!.Refunds.Length),
                    Outcome = succeeded
                        ? new ProviderOutcome.Succeeded
                        {
                            Stage = ChargeStage.Captured,
                            Amount = Money.Of(amount, Currency.Inr),
                            ProviderReference = "rfnd_A",
                        }
                        : new ProviderOutcome.Declined
                        {
                            Failure = new Failure { Code = "refused", Message = "No.", Party = FailureParty.Provider },
                        },
                    Source = ReportSource.Query,
                }, terms));
            }
        }

        return key.Payment;

        async Task DoAsync(Func<Decision> decide)
        {
            var accepted = Assert.IsType<Decision.Accepted>(decide());
            var next = accepted.Events.Aggregate(state, PaymentState.Evolve)!;
            Assert.IsType<Grains.Journal.CommitResult.Committed>(
                await store.Payments.AppendAsync(PaymentRecord.CommitOf(key, state, next, accepted.Events, null, at)));
            state = next;
        }
    }
}
