using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Routing;
using static PaymentCluster.Payments.Tests.Routing.GivenRouting;

namespace PaymentCluster.Payments.Tests.Routing;

/// <summary>What holds for any plan, right or wrong, any providers and any payment. All three are made from a list of
/// numbers, so that a failing one shrinks.</summary>
public sealed class RoutingPropertyTests
{
    private static readonly string[] Names = ["a", "b", "c", "d", "nobody"];

    [Fact]
    public void Any_plan_leads_to_a_decision_and_a_provider_that_can_is_chosen() =>
        ForAny((plan, candidates, payment) =>
        {
            var able = candidates.Where(candidate => IsAble(plan, candidate, payment)).ToList();
            var decision = RoutingDecider.Decide(plan, candidates, payment);
            Assert.Equal(able.Count > 0, decision.Provider is not null);
        });

    [Fact]
    public void Who_cannot_take_a_payment_is_never_chosen() => ForAny((plan, candidates, payment) =>
    {
        var decision = RoutingDecider.Decide(plan, candidates, payment);
        Assert.True(decision.Provider is null
            || IsAble(plan, candidates.Single(candidate => candidate.Provider == decision.Provider), payment));
    });

    [Fact]
    public void Who_is_down_is_chosen_only_to_find_out_or_if_all_are() => ForAny((plan, candidates, payment) =>
    {
        var chosen = candidates.FirstOrDefault(
            candidate => candidate.Provider == RoutingDecider.Decide(plan, candidates, payment).Provider);
        var all = candidates.Where(candidate => IsAble(plan, candidate, payment)).All(candidate =>
            candidate.Standing.IsDown);
        Assert.True(!chosen.Standing.IsDown || chosen.Standing.MayProbe || all);
    });

    [Fact]
    public void Every_provider_has_one_note_and_exactly_the_chosen_one_is_called_chosen() =>
        ForAny((plan, candidates, payment) =>
        {
            var decision = RoutingDecider.Decide(plan, candidates, payment);
            Assert.Equal(
                decision.Notes.Select(note => note.Provider).Distinct(), decision.Notes.Select(note => note.Provider));
            Assert.Subset(
                decision.Notes.Select(note => note.Provider).ToHashSet(),
                candidates.Select(candidate => candidate.Provider).ToHashSet());
            Assert.Equal(
                decision.Provider is null ? [] : [decision.Provider],
                decision.Notes.Where(note => note.Verdict == RoutingVerdict.Chosen).Select(note => note.Provider));
            Assert.All(decision.Notes, note => Assert.NotEmpty(note.Reason));
        });

    [Fact]
    public void A_provider_that_can_is_reached_after_those_before_it() => ForAny((plan, candidates, payment) =>
    {
        var able = candidates.Count(candidate => IsAble(plan, candidate, payment));
        var reached = new HashSet<string>(StringComparer.Ordinal);
        while (RoutingDecider.Decide(plan, candidates, payment).Provider is { } next)
        {
            Assert.True(reached.Add(next));
            payment = payment with { Tried = payment.Tried.Add(next) };
        }

        Assert.Equal(able, reached.Count);
    });

    [Fact]
    public void The_same_payment_gets_the_same_decision() => ForAny((plan, candidates, payment) => Assert.Equal(
        RoutingDecider.Decide(plan, candidates, payment).Notes.AsEnumerable(),
        RoutingDecider.Decide(plan, candidates, payment).Notes));

