using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Abstractions.Routing;

/// <summary>How a merchant's payments find their provider: the matching rules in their order, then the default order,
/// then the remaining providers in alphabetical order. A rule is a preference, never a prohibition: every provider that
/// can take a payment is tried before it is refused. A stored format, as part of the merchant's document: members are
/// added and never change their meaning.</summary>
[GenerateSerializer, Immutable, Alias("routing-plan")]
public sealed record RoutingPlan
{
    /// <summary>The rules, the most important first.</summary>
    [Id(0)]
    public ImmutableArray<RoutingRule> Rules { get; init; } = [];

    /// <summary>The order of providers after the rules; alphabetical if it is empty.</summary>
    [Id(1)]
    public ImmutableArray<string> DefaultOrder { get; init; } = [];

    /// <summary>Providers that get no new attempts. What is open there goes on.</summary>
    [Id(2)]
    public ImmutableArray<string> Off { get; init; } = [];

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(3), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}

/// <summary>One rule.</summary>
[GenerateSerializer, Immutable, Alias("routing-rule")]
public sealed record RoutingRule
{
    /// <summary>The merchant's name for it, shown where it decided.</summary>
    [Id(0)]
    public string Name { get; init; } = "";

    /// <summary>Which payments it is about; all if nothing is said.</summary>
    [Id(1)]
    public RoutingCondition When { get; init; } = new();

    /// <summary>Where it leads.</summary>
    [Id(2)]
    public RoutingTarget Use { get; init; } = new();

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(3), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}

/// <summary>Which payments a rule is about: those that meet every member that is set, each by any of its
/// values.</summary>
[GenerateSerializer, Immutable, Alias("routing-condition")]
public sealed record RoutingCondition
{
    /// <summary>The kinds of instrument.</summary>
    [Id(0)]
    public ImmutableArray<PaymentMethodKind> Methods { get; init; } = [];

    /// <summary>The UPI flows; a payment that is not by UPI has none.</summary>
    [Id(1)]
    public ImmutableArray<UpiFlow> UpiFlows { get; init; } = [];

    /// <summary>The ISO 4217 codes.</summary>
    [Id(2)]
    public ImmutableArray<string> Currencies { get; init; } = [];

    /// <summary>The least amount, in minor units.</summary>
    [Id(3)]
    public long? AmountFromMinor { get; init; }

    /// <summary>The greatest amount, in minor units.</summary>
    [Id(4)]
    public long? AmountToMinor { get; init; }

    /// <summary>The card's networks, lower case.</summary>
    [Id(5)]
    public ImmutableArray<string> CardNetworks { get; init; } = [];

    /// <summary>The first 6 to 8 digits of the card's number. They are known while the card is in memory, and nowhere
    /// else: where it is not, no such rule is about the payment.</summary>
    [Id(6)]
    public ImmutableArray<string> CardBins { get; init; } = [];

    /// <summary>The customer's segment: what the payment's metadata names under <see cref="SegmentKey"/>.</summary>
    [Id(7)]
    public ImmutableArray<string> Segments { get; init; } = [];

    /// <summary>The member of a payment's metadata that holds the customer's segment.</summary>
    public const string SegmentKey = "segment";

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(8), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}

/// <summary>How a rule picks.</summary>
public enum RoutingStrategy
{
    /// <summary>The first that can, in a fixed order.</summary>
    Order = 1,

    /// <summary>By weight: over many payments each gets its share. One payment always draws the same.</summary>
    Split = 2,

    /// <summary>The one with the best score, but for a small share of payments that find out
    /// about the others.</summary>
    SuccessRate = 3,
}

/// <summary>Where a rule leads.</summary>
[GenerateSerializer, Immutable, Alias("routing-target")]
public sealed record RoutingTarget
{
    /// <summary>The share of payments that explore, in per cent, unless the merchant says otherwise.</summary>
    public const int DefaultExplorePercent = 5;

    /// <summary>How it picks.</summary>
    [Id(0)]
    public RoutingStrategy Strategy { get; init; } = RoutingStrategy.Order;

    /// <summary>Among whom.</summary>
    [Id(1)]
    public ImmutableArray<RoutingShare> Providers { get; init; } = [];

    /// <summary><see cref="RoutingStrategy.SuccessRate"/>: the share of payments that explore, in per cent.</summary>
    [Id(2)]
    public int ExplorePercent { get; init; } = DefaultExplorePercent;

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(3), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}

/// <summary>A provider's part in a rule.</summary>
[GenerateSerializer, Immutable, Alias("routing-share")]
public sealed record RoutingShare
{
    /// <summary>The provider.</summary>
    [Id(0)]
    public required string Provider { get; init; }

    /// <summary><see cref="RoutingStrategy.Split"/>: its weight against the others'.</summary>
    [Id(1)]
    public int Weight { get; init; } = 1;

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(2), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}
