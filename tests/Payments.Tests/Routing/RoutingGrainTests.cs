using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentCluster.Connectors;
using PaymentCluster.Grains;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Routing;
using PaymentCluster.Testing.Silos;
using static PaymentCluster.Payments.Tests.Routing.GivenRouting;

namespace PaymentCluster.Payments.Tests.Routing;

/// <summary>A merchant with two providers that take cards in rupees: <c>testpay</c> and <c>otherpay</c>.</summary>
public sealed class RoutingGrainTests(RoutingGrainTests.Shared shared)
    : IClassFixture<RoutingGrainTests.Shared>, IAsyncLifetime
{
    private readonly string _shop = SharedSilo.NewMerchant("shop");
    private readonly Past _past = shared.Past;
    private readonly TestSilo _silo = shared.Silo;

    private IRoutingGrain Routing => _silo.Grains.GetGrain<IRoutingGrain>(_shop);

    public async Task InitializeAsync()
    {
        await _silo.PutMerchantAsync(_shop, "s");
        await _silo.Merchant(_shop).PutCredentials("otherpay", TestSilo.Credentials("o"));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_payment_is_evaluated_by_the_merchants_own_plan_or_by_another()
    {
        var query = new EvaluateRouting { Payment = Payment(method: Visa) };
        Assert.Equal("otherpay", (await Routing.Evaluate(query)).Value?.Provider);
        await _silo.Merchant(_shop).PutRouting(new PutRouting { Plan = Plan(Order("testpay")) });
        Assert.Equal("testpay", (await Routing.Evaluate(query)).Value?.Provider);
        var tried = (await Routing.Evaluate(query with { Plan = Plan(Order("otherpay", "testpay")) })).Value!;
        Assert.Equal(
            [("otherpay", RoutingVerdict.Chosen), ("testpay", RoutingVerdict.NotNeeded)],
            tried.Notes.Select(note => (note.Provider, note.Verdict)));
    }

    [Fact]
    public async Task Without_a_provider_that_can_the_reply_is_no_refusal()
    {
        var reply = (await Routing.Evaluate(new EvaluateRouting { Payment = Payment() })).Value!;
        Assert.Null(reply.Provider);
        Assert.All(reply.Notes, note => Assert.Equal("The provider does not accept UPI.", note.Reason));
    }

    [Fact]
    public async Task A_wrong_plan_collect_and_an_unknown_merchant_are_refused()
    {
        var query = new EvaluateRouting { Payment = Payment(method: Visa), Plan = Plan(Order("nopay")) };
        var wrong = (await Routing.Evaluate(query)).Refusal;
        Assert.Equal((ErrorCode.InvalidField, "routing.rules[0].use.order[0]"), (wrong?.Code, wrong?.Field));
        var collect = Payment(method: new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Collect });
        Assert.Equal(
            ErrorCode.UpiCollectNotAllowed,
            (await Routing.Evaluate(new EvaluateRouting { Payment = collect })).Refusal?.Code);
        Assert.Equal(
            ErrorCode.MerchantNotFound,
            (await _silo.Grains.GetGrain<IRoutingGrain>("nobody")
                .Replay(new ReplayRouting { Limit = 1 })).Refusal?.Code);
    }

    [Fact]
    public async Task A_plan_is_played_over_past_payments_and_compared()
    {
        _past.Payments =
        [
            PastOf(3, "otherpay", 5_000),
            PastOf(2, "otherpay", 50_000),
            PastOf(1, "testpay", 50_000),
            PastOf(0, "testpay", 50_000),
        ];
        var big = Order("testpay") with
        {
            When = new() { Currencies = ["INR"], AmountFromMinor = 10_000, CardBins = [] },
        };
        var replay = (await Routing.Replay(new ReplayRouting { Plan = Plan(big), Limit = 3 })).Value!;
        Assert.Equal(
            (3, true, 1, 0, 0), (replay.Examined, replay.HasMore, replay.Changed, replay.Nowhere, replay.BinUnknown));
        Assert.Equal(
            [("otherpay", 2, 1), ("testpay", 1, 2)],
            replay.Providers.Select(count => (count.Provider, count.Then, count.Now)));
        var change = Assert.Single(replay.Sample);
        Assert.Equal(("order-2", "otherpay", "testpay"), (change.OrderId, change.Then, change.Now));
        Assert.Equal(4, _past.Requested);
    }

    [Fact]
    public async Task Rules_on_first_digits_cannot_be_judged_and_that_is_counted()
    {
        _past.Payments = [PastOf(0, "otherpay", 50_000)];
        var byBin = Order("testpay") with { When = new() { CardBins = ["411111"] } };
        var replay = (await Routing.Replay(new ReplayRouting { Plan = Plan(byBin), Limit = 10 })).Value!;
        Assert.Equal((1, false, 0, 1), (replay.Examined, replay.HasMore, replay.Changed, replay.BinUnknown));
        var off = (await Routing.Replay(new ReplayRouting
        {
            Plan = new RoutingPlan { Off = ["otherpay", "testpay"] }, Limit = 10,
        })).Value!;
        Assert.Equal((1, 1), (off.Changed, off.Nowhere));
        Assert.Null(Assert.Single(off.Sample).Now);
    }

    private static PastPayment PastOf(int number, string provider, long amount) => new()
    {
        Payment = Payment(number, Visa) with { Amount = Money.Of(amount, Currency.Inr) },
        OrderId = $"order-{number}",
        Provider = provider,
    };

    /// <summary>One silo for all of them, whose past payments are the present test's.</summary>
    public sealed class Shared : SharedSilo
    {
        internal Past Past { get; } = new();

        private protected override void Configure(HostApplicationBuilder builder)
        {
            builder.Services.AddSingleton(TimeProvider.System);
            builder.Services.AddSingleton<IPaymentJournal>(new MemoryJournal());
            builder.Services.AddSingleton<ConnectorCatalogue>();
            builder.Services.AddSingleton<IPastPayments>(Past);
            builder.Services.AddPaymentEngine();
        }
    }

    internal sealed class Past : IPastPayments
    {
        public ImmutableArray<PastPayment> Payments { get; set; } = [];

        public int Requested { get; private set; }

        public Task<ImmutableArray<PastPayment>> ReadAsync(
            string merchant, DateTimeOffset? from, DateTimeOffset? to, int limit)
        {
            Requested = limit;
            return Task.FromResult<ImmutableArray<PastPayment>>([.. Payments.Take(limit)]);
        }
    }
}
