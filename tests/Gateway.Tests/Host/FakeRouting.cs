using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>Providers that are well, and take any credentials unless a test says otherwise.</summary>
public sealed class FakeProviders(IMerchantGrain merchant) : IProvidersGrain
{
    public Refusal? Refusal { get; set; }

    public bool IsAccepted { get; set; } = true;

    public ImmutableArray<ProviderStatus>? Statuses { get; set; } =
    [
        new ProviderStatus
        {
            Provider = new ProviderView
            {
                Provider = "razorpay",
                Credentials = ["key_id"],
                UpdatedAt = DateTimeOffset.UnixEpoch,
                PreviousUntil = DateTimeOffset.UnixEpoch.AddDays(1),
            },
            Breaker = BreakerState.Trying,
            Latency = new LatencyFigures { Calls = 7, P50 = TimeSpan.FromMilliseconds(12.5) },
            OpenUnknowns = 3,
            Methods =
            [
                new MethodStanding
                {
                    Method = PaymentMethodKind.Upi,
                    Outcomes = 8,
                    Faults = 2,
                    Score = 0.88,
                    IsDown = true,
                },
                new MethodStanding
                {
                    Method = PaymentMethodKind.Card,
                    Outcomes = 0,
                    Faults = 0,
                    Score = 0.97,
                    IsDown = false,
                },
            ],
        },
    ];

    public Task<ImmutableArray<ProviderStatus>?> List() => Task.FromResult(Statuses);

    public async Task<Reply<CredentialsSet>> PutCredentials(
        string provider, ImmutableDictionary<string, Secret> values) =>
        Refusal is { } refusal
            ? Reply<CredentialsSet>.Refused(refusal)
            : Reply<CredentialsSet>.Of(new CredentialsSet
            {
                Merchant = (await merchant.PutCredentials(provider, values)).Value!, IsAccepted = IsAccepted,
            });

    public Task<Reply<MerchantView>> DeleteCredentials(string provider) => Task.FromResult(Refusal is { } refusal
        ? Reply<MerchantView>.Refused(refusal)
        : Reply<MerchantView>.Of(new MerchantView
        {
            Id = "shop", Name = "Shop", UpiCollectAllowed = false, Keys = [], Providers = [],
        }));
}

/// <summary>Routing that always says the same, and remembers what it was asked.</summary>
public sealed class FakeRouting : IRoutingGrain
{
    public EvaluateRouting? Evaluated { get; private set; }

    public ReplayRouting? Replayed { get; private set; }

    public Refusal? Refusal { get; set; }

    public Task<Reply<RoutingEvaluation>> Evaluate(EvaluateRouting query)
    {
        Evaluated = query;
        return Task.FromResult(Refusal is { } refusal
            ? Reply<RoutingEvaluation>.Refused(refusal)
            : Reply<RoutingEvaluation>.Of(new RoutingEvaluation
            {
                Provider = "razorpay",
                Notes =
                [
                    new RoutingNote { Provider = "payu", Verdict = RoutingVerdict.PassedOver, Reason = "down" },
                    new RoutingNote
                    {
                        Provider = "razorpay", Verdict = RoutingVerdict.Chosen, Reason = "default order",
                    },
                ],
            }));
    }

    public Task<Reply<RoutingReplay>> Replay(ReplayRouting query)
    {
        Replayed = query;
        return Task.FromResult(Reply<RoutingReplay>.Of(new RoutingReplay
        {
            Examined = 2,
            HasMore = true,
            Changed = 1,
            Nowhere = 0,
            BinUnknown = 1,
            Providers =
            [
                new ReplayCount { Provider = "payu", Then = 0, Now = 1 },
                new ReplayCount { Provider = "razorpay", Then = 2, Now = 1 },
            ],
            Sample =
            [
                new ReplayChange
                {
                    Payment = new PaymentId { Value = Guid.Empty },
                    OrderId = "o1",
                    Then = "razorpay",
                    Now = "payu",
                    Reason = "rule 'x', place 1",
                },
            ],
        }));
    }
}
