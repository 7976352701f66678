using PaymentCluster.Simulation.Tests.Load;

namespace PaymentCluster.Simulation.Tests;

/// <summary>Every webhook is lost. The product's own budgets and lists, under the payments of many merchants.</summary>
public sealed class StatusQueryLoadTests
{
    private const int Budget = 600;

    private static readonly TimeSpan Minutes = TimeSpan.FromMinutes(5);

    // From the largest, which sends five times of what its budget can query, to one payment in twenty seconds.
    private static readonly LoadedMerchant[] TenMerchants =
    [
        .. new[] { 50, 25, 12, 6, 3, 1.5, 0.7, 0.3, 0.1, 0.05 }.Select((perSecond, number) => new LoadedMerchant(
            $"shop{number}", perSecond, TimeSpan.FromSeconds(number % 2 == 0 ? 1 : 40))),
    ];

    public static TheoryData<int, int> Clusters { get; } = new() { { 1, 1 }, { 2, 3 }, { 3, 2 } };

    [Theory, MemberData(nameof(Clusters))]
    public void By_list_every_payment_is_known_soon_and_no_budget_is_exceeded(int seed, int silos)
    {
        var load = OneThread.Run(() => Run(new QueryLoad(seed, silos, Budget, hasList: true), TenMerchants));
        foreach (var merchant in TenMerchants)
        {
            // A customer pays up to 45 s before the query that finds it: that is the schedule's, not the budget's.
            var schedule = TimeSpan.FromSeconds(merchant.SlowestCustomer.TotalSeconds > 5 ? 45 : 2);
            Assert.InRange(
                load.LongestUnknown(merchant.Name) ?? TimeSpan.MaxValue,
                TimeSpan.Zero,
                schedule + TimeSpan.FromSeconds(30));
            Assert.InRange(load.MostInAMinute(merchant.Name), 0, Budget);
        }
    }

    [Fact]
    public void Without_a_list_the_budget_is_used_and_only_its_own_merchant_waits()
    {
        var load = OneThread.Run(() => Run(new QueryLoad(4, silos: 2, Budget, hasList: false), TenMerchants));
        Assert.All(TenMerchants, merchant => Assert.InRange(load.MostInAMinute(merchant.Name), 0, Budget));
        Assert.InRange(load.MostInAMinute("shop0"), Budget * 8 / 10, Budget);
        foreach (var small in TenMerchants.Where(merchant => merchant.PerSecond < 3))
        {
            Assert.InRange(
                load.LongestUnknown(small.Name) ?? TimeSpan.MaxValue, TimeSpan.Zero, TimeSpan.FromSeconds(50));
        }
    }

    [Fact]
    public void Without_a_list_customers_who_returned_do_not_wait_for_the_others()
    {
        // Twice and a half of what the budget can query; a fifth of those who pay return.
        LoadedMerchant[] merchants = [new LoadedMerchant("shop", 12, TimeSpan.FromSeconds(20), Returning: 0.2)];
        var load = OneThread.Run(() => Run(new QueryLoad(7, silos: 2, Budget, hasList: false), merchants));
        Assert.InRange(load.MostInAMinute("shop"), Budget * 8 / 10, Budget);
        Assert.InRange(load.Returned.Count, 400, 1_000);
        Assert.All(load.Returned, payment => Assert.InRange(
            (payment.KnownAt ?? DateTimeOffset.MaxValue) - payment.PaidAt!.Value,
            TimeSpan.Zero,
            TimeSpan.FromSeconds(5)));
        // The test means something only where others do wait.
        Assert.True(load.LongestUnknown("shop") is not { } longest || longest > TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_provider_whose_clock_is_far_off_is_queried_as_one_without_a_list()
    {
        LoadedMerchant[] merchants = [new LoadedMerchant("shop", 8, TimeSpan.FromSeconds(1))];
        var load = OneThread.Run(() => Run(
            new QueryLoad(5, silos: 1, Budget, hasList: true, clockError: TimeSpan.FromMinutes(10)), merchants));
        Assert.InRange(load.LongestUnknown("shop") ?? TimeSpan.MaxValue, TimeSpan.Zero, TimeSpan.FromMinutes(2));
        Assert.InRange(load.MostInAMinute("shop"), 0, Budget);
    }

    [Fact]
    public void Confirmations_have_what_is_left_of_a_budget_under_load()
    {
        var confirmed = OneThread.Run(() =>
        {
            var load = new QueryLoad(6, silos: 1, Budget, hasList: false);
            // A query and a half for each payment: half of the budget.
            load.Add(new LoadedMerchant("shop", 3, TimeSpan.FromSeconds(1)), Minutes);
            var count = load.AddConfirmations("shop", 3, Minutes);
            load.RunFor(Minutes + TimeSpan.FromSeconds(30));
            Assert.InRange(load.MostInAMinute("shop"), 0, Budget);
            return count();
        });
        Assert.InRange(confirmed, 3 * (int)Minutes.TotalSeconds * 9 / 10, int.MaxValue);
    }

    private static QueryLoad Run(QueryLoad load, LoadedMerchant[] merchants)
    {
        foreach (var merchant in merchants)
        {
            load.Add(merchant, Minutes);
        }

        load.RunFor(Minutes + TimeSpan.FromMinutes(2));
        return load;
    }
}
