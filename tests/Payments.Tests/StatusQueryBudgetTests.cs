using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Hosting;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Payments.Tests;

public sealed class StatusQueryBudgetTests(PaymentSilo shared) : IClassFixture<PaymentSilo>
{
    private readonly string _shop = SharedSilo.NewMerchant("shop");

    [Fact]
    public async Task Half_of_the_budget_is_for_everybody_and_the_rest_for_what_is_unknown()
    {
        Limit(10);
        var budget = Budget($"{_shop}/testpay");
        Assert.Equal(5, await TakeAsync(budget, isUrgent: false));
        Assert.Equal(5, await TakeAsync(budget, isUrgent: true));
        Assert.Equal(0, await TakeAsync(budget, isUrgent: false));
    }

    [Fact]
    public async Task Each_merchant_has_a_budget_of_its_own_at_each_provider()
    {
        Limit(3);
        Assert.Equal(3, await TakeAsync(Budget($"{_shop}/testpay"), isUrgent: true));
        Assert.Equal(3, await TakeAsync(Budget($"{SharedSilo.NewMerchant("other")}/testpay"), isUrgent: true));
        Assert.Equal(3, await TakeAsync(Budget($"{_shop}/otherpay"), isUrgent: true));
        Assert.Equal(0, await TakeAsync(Budget($"{_shop}/nopay"), isUrgent: true));
    }

    [Fact]
    public async Task The_budget_is_the_providers_own_unless_the_installation_says_otherwise()
    {
        Limit(null);
        Assert.Equal(600, await TakeAsync(Budget($"{_shop}/testpay"), isUrgent: true, tries: 700));
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

    private IStatusQueryBudgetGrain Budget(string key) => shared.Silo.Grains.GetGrain<IStatusQueryBudgetGrain>(key);

    private void Limit(int? queriesPerMinute) =>
        shared.Silo.Services.GetRequiredService<IOptions<PaymentOptions>>().Value.StatusQueriesPerMinute =
            queriesPerMinute;
}
