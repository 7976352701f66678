using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Routing;

namespace PaymentCluster.Payments.Tests.Routing;

/// <summary>Plans, providers and payments for the tests of routing.</summary>
internal static class GivenRouting
{
    public static readonly PaymentMethod Visa = new()
    {
        Kind = PaymentMethodKind.Card, CardLast4 = "1111", CardNetwork = "visa",
    };

    public static RoutedPayment Payment(int number = 1, PaymentMethod? method = null, long amount = 50_000) => new()
    {
        Id = new PaymentId { Value = new Guid(number, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8) },
        Amount = Money.Of(amount, Currency.Inr),
        Method = method ?? Given.Upi,
    };

    public static ImmutableArray<RoutingCandidate> Candidates(params string[] providers) =>
        [.. providers.Select(provider => Candidate(provider))];

    public static RoutingCandidate Candidate(
        string provider, double score = 1, bool down = false, bool probe = false, string? objection = null) => new()
        {
            Provider = provider,
            Objection = objection,
            Standing = new ProviderStanding { Score = score, IsDown = down, MayProbe = probe },
        };

    public static RoutingRule Order(params string[] providers) => Rule(RoutingStrategy.Order, providers);

    public static RoutingRule Best(int explorePercent, params string[] providers)
    {
        var rule = Rule(RoutingStrategy.SuccessRate, providers);
        return rule with { Use = rule.Use with { ExplorePercent = explorePercent } };
    }

    public static RoutingRule Split(params (string Provider, int Weight)[] shares) => new()
    {
        Name = "split",
        Use = new RoutingTarget
        {
            Strategy = RoutingStrategy.Split,
            Providers = [.. shares.Select(
                share => new RoutingShare { Provider = share.Provider, Weight = share.Weight })],
        },
    };

    public static RoutingPlan Plan(params RoutingRule[] rules) => new() { Rules = [.. rules] };

    private static RoutingRule Rule(RoutingStrategy strategy, string[] providers) => new()
    {
        Name = strategy.ToString(),
        Use = new RoutingTarget
        {
            Strategy = strategy,
            Providers = [.. providers.Select(provider => new RoutingShare { Provider = provider })],
        },
    };
}
