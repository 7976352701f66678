using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Grains.Merchants;

/// <summary>What a routing plan must be before it is stored. It reports the first mistake, with its place.</summary>
public static class RoutingPlanCheck
{
    /// <summary>The most rules of a plan.</summary>
    public const int MaxRules = 50;

    /// <summary>The most values of one condition.</summary>
    public const int MaxValues = 200;

    /// <summary>The greatest weight.</summary>
    public const int MaxWeight = 1_000;

    private const int MaxNameLength = 60;
    private const int MaxSegmentLength = 64;

    private static readonly ImmutableArray<string> Networks =
        ["visa", "mastercard", "rupay", "amex", "diners", "discover", "jcb", "maestro", "unknown"];

    /// <summary>Why a plan cannot be set; null if it can.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="providers">The providers that there are connectors for.</param>
    public static Refusal? Check(RoutingPlan plan, IReadOnlyCollection<string> providers)
    {
        if (plan.Rules.Length > MaxRules)
        {
            return Invalid("rules", $"There are at most {MaxRules} rules.");
        }

        var order = CheckProviders(plan.DefaultOrder, "default_order", providers);
        if ((order ?? CheckProviders(plan.Off, "off", providers)) is { } refusal)
        {
            return refusal;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < plan.Rules.Length; i++)
        {
            var (rule, path) = (plan.Rules[i], $"rules[{i}]");
            if (rule.Name.Length is < 1 or > MaxNameLength || rule.Name.Any(char.IsControl) || !names.Add(rule.Name))
            {
                return Invalid($"{path}.name", $"A rule has a name of its own of 1 to {MaxNameLength} characters.");
            }

            var condition = CheckCondition(rule.When, $"{path}.when");
            if ((condition ?? CheckTarget(rule.Use, $"{path}.use", providers)) is { } mistake)
            {
                return mistake;
            }
        }

        return null;
    }

    private static Refusal? CheckCondition(RoutingCondition when, string path) =>
        CheckValues(when.Methods, $"{path}.methods", Enum.IsDefined, "a method")
        ?? CheckValues(when.UpiFlows, $"{path}.upi_flows", Enum.IsDefined, "a UPI flow")
        ?? CheckValues(
            when.Currencies, $"{path}.currencies", code => Currency.TryParse(code, out _), "an ISO 4217 code")
        ?? CheckValues(
            when.CardNetworks, $"{path}.card_networks", network => Networks.Contains(network), "a card network")
        ?? CheckValues(when.CardBins, $"{path}.card_bins", IsBin, "6 to 8 digits")
        ?? CheckValues(when.Segments, $"{path}.segments", IsSegment, $"1 to {MaxSegmentLength} characters")
        ?? CheckAmounts(when, path)
        ?? CheckMethods(when, path);

    private static Refusal? CheckAmounts(RoutingCondition when, string path)
    {
        if (when is { AmountFromMinor: null, AmountToMinor: null })
        {
            return null;
        }

        if (when.Currencies.Length != 1)
        {
            return Invalid($"{path}.currencies", "A range of amounts needs exactly one currency.");
        }

        return when.AmountFromMinor < 1 ? Invalid($"{path}.amount_from", "An amount must be at least 1.")
            : when.AmountToMinor < (when.AmountFromMinor ?? 1)
                ? Invalid($"{path}.amount_to", "The range of amounts is empty.")
            : null;
    }

    // A condition that no payment can meet is a slip of the pen.
    private static Refusal? CheckMethods(RoutingCondition when, string path)
    {
        if (!when.UpiFlows.IsEmpty && !MayBe(when, PaymentMethodKind.Upi))
        {
            return Invalid($"{path}.upi_flows", "Only UPI has flows, and the rule's methods leave it out.");
        }

        return when.CardNetworks.IsEmpty && when.CardBins.IsEmpty ? null
            : !MayBe(when, PaymentMethodKind.Card)
                ? Invalid(
                    $"{path}.methods",
                    "Only cards have a network and first digits, and the rule's methods leave them out.")
            : !when.UpiFlows.IsEmpty
                ? Invalid($"{path}.upi_flows", "A rule cannot need both UPI and a card.")
            : null;
    }

    private static bool MayBe(RoutingCondition when, PaymentMethodKind kind) =>
        when.Methods.IsEmpty || when.Methods.Contains(kind);

    private static Refusal? CheckTarget(RoutingTarget use, string path, IReadOnlyCollection<string> providers)
    {
        var name = use.Strategy switch
        {
            RoutingStrategy.Order => "order",
            RoutingStrategy.Split => "split",
            RoutingStrategy.SuccessRate => "success_rate",
            _ => null,
        };
        if (name is null || use.Providers.IsEmpty)
        {
            return Invalid(path, "A rule needs at least one provider in order, split or success_rate.");
        }

        var list = use.Strategy == RoutingStrategy.SuccessRate ? $"{path}.{name}.providers" : $"{path}.{name}";
        if (CheckProviders([.. use.Providers.Select(share => share.Provider)], list, providers) is { } refusal)
        {
            return refusal;
        }

        var weight = use.Strategy == RoutingStrategy.Split
            ? use.Providers.ToList().FindIndex(share => share.Weight is < 1 or > MaxWeight)
            : -1;
        return weight >= 0 ? Invalid($"{list}[{weight}].weight", $"A weight must be from 1 to {MaxWeight}.")
            : use.ExplorePercent is < 0 or > 50
                ? Invalid($"{path}.{name}.explore_percent", "explore_percent must be from 0 to 50.")
            : null;
    }

    private static Refusal? CheckProviders(
        ImmutableArray<string> named, string path, IReadOnlyCollection<string> providers)
    {
        for (var i = 0; i < named.Length; i++)
        {
            if (!providers.Contains(named[i], StringComparer.Ordinal))
            {
                return Invalid($"{path}[{i}]", $"There is no connector for a provider '{Shown(named[i])}'.");
            }

            if (named.IndexOf(named[i]) < i)
            {
                return Invalid($"{path}[{i}]", $"'{named[i]}' is duplicated.");
            }
        }

        return null;
    }

    private static Refusal? CheckValues<T>(ImmutableArray<T> values, string path, Func<T, bool> isOne, string what)
    {
        if (values.Length > MaxValues)
        {
            return Invalid(path, $"There are at most {MaxValues} values.");
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (!isOne(values[i]))
            {
                return Invalid($"{path}[{i}]", $"It must be {what}.");
            }

            if (values.IndexOf(values[i]) < i)
            {
                return Invalid($"{path}[{i}]", "It is duplicated.");
            }
        }

        return null;
    }

    private static bool IsBin(string text) => text.Length is >= 6 and <= 8 && text.All(char.IsAsciiDigit);

    private static bool IsSegment(string text) =>
        text.Length is >= 1 and <= MaxSegmentLength && !text.Any(char.IsControl);

    private static string Shown(string name) => name.Length <= 32 && !name.Any(char.IsControl) ? name : "…";

    private static Refusal Invalid(string field, string detail) => Refusal.Of(ErrorCode.InvalidField, detail, field);
}