    [Fact]
    public void Weights_are_met_over_many_payments() => Prop
        .ForAll(ArbMap.Default.ArbFor<int[]>(), numbers =>
        {
            var weights = Names.Take(3)
                .Select((name, i) => (Provider: name, Weight: Number(numbers, i, 1, 20)))
                .ToArray();
            var sum = weights.Sum(weight => weight.Weight);
            var chosen = Enumerable.Range(1, 4_000)
                .Select(
                    n => RoutingDecider.Decide(Plan(Split(weights)), Candidates("a", "b", "c"), Payment(n)).Provider)
                .CountBy(name => name!)
                .ToDictionary();
            Assert.All(weights, weight => Assert.InRange(
                chosen.GetValueOrDefault(weight.Provider) / 4_000.0,
                ((double)weight.Weight / sum) - 0.035,
                ((double)weight.Weight / sum) + 0.035));
        })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Fact]
    public void Who_drops_out_of_a_split_leaves_the_others_draws_as_they_were() => ForAny((_, _, payment) =>
    {
        var plan = Plan(Split(("a", 5), ("b", 3), ("c", 2)));
        var before = RoutingDecider.Decide(plan, Candidates("a", "b", "c"), payment with { Tried = [] }).Provider;
        var after = RoutingDecider.Decide(plan, Candidates("a", "b"), payment with { Tried = [] }).Provider;
        Assert.True(before == "c" || before == after);
    });

    private static bool IsAble(RoutingPlan plan, RoutingCandidate candidate, RoutedPayment payment) =>
        candidate.Objection is null && !payment.Tried.Contains(candidate.Provider)
        && !plan.Off.Contains(candidate.Provider);

    private static void ForAny(Action<RoutingPlan, ImmutableArray<RoutingCandidate>, RoutedPayment> holds) => Prop
        .ForAll(
            ArbMap.Default.ArbFor<int[]>(),
            numbers => holds(PlanOf(numbers), CandidatesOf(numbers), PaymentOf(numbers)))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(60));

    private static RoutingPlan PlanOf(int[] numbers) => new()
    {
        Rules = [.. Enumerable.Range(0, Number(numbers, 0, 0, 4)).Select(rule => RuleOf(numbers, 10 + (rule * 10)))],
        DefaultOrder = [.. Enumerable.Range(0, Number(numbers, 1, 0, 4)).Select(i =>
            Names[Number(numbers, 2 + i, 0, 4)])],
        Off = Number(numbers, 6, 0, 3) == 0 ? [Names[Number(numbers, 7, 0, 4)]] : [],
    };

    private static RoutingRule RuleOf(int[] numbers, int at) => new()
    {
        Name = $"rule {at}",
        When = Number(numbers, at, 0, 3) switch
        {
            0 => new() { Methods = [PaymentMethodKind.Card], CardBins = ["", "4"] },
            1 => new()
            {
                Currencies = ["INR"], AmountFromMinor = numbers.ElementAtOrDefault(at), AmountToMinor = long.MaxValue,
            },
            2 => new() { Segments = ["gold"], UpiFlows = [UpiFlow.Qr, (UpiFlow)99] },
            _ => new(),
        },
        Use = new()
        {
            Strategy = (RoutingStrategy)Number(numbers, at + 1, 0, 4),
            ExplorePercent = numbers.ElementAtOrDefault(at + 2),
            Providers =
            [
                .. Enumerable.Range(0, Number(numbers, at + 3, 0, 4)).Select(i => new RoutingShare
                {
                    Provider = Names[Number(numbers, at + 4 + i, 0, 4)], Weight = numbers.ElementAtOrDefault(at + i),
                }),
            ],
        },
    };

    private static ImmutableArray<RoutingCandidate> CandidatesOf(int[] numbers) =>
    [
        .. Enumerable.Range(0, Number(numbers, 3, 0, 4)).Select(i => Candidate(
            Names[i],
            Number(numbers, 20 + i, 0, 1_000) / 1_000.0,
            down: Number(numbers, 24 + i, 0, 2) == 0,
            probe: Number(numbers, 28 + i, 0, 1) == 0,
            objection: Number(numbers, 32 + i, 0, 3) == 0 ? "No." : null)),
    ];

    private static RoutedPayment PaymentOf(int[] numbers) => Payment(
        numbers.FirstOrDefault(), Number(numbers, 4, 0, 1) == 0 ? Visa : Given.Upi, Number(numbers, 5, 1, 100_000)) with
    {
        CardBin = Number(numbers, 8, 0, 1) == 0 ? "41111111" : null,
        Segment = Number(numbers, 9, 0, 1) == 0 ? "gold" : null,
        Tried = Number(numbers, 36, 0, 3) == 0 ? [Names[Number(numbers, 37, 0, 4)]] : [],
    };

    private static int Number(int[] numbers, int at, int from, int to) =>
        numbers.Length == 0 ? from : from + (int)(Math.Abs((long)numbers[at % numbers.Length] + at) % (to - from + 1));
}
