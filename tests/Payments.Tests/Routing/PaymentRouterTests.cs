using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Grains.Routing;
using PaymentCluster.Testing.Silos;
using static PaymentCluster.Payments.Tests.Routing.GivenRouting;

namespace PaymentCluster.Payments.Tests.Routing;

/// <summary>Providers of these tests take cards in rupees, and nothing else.</summary>
public sealed class PaymentRouterTests
{
    private readonly ProviderScores _scores = new(Options.Create(new RoutingOptions()), new ManualTime());
    private readonly PaymentRouter _router;

    public PaymentRouterTests() => _router = new PaymentRouter(
        new ConnectorCatalogue([new TestConnector("a"), new TestConnector("b"), new TestConnector("c")]), _scores);

    private static RoutingFacts Facts => new()
    {
        Payment = Payment().Id,
        Method = Visa,
        Capture = CaptureMode.Automatic,
        Amount = Given.Amount,
        Card = Given.Card,
    };

    [Fact]
    public void A_merchant_without_providers_has_no_route()
    {
        Assert.Equal(ErrorCode.NoProvider, _router.Choose(null, Facts).Refusal?.Code);
        Assert.Equal(ErrorCode.NoProvider, _router.Choose(Merchant(null), Facts).Refusal?.Code);
    }

    [Fact]
    public void Where_there_is_nothing_to_choose_nothing_is_noted()
    {
        var choice = _router.Choose(Merchant(null, "a"), Facts);
        Assert.Equal("a", choice.Route?.Provider);
        Assert.Null(choice.Route?.Notes);
        Assert.Same(choice.Route, _router.Choose(Merchant(null, "a"), Facts).Route);
    }

    [Fact]
    public void What_the_only_provider_does_not_take_is_refused_with_its_reason()
    {
        var refusal = _router.Choose(Merchant(null, "a"), Facts with { Method = Given.Upi }).Refusal;
        Assert.Equal(
            (ErrorCode.FlowNotSupported, "The provider does not accept UPI."), (refusal?.Code, refusal?.Detail));
        var dollars = Facts with { Amount = Money.Of(1, Currency.Parse("USD")) };
        Assert.Equal(ErrorCode.FlowNotSupported, _router.Choose(Merchant(Plan(), "a", "b"), dollars).Refusal?.Code);
        Assert.Equal(
            ErrorCode.FlowNotSupported,
            _router.Choose(Merchant(null, "a"), Facts with { Tried = ["a"] }).Refusal?.Code);
    }

    [Fact]
    public void The_notes_are_of_the_chosen_one_and_of_those_that_were_passed_over()
    {
        var choice = _router.Choose(
            Merchant(Plan(Order("c", "b", "a")) with { Off = ["c"] }, "a", "b", "c", "nopay"), Facts);
        Assert.Equal("b", choice.Route?.Provider);
        Assert.Equal(
            ["c: False switched off", "nopay: False The provider is not connected.", "b: True rule 'Order', place 2"],
            choice.Route!.Notes!.Value.Select(note => $"{note.Provider}: {note.Chosen} {note.Reason}"));
    }

    [Fact]
    public void A_provider_that_failed_is_not_tried_again()
    {
        Assert.Equal("b", _router.Choose(Merchant(null, "a", "b"), Facts with { Tried = ["a"] }).Route?.Provider);
        Assert.Null(_router.Choose(Merchant(null, "a", "b"), Facts with { Tried = ["a", "b"] }).Route);
    }

    [Fact]
    public void The_cards_first_digits_and_the_segment_are_what_rules_see()
    {
        var byBin = Plan(Order("b") with { When = new() { CardBins = ["41111111"] } });
        Assert.Equal("b", _router.Choose(Merchant(byBin, "a", "b"), Facts).Route?.Provider);
        Assert.Equal("a", _router.Choose(Merchant(byBin, "a", "b"), Facts with { Card = null }).Route?.Provider);
        var bySegment = Plan(Order("b") with { When = new() { Segments = ["gold"] } });
        var gold = ImmutableDictionary<string, string>.Empty.Add("segment", "gold");
        Assert.Equal(
            "b", _router.Choose(Merchant(bySegment, "a", "b"), Facts with { Metadata = gold }).Route?.Provider);
        Assert.Equal("a", _router.Choose(Merchant(bySegment, "a", "b"), Facts).Route?.Provider);
    }

    [Fact]
    public void No_digit_of_the_card_is_noted_or_printed()
    {
        var plan = Plan(Order("b") with { When = new() { CardBins = ["41111111"] } });
        var choice = _router.Choose(Merchant(plan, "a", "b"), Facts);
        Assert.DoesNotContain("411111", string.Join(' ', choice.Route!.Notes!), StringComparison.Ordinal);
        Assert.DoesNotContain("411111", (Payment() with { CardBin = "41111111" }).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_keeps_failing_is_passed_over_and_the_best_score_wins()
    {
        for (var i = 0; i < 10; i++)
        {
            _scores.Count("a", PaymentMethodKind.Card, isFault: true);
            _scores.Count("b", PaymentMethodKind.Card, isFault: i == 0);
        }

        var down = Enumerable.Range(0, 200).Count(number => _router.Choose(
            Merchant(null, "a", "b"), Facts with { Payment = Payment(number).Id }).Route?.Provider == "a");
        Assert.InRange(down, 5, 40);
        Assert.Equal("c", _router.Choose(Merchant(Plan(Best(0, "a", "b", "c")), "a", "b", "c"), Facts).Route?.Provider);
    }

    [Fact]
    public void Collect_is_for_merchants_that_may()
    {
        var collect = Facts with { Method = new() { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Collect } };
        Assert.Equal(ErrorCode.UpiCollectNotAllowed, _router.Choose(Merchant(null, "a"), collect).Refusal?.Code);
    }

    private static MerchantProfile Merchant(RoutingPlan? plan, params string[] providers) => new(
        "shop",
        new MerchantSettings
        {
            Name = "Shop",
            UpiCollectAllowed = false,
            Routing = plan,
            Providers = providers.ToImmutableDictionary(
                provider => provider,
                _ => new SealedCredentials { KeyId = "k", Sealed = "", Names = [], UpdatedAt = Given.Start },
                StringComparer.Ordinal),
        },
        // No credential is opened.
        cipher: null!);
}
