using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Gateway.Api.Routing;

/// <summary>The body of <c>PUT /routing</c>, and the plan that it means. The plan's rules are enforced where it is
/// kept; here only its form is.</summary>
internal static class RoutingPlanRequest
{
    /// <summary>The most providers in a list.</summary>
    public const int MaxProviders = 32;

    private const int MaxRules = 50;

    private const string RulesExample =
        """
        [{"name": "big cards", "when": {"methods": ["card"], "currencies": ["INR"], "amount_from": 1000000},
          "use": {"order": ["juspay", "razorpay"]}},
         {"name": "upi", "when": {"methods": ["upi"]},
          "use": {"split": [{"provider": "razorpay", "weight": 70}, {"provider": "payu", "weight": 30}]}},
         {"name": "rest", "use": {"success_rate": {"providers": ["razorpay", "payu"], "explore_percent": 5}}}]
        """;

    private static readonly RequiredField<string> RuleName =
        Field.Text("name", 60, "The rule's name, shown where it decided.");

    private static readonly Field<Body?> When = Field.Object(
        "when", RoutingConditionRequest.Shape, "Which payments the rule applies to; all if it is left out.").Optional();

    private static readonly RequiredField<Body> Use = Field.Object(
        "use",
        RoutingTargetRequest.Shape,
        "The providers that the rule chooses: one of order, split and success_rate.");

    private static readonly BodyShape Rule = new("RoutingRuleRequest", RuleName, When, Use);

    private static readonly RequiredField<ImmutableArray<Body>> Rules =
        Field.Objects(
            "rules", Rule, 0, MaxRules, "The rules, the most important first.") with
        { Example = RulesExample };

    private static readonly Field<ImmutableArray<string>> DefaultOrder = (Field.Texts(
        "default_order",
        RoutingTexts.Provider,
        MaxProviders,
        "The order of providers after the rules; alphabetical if it is empty.") with
    {
        Example = """["razorpay", "payu"]""",
    }).Or([]);

    private static readonly Field<ImmutableArray<string>> Off = Field.Texts(
        "off",
        RoutingTexts.Provider,
        MaxProviders,
        "Providers that get no new attempts. What is open there continues.").Or([]);

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new("RoutingRequest", Rules, DefaultOrder, Off);

    /// <summary>The plan; what is wrong with it is added to <paramref name="errors"/>.</summary>
    /// <param name="body">A body without errors.</param>
    /// <param name="prefix">The beginning of the paths of its fields.</param>
    /// <param name="errors">What is wrong with the request.</param>
    public static RoutingPlan Read(Body body, string prefix, InputErrors errors) => new()
    {
        Rules = [.. body.Get(Rules).Select((rule, at) => ReadRule(rule, $"{prefix}rules[{at}]", errors))],
        DefaultOrder = body.Get(DefaultOrder),
        Off = body.Get(Off),
    };

    private static RoutingRule ReadRule(Body rule, string path, InputErrors errors) => new()
    {
        Name = rule.Get(RuleName),
        When = rule.Get(When) is { } when ? RoutingConditionRequest.Read(when) : new RoutingCondition(),
        Use = RoutingTargetRequest.Read(rule.Get(Use), $"{path}.use", errors),
    };
}

/// <summary>Which payments a rule applies to, as bodies say it.</summary>
internal static class RoutingConditionRequest
{
    private const int MaxValues = 200;

    private static readonly Field<ImmutableArray<PaymentMethodKind>> Methods =
        Field.WordList("methods", PaymentWords.Methods, MaxValues, "Only these kinds of instrument.").Or([]);

    private static readonly Field<ImmutableArray<UpiFlow>> UpiFlows =
        Field.WordList("upi_flows", PaymentWords.UpiFlows, MaxValues, "Only these UPI flows.").Or([]);

    private static readonly Field<ImmutableArray<string>> Currencies =
        Field.Texts("currencies", RoutingTexts.Currency, MaxValues, "Only these currencies.").Or([]);

    private static readonly Field<long?> AmountFrom = Field.Long(
        "amount_from",
        1,
        Money.MaxAmountMinor,
        "The least amount, in minor units; with exactly one currency.").Optional();

    private static readonly Field<long?> AmountTo = Field.Long(
        "amount_to",
        1,
        Money.MaxAmountMinor,
        "The greatest amount, in minor units; with exactly one currency.").Optional();

    private static readonly Field<ImmutableArray<string>> CardNetworks =
        Field.Texts("card_networks", RoutingTexts.Network, MaxValues, "Only cards of these networks.").Or([]);

    private static readonly Field<ImmutableArray<string>> CardBins =
        Field.Texts(
            "card_bins", RoutingTexts.Bin, MaxValues, "Only cards whose number begins with one of these.").Or([]);

    private static readonly Field<ImmutableArray<string>> Segments =
        Field.Texts("segments", RoutingTexts.Segment, MaxValues, "Only customers of these segments.").Or([]);

    /// <summary>The object.</summary>
    public static readonly BodyShape Shape = new(
        "RoutingConditionRequest",
        Methods,
        UpiFlows,
        Currencies,
        AmountFrom,
        AmountTo,
        CardNetworks,
        CardBins,
        Segments);

    /// <summary>The condition.</summary>
    public static RoutingCondition Read(Body when) => new()
    {
        Methods = when.Get(Methods),
        UpiFlows = when.Get(UpiFlows),
        Currencies = when.Get(Currencies),
        AmountFromMinor = when.Get(AmountFrom),
        AmountToMinor = when.Get(AmountTo),
        CardNetworks = when.Get(CardNetworks),
        CardBins = when.Get(CardBins),
        Segments = when.Get(Segments),
    };
}
