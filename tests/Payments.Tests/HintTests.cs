using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests;

/// <summary>Hints that prove nothing, at the payment that they are about: anybody can send them, any number of
/// times.</summary>
public sealed class HintTests
{
    private readonly FakeTimeProvider _time = new(Given.Start);
    private readonly Budget _budget = new();

    [Fact]
    public async Task An_attempt_is_queried_for_hints_once_in_ten_seconds()
    {
        await using var silo = await StartAsync();
        var payment = await WaitingAsync(silo);
        Assert.Equal(1, await HintsAsync(silo, payment, times: 20));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(1, await HintsAsync(silo, payment, times: 20));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, await HintsAsync(silo, payment, times: 20));
    }

    [Fact]
    public async Task A_hint_about_what_is_not_there_or_another_providers_says_nothing()
    {
        await using var silo = await StartAsync();
        var payment = await WaitingAsync(silo);
        Assert.False(await payment.Hint(2, TestSilo.Provider));
        Assert.False(await payment.Hint(1, "otherpay"));
        Assert.False(await PaymentOf(silo, PaymentId.New(TimeProvider.System)).Hint(1, TestSilo.Provider));
        await silo.Services.GetRequiredService<ProviderOperations>().Idle;
        Assert.Equal(0, _budget.Hints);
    }

    private static IPaymentGrain PaymentOf(TestSilo silo, PaymentId id) =>
        silo.Grains.GetGrain<IPaymentGrain>(PaymentKey.Of("shop", id).ToString());

    private static async Task<IPaymentGrain> WaitingAsync(TestSilo silo)
    {
        await silo.PutMerchantAsync("shop", "secret");
        var payment = PaymentOf(silo, PaymentId.New(TimeProvider.System));
        Assert.Null((await payment.Start(Given.StartCommand(Given.TypedCard))).Refusal);
        await silo.Services.GetRequiredService<ProviderOperations>().Idle;
        return payment;
    }

    private async Task<int> HintsAsync(TestSilo silo, IPaymentGrain payment, int times)
    {
        for (var number = 0; number < times; number++)
        {
            Assert.True(await payment.Hint(1, TestSilo.Provider));
            await silo.Services.GetRequiredService<ProviderOperations>().Idle;
        }

        return _budget.Hints;
    }

    private Task<TestSilo> StartAsync() => TestSilo.StartAsync(new DocumentStore(), builder =>
    {
        builder.Services.RemoveAll<IConnector>();
        builder.Services.AddSingleton<IConnector>(new WaitingConnector());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IPaymentJournal>(new MemoryJournal());
        builder.Services.AddSingleton<IPaymentClock>(new PaymentClock(_time));
        builder.Services.AddSingleton<ConnectorCatalogue>();
        builder.Services.AddPaymentEngine();
        builder.Services.AddSingleton<IStatusQueryBudget>(_budget);
    });

    /// <summary>Counts the queries that hints lead to, and lets none of them go.</summary>
    private sealed class Budget : IStatusQueryBudget
    {
        private int _hints;

        public int Hints => Volatile.Read(ref _hints);

        public ValueTask<QueryPermit> AcquireAsync(StatusQuery query, CancellationToken needless)
        {
            if (query.IsHint)
            {
                Interlocked.Increment(ref _hints);
            }

            return ValueTask.FromResult(QueryPermit.Left);
        }
    }

    private sealed class WaitingConnector() : CustomersConnector(TestSilo.Provider)
    {
        public override ConnectorCapabilities Capabilities =>
            base.Capabilities with { Methods = [PaymentMethodKind.Card] };

        public override Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials) =>
            Task.FromResult<ProviderOutcome>(new ProviderOutcome.Pending { ProviderReference = "pay_waiting" });
    }
}
