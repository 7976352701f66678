using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Grains.Routing;

/// <summary>
/// Which provider takes a payment, and why. Pure: plan, candidates and payment decide alone, so that the same command
/// decides the same again, and a plan can be tried on past payments. Any plan leads to a decision, also one that
/// <see cref="Merchants.RoutingPlanCheck"/> would have refused: rules are preferences, and a provider that can
/// take the payment is found whatever they say. <c>docs/routing.md</c> explains it to merchants.
/// </summary>
public static class RoutingDecider
{
    /// <summary>The share of payments that find out whether a provider that was down is back.</summary>
    public const double ProbeShare = 0.1;

    /// <summary>Decides.</summary>
    /// <param name="plan">The merchant's plan; null for none.</param>
    /// <param name="candidates">The providers with credentials, in alphabetical order.</param>
    /// <param name="payment">The payment.</param>
    public static RoutingDecision Decide(
        RoutingPlan? plan, ImmutableArray<RoutingCandidate> candidates, RoutedPayment payment)
    {
        var ranking = new Ranking(plan, candidates, payment);
        if (plan is not null)
        {
            foreach (var rule in plan.Rules)
            {
                if (Matches(rule.When, payment))
                {
                    ranking.Add(rule);
                }
            }
        }

        foreach (var provider in payment.Preferred)
        {
            ranking.AddIfThere(provider, "the customer's preference");
        }

        foreach (var provider in plan?.DefaultOrder ?? [])
        {
            ranking.Add(provider, "default order");
        }

        foreach (var candidate in candidates)
        {
            ranking.Add(candidate.Provider, "alphabetical order");
        }

        return ranking.Choose();
    }

    /// <summary>Whether a rule is about a payment.</summary>
    public static bool Matches(RoutingCondition when, RoutedPayment payment) =>
        Has(when.Methods, payment.Method.Kind)
        && (when.UpiFlows.IsEmpty || (payment.Method.Flow is { } flow && when.UpiFlows.Contains(flow)))
        && Has(when.Currencies, payment.Amount.Currency.Code)
        && !(payment.Amount.AmountMinor < when.AmountFromMinor)
        && !(payment.Amount.AmountMinor > when.AmountToMinor)
        && Has(when.CardNetworks, payment.Method.CardNetwork)
        && Has(when.Segments, payment.Segment)
        && HasBin(when.CardBins, payment.CardBin);

    private static bool Has<T>(ImmutableArray<T> wanted, T? value) =>
        wanted.IsEmpty || (value is not null && wanted.Contains(value));

