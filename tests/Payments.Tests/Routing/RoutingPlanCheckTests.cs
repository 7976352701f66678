using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Merchants;
using static PaymentCluster.Payments.Tests.Routing.GivenRouting;

namespace PaymentCluster.Payments.Tests.Routing;

public sealed class RoutingPlanCheckTests
{
    private static readonly string[] Providers = ["a", "b"];

    [Fact]
    public void A_plan_with_all_there_is_can_be_set()
    {
        var plan = new RoutingPlan
        {
            Rules =
            [
                Split(("a", 70), ("b", 30)) with
                {
                    When = new()
                    {
                        Methods = [PaymentMethodKind.Card],
                        Currencies = ["INR"],
                        AmountFromMinor = 100,
                        AmountToMinor = 100,
                        CardNetworks = ["visa"],
                        CardBins = ["411111", "41111111"],
                        Segments = ["gold"],
                    },
                },
                Best(50, "a", "b"),
                Order("b", "a") with { When = new() { UpiFlows = [UpiFlow.Qr] } },
            ],
            DefaultOrder = ["b", "a"],
            Off = ["a"],
        };
        Assert.Null(RoutingPlanCheck.Check(plan, Providers));
        Assert.Null(RoutingPlanCheck.Check(new RoutingPlan(), Providers));
    }

    [Fact]
    public void Every_mistake_gets_its_place()
    {
        AssertRefused("default_order[0]", new RoutingPlan { DefaultOrder = ["c"] });
        AssertRefused("default_order[1]", new RoutingPlan { DefaultOrder = ["a", "a"] });
        AssertRefused("off[0]", new RoutingPlan { Off = ["c"] });
        AssertRefused("rules", Plan([.. Enumerable.Range(0, 51).Select(i => Order("a") with { Name = $"{i}" })]));
        AssertRefused("rules[0].name", Plan(Order("a") with { Name = "" }));
        AssertRefused("rules[0].name", Plan(Order("a") with { Name = "a\nb" }));
        AssertRefused("rules[1].name", Plan(Order("a"), Order("b")));
        AssertRefused("rules[0].use", Plan(Order()));
        AssertRefused(
            "rules[0].use", Plan(new RoutingRule { Name = "x", Use = new() { Strategy = (RoutingStrategy)9 } }));
        AssertRefused("rules[0].use.order[1]", Plan(Order("a", "c")));
        AssertRefused("rules[0].use.split[1].weight", Plan(Split(("a", 1), ("b", 0))));
        AssertRefused("rules[0].use.split[0].weight", Plan(Split(("a", 1_001), ("b", 1))));
        AssertRefused("rules[0].use.split[1]", Plan(Split(("a", 1), ("a", 1))));
        AssertRefused("rules[0].use.success_rate.providers[0]", Plan(Best(5, "c")));
        AssertRefused("rules[0].use.success_rate.explore_percent", Plan(Best(51, "a")));
        AssertCondition("rules[0].when.methods[0]", new() { Methods = [(PaymentMethodKind)9] });
        AssertCondition("rules[0].when.upi_flows[1]", new() { UpiFlows = [UpiFlow.Qr, UpiFlow.Qr] });
        AssertCondition(
            "rules[0].when.upi_flows", new() { Methods = [PaymentMethodKind.Card], UpiFlows = [UpiFlow.Qr] });
        AssertCondition("rules[0].when.upi_flows", new() { UpiFlows = [UpiFlow.Qr], CardNetworks = ["visa"] });
        AssertCondition("rules[0].when.currencies[0]", new() { Currencies = ["INX"] });
        AssertCondition("rules[0].when.currencies", new() { AmountFromMinor = 1 });
        AssertCondition("rules[0].when.currencies", new() { AmountToMinor = 1, Currencies = ["INR", "USD"] });
        AssertCondition("rules[0].when.amount_from", new() { AmountFromMinor = 0, Currencies = ["INR"] });
        AssertCondition("rules[0].when.amount_to", new() { AmountToMinor = 0, Currencies = ["INR"] });
        AssertCondition(
            "rules[0].when.amount_to", new() { AmountFromMinor = 9, AmountToMinor = 8, Currencies = ["INR"] });
        AssertCondition("rules[0].when.card_networks[0]", new() { CardNetworks = ["Visa"] });
        AssertCondition("rules[0].when.card_bins[0]", new() { CardBins = ["41111"] });
        AssertCondition("rules[0].when.card_bins[0]", new() { CardBins = ["411111111"] });
        AssertCondition("rules[0].when.card_bins[0]", new() { CardBins = ["41111x"] });
        AssertCondition("rules[0].when.methods", new() { Methods = [PaymentMethodKind.Upi], CardBins = ["411111"] });
        AssertCondition("rules[0].when.segments[0]", new() { Segments = [""] });
        AssertCondition(
            "rules[0].when.segments", new() { Segments = [.. Enumerable.Range(0, 201).Select(i => $"{i}")] });
    }

    private static void AssertCondition(string field, RoutingCondition when) =>
        AssertRefused(field, Plan(Order("a") with { When = when }));

    private static void AssertRefused(string field, RoutingPlan plan)
    {
        var refusal = RoutingPlanCheck.Check(plan, Providers);
        Assert.Equal((ErrorCode.InvalidField, field), (refusal?.Code, refusal?.Field));
    }
}
