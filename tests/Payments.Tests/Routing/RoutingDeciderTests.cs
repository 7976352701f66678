using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Routing;
using static PaymentCluster.Payments.Tests.Routing.GivenRouting;

namespace PaymentCluster.Payments.Tests.Routing;

public sealed class RoutingDeciderTests
{
    private static readonly RoutingRule Anything = Order("b", "a");

    [Fact]
    public void Without_a_plan_the_first_that_can_takes_it_in_alphabetical_order()
    {
        var decision = RoutingDecider.Decide(
            null, [Candidate("a", objection: "The provider does not accept UPI."), .. Candidates("b", "c")], Payment());
        Assert.Equal("b", decision.Provider);
        Assert.Equal(
            [("a", RoutingVerdict.PassedOver), ("b", RoutingVerdict.Chosen), ("c", RoutingVerdict.NotNeeded)],
            decision.Notes.Select(note => (note.Provider, note.Verdict)));
        Assert.Equal("The provider does not accept UPI.", decision.Notes[0].Reason);
    }

    [Fact]
    public void Without_a_provider_that_can_there_is_none()
    {
        Assert.Null(RoutingDecider.Decide(Plan(Anything), [], Payment()).Provider);
        Assert.Null(RoutingDecider.Decide(Plan(Anything), [Candidate("a", objection: "No.")], Payment()).Provider);
    }

    [Fact]
    public void A_rule_that_matches_decides_and_says_so()
    {
        var decision = RoutingDecider.Decide(Plan(Anything), Candidates("a", "b"), Payment());
        Assert.Equal("b", decision.Provider);
        Assert.Equal("rule 'Order', place 1", decision.Notes[0].Reason);
    }

    [Fact]
    public void The_first_rule_that_matches_comes_first_and_the_next_ones_after_it()
    {
        var plan = Plan(
            Order("c") with { When = new() { Methods = [PaymentMethodKind.Card] } }, Order("b"), Order("a"));
        Assert.Equal("b", RoutingDecider.Decide(plan, Candidates("a", "b", "c"), Payment()).Provider);
        Assert.Equal("c", RoutingDecider.Decide(plan, Candidates("a", "b", "c"), Payment(method: Visa)).Provider);
        Assert.Equal("a", RoutingDecider.Decide(plan, Candidates("a", "c"), Payment()).Provider);
    }

    [Fact]
    public void The_default_order_comes_after_the_rules_and_the_others_after_it()
    {
        var plan = Plan(Order("x")) with { DefaultOrder = ["c", "b"] };
        var notes = RoutingDecider.Decide(plan, Candidates("a", "b", "c"), Payment()).Notes;
        Assert.Equal(
            ["x: no credentials", "c: default order", "b: default order", "a: alphabetical order"],
            notes.Select(note => $"{note.Provider}: {note.Reason}"));
    }

    [Fact]
    public void The_customers_preference_comes_after_the_rules_and_before_the_default_order()
    {
        var payment = Payment() with { Preferred = ["nobody", "d"] };
        var plan = Plan(Order("b")) with { DefaultOrder = ["c"] };
        Assert.Equal(
            ["b: rule 'Order', place 1", "d: the customer's preference", "c: default order", "a: alphabetical order"],
            RoutingDecider.Decide(plan, Candidates("a", "b", "c", "d"), payment).Notes.Select(note =>
                $"{note.Provider}: {note.Reason}"));
        Assert.Equal("d", RoutingDecider.Decide(null, Candidates("a", "d"), payment).Provider);
        Assert.Equal(
            "a", RoutingDecider.Decide(null, [Candidate("a"), Candidate("d", objection: "No.")], payment).Provider);
    }

