using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Abstractions.Providers;

/// <summary>A merchant's providers, as the called silo sees them. It calls providers and the store, so that the
/// merchant's own grain never waits for either. Its key is the merchant's id.</summary>
[Alias("providers")]
public interface IProvidersGrain : IGrainWithStringKey
{
    /// <summary>The providers with credentials, and how they have been doing; null if there is no such
    /// merchant.</summary>
    [Alias("list"), OpenToGateways, ResponseTimeout(CallTimeouts.Read)]
    Task<ImmutableArray<ProviderStatus>?> List();

    /// <summary>Sets the credentials at a provider, if it does not refuse them.</summary>
    /// <inheritdoc cref="IMerchantGrain.PutCredentials"/>
    [Alias("put-credentials"), OpenToGateways, ResponseTimeout(CallTimeouts.Long)]
    Task<Reply<CredentialsSet>> PutCredentials(
        string provider, ImmutableDictionary<string, Secret> values, bool? isSameAccount = null);

    /// <summary>Deletes the credentials at a provider, if no payment is open there.</summary>
    [Alias("delete-credentials"), OpenToGateways, ResponseTimeout(CallTimeouts.Read)]
    Task<Reply<MerchantView>> DeleteCredentials(string provider);
}

/// <summary>Credentials that were set.</summary>
[GenerateSerializer, Immutable, Alias("credentials-set")]
public sealed record CredentialsSet
{
    /// <summary>The merchant with them.</summary>
    [Id(0)]
    public required MerchantView Merchant { get; init; }

    /// <summary>Whether the provider accepted them. False: it is unavailable, or has no call to check them.</summary>
    [Id(1)]
    public required bool IsAccepted { get; init; }
}

/// <summary>A provider with credentials, and how it has been doing.</summary>
[GenerateSerializer, Immutable, Alias("provider-status")]
public sealed record ProviderStatus
{
    /// <summary>The provider and its credentials' names.</summary>
    [Id(0)]
    public required ProviderView Provider { get; init; }

    /// <summary>What the circuit breaker lets through.</summary>
    [Id(1)]
    public required BreakerState Breaker { get; init; }

    /// <summary>How long calls of the last minutes took.</summary>
    [Id(2)]
    public required LatencyFigures Latency { get; init; }

    /// <summary>The merchant's payments there whose outcome is unknown now.</summary>
    [Id(3)]
    public required int OpenUnknowns { get; init; }

    /// <summary>How it has been doing with each method that it takes.</summary>
    [Id(4)]
    public required ImmutableArray<MethodStanding> Methods { get; init; }

    /// <summary>For how long the merchant's status query waits that waits longest for the provider's budget, on any
    /// silo that responds within a second; zero while none waits.</summary>
    [Id(5)]
    public TimeSpan StatusQueryLag { get; init; }

    /// <summary>The address that the provider is to send webhooks to, which no one else is to know: that they come to
    /// it proves who sent them.</summary>
    [Id(6)]
    public string? WebhookUrl { get; init; }
}

/// <summary>How a provider has been doing with a method.</summary>
[GenerateSerializer, Immutable, Alias("method-standing")]
public sealed record MethodStanding
{
    /// <summary>The method.</summary>
    [Id(0)]
    public required PaymentMethodKind Method { get; init; }

    /// <summary>How many outcomes were seen in the score's window.</summary>
    [Id(1)]
    public required int Outcomes { get; init; }

    /// <summary>How many of them were the provider's fault.</summary>
    [Id(2)]
    public required int Faults { get; init; }

    /// <summary>The share without a fault, 0 to 1, with the benefit of the doubt where there are few.</summary>
    [Id(3)]
    public required double Score { get; init; }

    /// <summary>Whether payments are sent elsewhere while they can.</summary>
    [Id(4)]
    public required bool IsDown { get; init; }
}

/// <summary>What the circuit breaker lets through.</summary>
public enum BreakerState
{
    /// <summary>Every call.</summary>
    Closed = 1,

    /// <summary>No calls: the circuit is open after failures.</summary>
    Open = 2,

    /// <summary>One call, which finds out whether the provider is back.</summary>
    Trying = 3,
}

/// <summary>How long calls took, tries and waiting included. Percentiles are rounded up by at most a fifth.</summary>
[GenerateSerializer, Immutable, Alias("latency-figures")]
public readonly record struct LatencyFigures
{
    /// <summary>How many calls the figures are of; those that never left this machine are not counted.</summary>
    [Id(0)]
    public required long Calls { get; init; }

    /// <summary>Half of the calls took no longer; null without calls.</summary>
    [Id(1)]
    public TimeSpan? P50 { get; init; }

    /// <summary>95 of 100 calls took no longer.</summary>
    [Id(2)]
    public TimeSpan? P95 { get; init; }

    /// <summary>99 of 100 calls took no longer.</summary>
    [Id(3)]
    public TimeSpan? P99 { get; init; }
}
