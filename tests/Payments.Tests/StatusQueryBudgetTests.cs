using Microsoft.Extensions.DependencyInjection;
using PaymentCluster.Connectors;
using PaymentCluster.Grains;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Hosting;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests;

public sealed class StatusQueryBudgetTests
{
    [Fact]
    public async Task Half_of_the_budget_is_for_everybody_and_the_rest_for_what_is_unknown()
    {
        await using var silo = await StartAsync(questionsPerMinute: 10);
        var budget = Budget(silo, "shop/testpay");
        Assert.Equal(5, await TakeAsync(budget, isUrgent: false));
        Assert.Equal(5, await TakeAsync(budget, isUrgent: true));
        Assert.Equal(0, await TakeAsync(budget, isUrgent: false));
    }

    [Fact]
    public async Task Each_merchant_has_a_budget_of_its_own_at_each_provider()
    {
        await using var silo = await StartAsync(questionsPerMinute: 3);
        Assert.Equal(3, await TakeAsync(Budget(silo, "shop/testpay"), isUrgent: true));
        Assert.Equal(3, await TakeAsync(Budget(silo, "other/testpay"), isUrgent: true));
        Assert.Equal(3, await TakeAsync(Budget(silo, "shop/otherpay"), isUrgent: true));
        Assert.Equal(0, await TakeAsync(Budget(silo, "shop/nopay"), isUrgent: true));
    }

    [Fact]
    public async Task The_budget_is_the_providers_own_unless_the_installation_says_otherwise()
    {
        await using var silo = await StartAsync(questionsPerMinute: null);
        Assert.Equal(600, await TakeAsync(Budget(silo, "shop/testpay"), isUrgent: true, tries: 700));
    }

    private static async Task<int> TakeAsync(IStatusQueryBudgetGrain budget, bool isUrgent, int tries = 20)
    {
        var taken = 0;
        for (var i = 0; i < tries; i++)
        {
            taken += await budget.TryAcquire(isUrgent) ? 1 : 0;
        }

        return taken;
    }

    private static IStatusQueryBudgetGrain Budget(TestSilo silo, string key) =>
        silo.Grains.GetGrain<IStatusQueryBudgetGrain>(key);

    private static Task<TestSilo> StartAsync(int? questionsPerMinute) =>
        TestSilo.StartAsync(new DocumentStore(), builder =>
        {
            builder.Services.AddSingleton(TimeProvider.System);
            builder.Services.AddSingleton<IPaymentJournal>(new MemoryJournal());
            builder.Services.AddSingleton<ConnectorCatalogue>();
            builder.Services.AddPaymentEngine();
            builder.Services.Configure<PaymentOptions>(options => options.StatusQueriesPerMinute = questionsPerMinute);
        });
}