    private static bool HasBin(ImmutableArray<string> wanted, string? bin)
    {
        if (wanted.IsEmpty)
        {
            return true;
        }

        foreach (var prefix in wanted)
        {
            if (bin is not null && bin.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A decision in progress: which providers would be tried, in which order.</summary>
    private sealed class Ranking(
        RoutingPlan? plan, ImmutableArray<RoutingCandidate> candidates, RoutedPayment payment)
    {
        private readonly List<(RoutingCandidate Candidate, string Reason)> _able = new(candidates.Length);
        private readonly ImmutableArray<RoutingNote>.Builder _notes =
            ImmutableArray.CreateBuilder<RoutingNote>(candidates.Length);

        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

        public void Add(RoutingRule rule)
        {
            var providers = rule.Use.Providers;
            switch (rule.Use.Strategy)
            {
                case RoutingStrategy.Split:
                    foreach (var share in providers.OrderBy(share => Lot(share.Provider, share.Weight)))
                    {
                        Add(share.Provider, $"rule '{rule.Name}', drawn by weight {share.Weight}");
                    }

                    break;
                case RoutingStrategy.SuccessRate:
                    AddByScore(rule);
                    break;
                default:
                    for (var place = 0; place < providers.Length; place++)
                    {
                        Add(providers[place].Provider, $"rule '{rule.Name}', place {place + 1}");
                    }

                    break;
            }
        }

        public void Add(string provider, string reason)
        {
            if (!_seen.Add(provider))
            {
                return;
            }

            if (Find(provider) is not { } candidate)
            {
                Pass(provider, "no credentials");
            }
            else if (ObjectionTo(candidate) is { } objection)
            {
                Pass(provider, objection);
            }
            else
            {
                _able.Add((candidate, reason));
            }
        }

        /// <summary>As <see cref="Add(string, string)"/>, without a word about a provider that the merchant does not
        /// have.</summary>
        public void AddIfThere(string provider, string reason)
        {
            if (Find(provider) is not null)
            {
                Add(provider, reason);
            }
        }

        public RoutingDecision Choose()
        {
            var chosen = _able.FindIndex(able => IsUp(able.Candidate));
            var allAreDown = chosen < 0 && _able.Count > 0;
            chosen = allAreDown ? 0 : chosen;
            for (var place = 0; place < _able.Count; place++)
            {
                var (candidate, reason) = _able[place];
                if (place == chosen)
                {
                    Note(candidate.Provider, RoutingVerdict.Chosen, reason + Circumstance(candidate, allAreDown));
                }
                else if (place < chosen || allAreDown)
                {
                    Pass(candidate.Provider, $"down, would be {reason}");
                }
                else
                {
                    Note(candidate.Provider, RoutingVerdict.NotNeeded, reason);
                }
            }

            return new RoutingDecision
            {
                Provider = chosen < 0 ? null : _able[chosen].Candidate.Provider, Notes = _notes.ToImmutable(),
            };
        }

        private static string Circumstance(RoutingCandidate chosen, bool allAreDown) =>
            allAreDown ? "; all are down" : chosen.Standing.IsDown ? "; as a probe" : "";

        private void AddByScore(RoutingRule rule)
        {
            var providers = rule.Use.Providers;
            var able = providers.Where(share => Find(share.Provider) is { } candidate && ObjectionTo(candidate) is null)
                .Select(share => share.Provider)
                .Distinct(StringComparer.Ordinal)
                .ToList();
            if (able.Count > 1 && Draw.Of(payment.Id, "explore") * 100 < rule.Use.ExplorePercent)
            {
                var explored = able[(int)(Draw.Of(payment.Id, "explored") * able.Count)];
                Add(explored, $"rule '{rule.Name}', explored with score {ScoreOf(explored):0.000}");
            }

            foreach (var share in providers.OrderByDescending(share => ScoreOf(share.Provider)))
            {
                Add(share.Provider, $"rule '{rule.Name}', score {ScoreOf(share.Provider):0.000}");
            }
        }

        // Each provider draws a lot of its own, and the least wins: who is not able leaves the others' shares as they
        // are (weighted sampling by exponential lots, Efraimidis and Spirakis 2006).
        private double Lot(string provider, int weight) =>
            weight <= 0 ? double.PositiveInfinity : -Math.Log(1 - Draw.Of(payment.Id, provider)) / weight;

        private bool IsUp(RoutingCandidate candidate) =>
            !candidate.Standing.IsDown
            || (candidate.Standing.MayProbe && Draw.Of(payment.Id, "probe " + candidate.Provider) < ProbeShare);

        private string? ObjectionTo(RoutingCandidate candidate) =>
            candidate.Objection
            ?? (payment.Tried.Contains(candidate.Provider) ? "tried before"
                : plan is not null && plan.Off.Contains(candidate.Provider) ? "switched off"
                : null);

        private RoutingCandidate? Find(string provider)
        {
            foreach (var candidate in candidates)
            {
                if (candidate.Provider == provider)
                {
                    return candidate;
                }
            }

            return null;
        }

        private double ScoreOf(string provider) => Find(provider)?.Standing.Score ?? 0;

        private void Pass(string provider, string reason) => Note(provider, RoutingVerdict.PassedOver, reason);

        private void Note(string provider, RoutingVerdict verdict, string reason) =>
            _notes.Add(new RoutingNote { Provider = provider, Verdict = verdict, Reason = reason });
    }
}

/// <summary>A provider that could take a payment.</summary>
public readonly record struct RoutingCandidate
{
    /// <summary>The provider.</summary>
    public required string Provider { get; init; }

    /// <summary>Why it cannot take this payment; null if it can.</summary>
    public string? Objection { get; init; }

    /// <summary>How it has been doing.</summary>
    public required ProviderStanding Standing { get; init; }
}

/// <summary>How a provider has been doing, as this silo saw it.</summary>
public readonly record struct ProviderStanding
{
    /// <summary>A provider that nothing is known of.</summary>
    public static readonly ProviderStanding Unknown = new() { Score = 1 };

    /// <summary>The share of outcomes without a fault of the provider's, 0 to 1, with a little benefit of the doubt
    /// where there are few.</summary>
    public required double Score { get; init; }

    /// <summary>Whether it seems to be down.</summary>
    public bool IsDown { get; init; }

    /// <summary>Whether some payments may find out if it is back.</summary>
    public bool MayProbe { get; init; }
}

/// <summary>What was decided.</summary>
public sealed record RoutingDecision
{
    /// <summary>The provider; null if none can take the payment.</summary>
    public required string? Provider { get; init; }

    /// <summary>A note per provider: those that cannot take the payment first, then the others in the order in which
    /// they would be tried.</summary>
    public required ImmutableArray<RoutingNote> Notes { get; init; }
}
