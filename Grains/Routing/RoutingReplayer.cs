using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Grains.Routing;

/// <summary>Plays a plan over past payments.</summary>
internal static class RoutingReplayer
{
    /// <summary>Compares where payments went with where they would go.</summary>
    /// <param name="payments">The payments, newest first, and one more than the limit if there are more.</param>
    /// <param name="limit">How many are looked at.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="decide">Decides by the plan.</param>
    public static RoutingReplay Replay(
        ImmutableArray<PastPayment> payments,
        int limit,
        RoutingPlan? plan,
        Func<RoutedPayment, RoutingDecision> decide)
    {
        var counts = new SortedDictionary<string, (int Then, int Now)>(StringComparer.Ordinal);
        var sample = ImmutableArray.CreateBuilder<ReplayChange>();
        var (changed, nowhere, cards) = (0, 0, 0);
        foreach (var past in payments.Take(limit))
        {
            var decision = decide(past.Payment);
            Count(past.Provider, then: 1, now: 0);
            cards += past.Payment.Method.Kind == PaymentMethodKind.Card ? 1 : 0;
            if (decision.Provider is { } provider)
            {
                Count(provider, then: 0, now: 1);
            }
            else
            {
                nowhere++;
            }

            if (decision.Provider != past.Provider)
            {
                changed++;
                if (sample.Count < RoutingReplay.MaxSample)
                {
                    sample.Add(Change(past, decision));
                }
            }
        }

        return new RoutingReplay
        {
            Examined = Math.Min(payments.Length, limit),
            HasMore = payments.Length > limit,
            Changed = changed,
            Nowhere = nowhere,
            BinUnknown = plan is not null && plan.Rules.Any(rule => !rule.When.CardBins.IsEmpty) ? cards : 0,
            Providers =
            [
                .. counts.Select(count => new ReplayCount
                {
                    Provider = count.Key, Then = count.Value.Then, Now = count.Value.Now,
                }),
            ],
            Sample = sample.ToImmutable(),
        };

        void Count(string provider, int then, int now)
        {
            var count = counts.GetValueOrDefault(provider);
            counts[provider] = (count.Then + then, count.Now + now);
        }
    }

    private static ReplayChange Change(PastPayment past, RoutingDecision decision) => new()
    {
        Payment = past.Payment.Id,
        OrderId = past.OrderId,
        Then = past.Provider,
        Now = decision.Provider,
        Reason = decision.Notes.FirstOrDefault(note => note.Verdict == RoutingVerdict.Chosen)?.Reason
            ?? "no provider can take it",
    };
}
