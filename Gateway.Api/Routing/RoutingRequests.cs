using System.Text.RegularExpressions;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Gateway.Api.Routing;

/// <summary>The bodies of the routing calls. What a plan may say is enforced where it is kept; here stands its
/// form.</summary>
internal static partial class RoutingRequests
{
    private const int MatchTimeout = 100;
    private const int MaxProviders = 32;
    private const int MaxValues = 200;
    private const int MaxRules = 50;
    private const int DefaultReplay = 500;

    private const string RulesExample =
        """
        [{"name": "big cards", "when": {"methods": ["card"], "currencies": ["INR"], "amount_from": 1000000},
          "use": {"order": ["juspay", "razorpay"]}},
         {"name": "upi", "when": {"methods": ["upi"]},
          "use": {"split": [{"provider": "razorpay", "weight": 70}, {"provider": "payu", "weight": 30}]}},
         {"name": "rest", "use": {"success_rate": {"providers": ["razorpay", "payu"], "explore_percent": 5}}}]
        """;

    private static readonly Field Provider =
        Field.Text("provider", 32, "The provider's name.", ProviderForm(), "must be a provider's name");

    private static readonly Field CurrencyCode = Field.Text("currency", 3, "ISO 4217 code, upper case.");

    private static readonly Field Network = Field.Text("card_network", 16, "The card's network, such as visa.");

    private static readonly Field Bin =
        Field.Text("card_bin", 8, "The first 6 to 8 digits of the card's number.", BinForm(), "must be 6 to 8 digits");

    private static readonly Field Segment = Field.Text("segment", 64, "The customer's segment: metadata.segment.");

    private static readonly Field Method =
        Field.Choice("method", "The kind of instrument.", [.. PaymentNames.All<PaymentMethodKind>(PaymentNames.Of)]);

    private static readonly Field Flow =
        Field.Choice("upi_flow", "The UPI flow; intent if it is left out.", [.. PaymentNames.All<UpiFlow>(PaymentNames.Of)]);

    private static readonly BodyShape When = new(
        "RoutingConditionRequest",
        Words("methods", Method, MaxValues, "Only these kinds of instrument."),
        Words("upi_flows", Flow, MaxValues, "Only these UPI flows."),
        Words("currencies", CurrencyCode, MaxValues, "Only these currencies."),
        Field.Integer("amount_from", 1, Money.MaxAmountMinor, "Only amounts from here on; with exactly one currency."),
        Field.Integer("amount_to", 1, Money.MaxAmountMinor, "Only amounts up to here; with exactly one currency."),
        Words("card_networks", Network, MaxValues, "Only cards of these networks."),
        Words("card_bins", Bin, MaxValues, "Only cards whose number begins so."),
        Words("segments", Segment, MaxValues, "Only customers of these segments."));

    private static readonly BodyShape Share = new(
        "RoutingShareRequest",
        Provider with { Required = true },
        Field.Integer("weight", 1, 1_000, "Its weight against the others'.") with { Required = true });

    private static readonly BodyShape Best = new(
        "RoutingSuccessRateRequest",
        Words("providers", Provider, MaxProviders, "Among whom.") with { Required = true },
        Field.Integer("explore_percent", 0, 50, "The share of payments that explore, in per cent; 5 if it is left out."));

    private static readonly BodyShape Use = new(
        "RoutingTargetRequest",
        Words("order", Provider, MaxProviders, "The first that can, in this order."),
        Field.List("split", Share, 0, MaxProviders, "By weight."),
        Field.Object("success_rate", Best, "The one with the best score."));

    private static readonly BodyShape Rule = new(
        "RoutingRuleRequest",
        Field.Text("name", 60, "The rule's name, shown where it decided.") with { Required = true },
        Field.Object("when", When, "Which payments it is about; all if it is left out."),
        Field.Object("use", Use, "Where it leads: one of order, split and success_rate.") with { Required = true });

    /// <summary><c>PUT /routing</c>.</summary>
    public static readonly BodyShape Plan = new(
        "RoutingRequest",
        Field.List("rules", Rule, 0, MaxRules, "The rules, the most important first.")
            with { Required = true, Example = RulesExample },
        Words("default_order", Provider, MaxProviders, "The order of providers after the rules; alphabetical if it is empty.")
            with { Example = """["razorpay", "payu"]""" },
        Words("off", Provider, MaxProviders, "Providers that get no new attempts. What is open there goes on."));

    private static readonly Field Candidate =
        Field.Object("routing", Plan, "The routing to try; the merchant's own if it is left out.");

    /// <summary><c>POST /routing/evaluate</c>.</summary>
    public static readonly BodyShape Evaluate = new(
        "EvaluateRoutingRequest",
        PaymentsRequests.Amount with { Required = true },
        CurrencyCode with { Required = true, Code = ErrorCode.CurrencyUnknown, Example = "\"INR\"" },
        Method with { Required = true, Example = "\"card\"" },
        Flow,
        Network with { Example = "\"visa\"" },
        Bin,
        Segment,
        Field.Text("payment_id", 64, "Draws are made from it; from a new one if it is left out."),
        Words("tried", Provider, MaxProviders, "Providers that the payment has failed at."),
        Words("preferred_providers", Provider, MaxProviders, "Providers that the customer would rather pay through."),
        Candidate);

    /// <summary><c>POST /routing/replay</c>.</summary>
    public static readonly BodyShape Replay = new(
        "ReplayRoutingRequest",
        Field.Text("created_from", 40, "Only payments accepted at or after this time (RFC 3339)."),
        Field.Text("created_to", 40, "Only payments accepted before this time (RFC 3339)."),
        Field.Integer("limit", 1, ReplayRouting.MaxLimit, $"The newest of them, at most so many; {DefaultReplay} if it is left out.")
            with { Example = "500" },
        Candidate);

    /// <summary>How many payments are replayed, unless the body says otherwise.</summary>
    public static int LimitOf(Body body) => (int)(body.Integer("limit") ?? DefaultReplay);

    // Texts of a field's form.
    private static Field Words(string name, Field item, int max, string meaning) => Field.Texts(
        name, max, (int)item.Max, meaning, item.Form, $"must be an array of at most {max} different texts, each of which {item.Rule}",
        item.Choices);

    [GeneratedRegex("^[a-z][a-z0-9_]{1,31}$", RegexOptions.None, MatchTimeout)]
    private static partial Regex ProviderForm();

    [GeneratedRegex("^[0-9]{6,8}$", RegexOptions.None, MatchTimeout)]
    private static partial Regex BinForm();
}
