using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Gateway.Api.Routing;

/// <summary>The providers that a rule chooses, as bodies say it: one of three strategies.</summary>
internal static class RoutingTargetRequest
{
    private static readonly RequiredField<string> Provider = Field.Text(
        "provider", "The provider's name.", RoutingTexts.Provider);

    private static readonly RequiredField<int> Weight = Field.Integer(
        "weight", 1, 1_000, "Its weight against the others'.");

    private static readonly BodyShape Share = new("RoutingShareRequest", Provider, Weight);

    private static readonly RequiredField<ImmutableArray<string>> Providers =
        Field.Texts(
            "providers", RoutingTexts.Provider, RoutingPlanRequest.MaxProviders, "The providers to choose from.");

    private static readonly Field<int> ExplorePercent = Field.Integer(
        "explore_percent", 0, 50, "The share of payments that explore, in per cent; 5 if it is left out.")
        .Or(RoutingTarget.DefaultExplorePercent);

    private static readonly BodyShape Best = new("RoutingSuccessRateRequest", Providers, ExplorePercent);

    private static readonly Field<ImmutableArray<string>> Order = Field.Texts(
        "order",
        RoutingTexts.Provider,
        RoutingPlanRequest.MaxProviders,
        "The first that can take the payment, in this order.").Or([]);

    private static readonly Field<ImmutableArray<Body>> Split =
        Field.Objects("split", Share, 0, RoutingPlanRequest.MaxProviders, "By weight.").Or([]);

    private static readonly Field<Body?> SuccessRate =
        Field.Object("success_rate", Best, "The one with the best score.").Optional();

    /// <summary>The object.</summary>
    public static readonly BodyShape Shape = new("RoutingTargetRequest", Order, Split, SuccessRate);

    /// <summary>The target; what is wrong with it is added to <paramref name="errors"/>.</summary>
    public static RoutingTarget Read(Body use, string path, InputErrors errors)
    {
        var (order, split, best) = (use.Get(Order), use.Get(Split), use.Get(SuccessRate));
        var strategies = (order.IsEmpty ? 0 : 1) + (split.IsEmpty ? 0 : 1) + (best is null ? 0 : 1);
        if (strategies != 1 && !errors.Any)
        {
            errors.Add(ErrorCode.InvalidField, path, "must have exactly one of order, split and success_rate");
        }

        if (best is not null)
        {
            return new RoutingTarget
            {
                Strategy = RoutingStrategy.SuccessRate,
                Providers = Shares(best.Get(Providers)),
                ExplorePercent = best.Get(ExplorePercent),
            };
        }

        return split.IsEmpty
            ? new RoutingTarget { Providers = Shares(order) }
            : new RoutingTarget
            {
                Strategy = RoutingStrategy.Split,
                Providers = [.. split.Select(share => new RoutingShare
                {
                    Provider = share.Get(Provider), Weight = share.Get(Weight),
                })],
            };
    }

    private static ImmutableArray<RoutingShare> Shares(ImmutableArray<string> providers) =>
        [.. providers.Select(provider => new RoutingShare { Provider = provider })];
}