    [Fact]
    public void Who_was_tried_or_is_switched_off_is_passed_over()
    {
        var plan = Plan(Order("a", "b", "c")) with { Off = ["b"] };
        var decision = RoutingDecider.Decide(plan, Candidates("a", "b", "c"), Payment() with { Tried = ["a"] });
        Assert.Equal("c", decision.Provider);
        Assert.Equal(["tried before", "switched off"], decision.Notes.Take(2).Select(note => note.Reason));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("method", true)]
    [InlineData("other method", false)]
    [InlineData("currency", true)]
    [InlineData("other currency", false)]
    [InlineData("from", true)]
    [InlineData("above", false)]
    [InlineData("to", true)]
    [InlineData("below", false)]
    [InlineData("network", true)]
    [InlineData("other network", false)]
    [InlineData("bin", true)]
    [InlineData("long bin", true)]
    [InlineData("other bin", false)]
    [InlineData("segment", true)]
    [InlineData("other segment", false)]
    [InlineData("flow", false)]
    public void A_rule_is_about_the_payments_that_meet_all_its_conditions(string condition, bool expected)
    {
        RoutingCondition when = condition switch
        {
            "method" => new() { Methods = [PaymentMethodKind.Upi, PaymentMethodKind.Card] },
            "other method" => new() { Methods = [PaymentMethodKind.Upi] },
            "currency" => new() { Currencies = ["USD", "INR"] },
            "other currency" => new() { Currencies = ["USD"] },
            "from" => new() { Currencies = ["INR"], AmountFromMinor = 50_000 },
            "above" => new() { Currencies = ["INR"], AmountFromMinor = 50_001 },
            "to" => new() { Currencies = ["INR"], AmountToMinor = 50_000 },
            "below" => new() { Currencies = ["INR"], AmountToMinor = 49_999 },
            "network" => new() { CardNetworks = ["visa"] },
            "other network" => new() { CardNetworks = ["amex"] },
            "bin" => new() { CardBins = ["424242", "411111"] },
            "long bin" => new() { CardBins = ["41111111"] },
            "other bin" => new() { CardBins = ["41111112"] },
            "segment" => new() { Segments = ["gold"] },
            "other segment" => new() { Segments = ["silver"] },
            "flow" => new() { UpiFlows = [UpiFlow.Intent] },
            _ => new(),
        };
        var payment = Payment(method: Visa) with { CardBin = "41111111", Segment = "gold" };
        Assert.Equal(expected, RoutingDecider.Matches(when, payment));
    }

    [Fact]
    public void A_rule_on_what_is_not_known_of_a_payment_is_not_about_it()
    {
        Assert.False(RoutingDecider.Matches(new() { CardBins = ["411111"] }, Payment(method: Visa)));
        Assert.False(RoutingDecider.Matches(new() { Segments = ["gold"] }, Payment()));
        Assert.False(RoutingDecider.Matches(new() { CardNetworks = ["visa"] }, Payment()));
        Assert.True(RoutingDecider.Matches(new() { UpiFlows = [UpiFlow.Intent] }, Payment()));
    }

    [Fact]
    public void A_provider_that_is_down_comes_after_those_that_are_not()
    {
        var decision = RoutingDecider.Decide(
            Plan(Order("a", "b")), [Candidate("a", down: true), Candidate("b")], Payment());
        Assert.Equal("b", decision.Provider);
        Assert.Equal("down, would be rule 'Order', place 1", decision.Notes[0].Reason);
    }

    [Fact]
    public void If_all_are_down_the_order_decides()
    {
        var decision = RoutingDecider.Decide(
            Plan(Order("b", "a")), [Candidate("a", down: true), Candidate("b", down: true)], Payment());
        Assert.Equal("b", decision.Provider);
        Assert.EndsWith("; all are down", decision.Notes[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_small_share_finds_out_whether_a_provider_is_back()
    {
        var share = Share("a", Plan(Order("a", "b")), Candidate("a", down: true, probe: true), Candidate("b"));
        Assert.InRange(share, 0.08, 0.12);
    }

    [Fact]
    public void The_best_score_decides_and_listed_order_between_equals()
    {
        Assert.Equal(1, Share("b", Plan(Best(0, "a", "b")), Candidate("a", 0.97), Candidate("b", 0.99)));
        Assert.Equal(1, Share("b", Plan(Best(0, "b", "a")), Candidate("a", 0.9), Candidate("b", 0.9)));
    }

    [Fact]
    public void Some_payments_explore()
    {
        var share = Share("a", Plan(Best(20, "a", "b")), Candidate("a", 0.5), Candidate("b", 0.99));
        Assert.InRange(share, 0.08, 0.12);
    }

    [Fact]
    public void A_payment_draws_the_same_in_every_process()
    {
        var payment = Payment();
        Assert.Equal(0.73, Math.Round(Draw.Of(payment.Id, "explore"), 2));
        var plan = Plan(Split(("a", 1), ("b", 1), ("c", 1)));
        var first = RoutingDecider.Decide(plan, Candidates("a", "b", "c"), payment);
        Assert.Equal(first.Provider, RoutingDecider.Decide(plan, Candidates("a", "b", "c"), payment).Provider);
    }

    [Fact]
    public void Payments_of_one_millisecond_draw_apart()
    {
        var time = TimeProvider.System;
        var draws = Enumerable.Range(0, 10_000)
            .Select(_ => Draw.Of(Grains.Abstractions.Ids.PaymentId.New(time), "x"))
            .ToList();
        Assert.InRange(draws.Average(), 0.48, 0.52);
        Assert.All(draws.GroupBy(draw => (int)(draw * 10)), tenth => Assert.InRange(tenth.Count(), 850, 1_150));
    }

    private static double Share(string provider, RoutingPlan plan, params RoutingCandidate[] candidates) =>
        Enumerable.Range(1, 5_000).Count(
            number => RoutingDecider.Decide(plan, [.. candidates], Payment(number)).Provider == provider) / 5_000.0;
}
