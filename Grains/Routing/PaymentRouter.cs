using System.Collections.Frozen;
using System.Collections.Immutable;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Routing;

/// <summary>Which provider takes an attempt: <see cref="RoutingDecider"/> with what this silo knows of the merchant, of
/// the connectors and of their success rates. It makes no calls.</summary>
/// <param name="connectors">The connectors.</param>
/// <param name="scores">Providers' success rates.</param>
public sealed class PaymentRouter(ConnectorCatalogue connectors, ProviderScores scores) : IPaymentRouter
{
    // Rules look at so many digits of a card's number, and no more are taken from it.
    private const int MaxBin = 8;

    /// <summary>Why a merchant that is not exempt gets no collect, whichever provider offers it.</summary>
    internal static readonly Refusal CollectNotAllowed = Refusal.Of(
        ErrorCode.UpiCollectNotAllowed, "UPI collect is not allowed for this merchant; use intent or qr.", "upi.flow");

    // What is known of a provider does not change: most payments have nothing to choose and share these.
    private readonly FrozenDictionary<string, Route> _routes = connectors.Providers.ToFrozenDictionary(
        provider => provider, provider => RouteTo(connectors[provider]), StringComparer.Ordinal);

    /// <inheritdoc/>
    public RoutingChoice Choose(MerchantProfile? merchant, in RoutingFacts facts)
    {
        if (merchant is null || merchant.Providers.IsEmpty)
        {
            return RoutingChoice.Refused(
                Refusal.Of(ErrorCode.NoProvider, "The merchant has no provider configured."));
        }

        if (facts.Method.Flow == UpiFlow.Collect && !merchant.UpiCollectAllowed)
        {
            return RoutingChoice.Refused(CollectNotAllowed);
        }

        if (facts.Only is { } keeper)
        {
            return merchant.Providers.Contains(keeper)
                ? TheOnly(merchant, keeper, facts)
                : RoutingChoice.Refused(Refusal.Of(
                    ErrorCode.InstrumentUnusable,
                    "The merchant no longer has credentials at the provider that keeps the instrument."));
        }

        return merchant is { Routing: null, Providers: [var only] }
            ? TheOnly(merchant, only, facts)
            : Choose(merchant, PaymentOf(facts));
    }

    /// <summary>What would be decided about a payment, and why.</summary>
    public RoutingDecision Decide(ImmutableArray<string> providers, RoutingPlan? plan, RoutedPayment payment) =>
        RoutingDecider.Decide(plan, [.. providers.Select(provider => Candidate(provider, payment))], payment);

    /// <summary>The decision if no provider were down: with the current scores, but ignoring outages.</summary>
    public RoutingDecision DecideAtRest(
        ImmutableArray<string> providers, RoutingPlan? plan, RoutedPayment payment) => RoutingDecider.Decide(
        plan,
        [
            .. providers.Select(provider => Candidate(provider, payment)).Select(
                candidate => candidate with { Standing = candidate.Standing with { IsDown = false } }),
        ],
        payment);

    /// <inheritdoc/>
    public void Learn(PaymentState after, ImmutableArray<PaymentEvent> events) => scores.Learn(after, events);

    private static RoutedPayment PaymentOf(in RoutingFacts facts)
    {
        var number = facts.Card?.Number.Reveal();
        return new RoutedPayment
        {
            Id = facts.Payment,
            Amount = facts.Amount,
            Method = facts.Method,
            Capture = facts.Capture,
            CardBin = number?[..Math.Min(MaxBin, number.Length)],
            Segment = facts.Metadata?.GetValueOrDefault(RoutingCondition.SegmentKey),
            Tried = facts.Tried.IsDefault ? [] : facts.Tried,
            Preferred = facts.Preferred.IsDefault ? [] : facts.Preferred,
        };
    }

    private static Route RouteTo(IConnector connector) => new()
    {
        Provider = connector.Provider,
        CapturesByItself = connector.Capabilities.CapturesByItself,
        CanVoid = connector.Capabilities.Voids,
        CanCapturePart = connector.Capabilities.PartialCapture,
        IdempotencyWindow = connector.Capabilities.IdempotencyWindow,
        VisibilityWindow = connector.Capabilities.VisibilityWindow,
        LateSuccess = connector.Capabilities.LateSuccess,
    };

    private Route RouteTo(MerchantProfile merchant, string provider) =>
        merchant.AccountOf(provider) is { } account
            ? _routes[provider] with { Account = account }
            : _routes[provider];

    private RoutingChoice TheOnly(MerchantProfile merchant, string provider, in RoutingFacts facts)
    {
        if (!facts.Tried.IsDefaultOrEmpty && facts.Tried.Contains(provider))
        {
            return NoProvider(null);
        }

        return ObjectionOf(provider, facts.Method, facts.Amount, facts.Capture) is { } objection
            ? NoProvider(objection)
            : new RoutingChoice { Route = RouteTo(merchant, provider) };
    }

    private RoutingChoice Choose(MerchantProfile merchant, RoutedPayment payment)
    {
        var decision = Decide(merchant.Providers, merchant.Routing, payment);
        if (decision.Provider is not { } chosen)
        {
            return NoProvider(decision.Notes.LastOrDefault(note => merchant.Providers.Contains(note.Provider))?.Reason);
        }

        return new RoutingChoice
        {
            Route = RouteTo(merchant, chosen) with
            {
                Notes =
                [
                    .. decision.Notes
                        .Where(note => note.Verdict != RoutingVerdict.NotNeeded)
                        .Select(note => new RouteNote
                        {
                            Provider = note.Provider,
                            Chosen = note.Verdict == RoutingVerdict.Chosen,
                            Reason = note.Reason,
                        }),
                ],
            },
        };
    }

    private static RoutingChoice NoProvider(string? reason) => RoutingChoice.Refused(Refusal.Of(
        ErrorCode.FlowNotSupported, reason ?? "None of the merchant's providers takes the payment.", "method"));

    private RoutingCandidate Candidate(string provider, RoutedPayment payment) => new()
    {
        Provider = provider,
        Objection = ObjectionOf(provider, payment.Method, payment.Amount, payment.Capture),
        Standing = StandingOf(provider, payment.Method.Kind),
    };

    private string? ObjectionOf(string provider, PaymentMethod method, Money amount, CaptureMode capture) =>
        connectors.TryGet(provider, out var connector)
            ? connector.Capabilities.Refuses(method, amount, capture)
            : "The provider is not connected.";

    private ProviderStanding StandingOf(string provider, PaymentMethodKind method)
    {
        var score = scores.Of(provider, method);
        var breaker = connectors.TryGet(provider, out var connector) && connector.Health is { } health
            ? health.Breaker
            : BreakerState.Closed;
        return new ProviderStanding
        {
            Score = score.Score,
            IsDown = score.IsDown || breaker != BreakerState.Closed,
            MayProbe = breaker != BreakerState.Open,
        };
    }
}
