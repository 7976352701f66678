using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Gateway.Api.Merchants;

/// <summary>A merchant.</summary>
public sealed record MerchantResponse
{
    /// <summary>The merchant's id.</summary>
    public required string Id { get; init; }

    /// <summary>The name that customers read.</summary>
    public required string Name { get; init; }

    /// <summary>Whether UPI collect is allowed.</summary>
    public required bool UpiCollectAllowed { get; init; }

    /// <summary>The origins of the merchant's own sites.</summary>
    public required string[] Origins { get; init; }

    /// <summary>Further origins whose pages may show the checkout page in a frame.</summary>
    public required string[] CheckoutOrigins { get; init; }

    /// <summary>Whether cards that were not issued in India may be kept in the vault.</summary>
    public required bool CardVault { get; init; }

    /// <summary>The API keys, without the keys.</summary>
    public required ApiKeyResponse[] Keys { get; init; }

    /// <summary>The providers with credentials.</summary>
    public required ProviderResponse[] Providers { get; init; }
}

/// <summary>An API key, without the key.</summary>
public sealed record ApiKeyResponse
{
    /// <summary>The key's id; it is not a secret.</summary>
    public required string Id { get; init; }

    /// <summary>What it may do.</summary>
    public required string Scope { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When it was revoked; null while it works.</summary>
    public required DateTime? RevokedAt { get; init; }

    /// <summary>From when on it does not work; null: it works until it is revoked.</summary>
    public required DateTime? ExpiresAt { get; init; }

    /// <summary>The networks that it works from; empty: from everywhere.</summary>
    public required string[] Networks { get; init; }

    /// <summary>In which hour it was last used, by its beginning; null if no use was noted.</summary>
    public required DateTime? LastUsedAt { get; init; }

    /// <summary>The key that replaces it; null if none does.</summary>
    public required string? ReplacedBy { get; init; }
}

/// <summary>A new API key. The key is shown only in this response.</summary>
public sealed record NewApiKeyResponse
{
    /// <summary>The key's id; it is not a secret.</summary>
    public required string Id { get; init; }

    /// <summary>The key, which is shown once; null in a response that is replayed. If the first response was lost,
    /// replace the key by its rotation.</summary>
    public required string? Key { get; init; }

    /// <summary>What it may do.</summary>
    public required string Scope { get; init; }

    /// <summary>From when on it does not work; null: it works until it is revoked.</summary>
    public required DateTime? ExpiresAt { get; init; }

    /// <summary>From when on the key that it replaces does not work; null if it replaces none.</summary>
    public required DateTime? ReplacedExpiresAt { get; init; }
}

/// <summary>The providers of a merchant.</summary>
public sealed record ProviderListResponse
{
    /// <summary>The providers with credentials.</summary>
    public required ProviderStatusResponse[] Data { get; init; }
}

/// <summary>The providers of a merchant after a change of credentials.</summary>
public sealed record CredentialsResponse
{
    /// <summary>The providers with credentials.</summary>
    public required ProviderResponse[] Data { get; init; }

    /// <summary>The provider's check of new credentials: accepted, or not_checked if the provider is unavailable or has
    /// no call for it; null if there are none.</summary>
    public required string? Check { get; init; }
}

/// <summary>A provider with credentials.</summary>
public sealed record ProviderResponse
{
    /// <summary>The provider's name.</summary>
    public required string Provider { get; init; }

    /// <summary>The names of the credentials that are set.</summary>
    public required string[] Credentials { get; init; }

    /// <summary>When they were set.</summary>
    public required DateTime UpdatedAt { get; init; }

    /// <summary>Until when the previous credentials still verify inbound webhooks; null if there are none.</summary>
    public required DateTime? PreviousUntil { get; init; }

    /// <summary>The account that they open: equal accounts have equal texts. Null while it is not known.</summary>
    public required string? Account { get; init; }

    /// <summary>Earlier accounts, whose payments are still queried, captured and refunded there.</summary>
    public required EarlierAccountResponse[] EarlierAccounts { get; init; }
}

/// <summary>An account at a provider that takes no new payments.</summary>
public sealed record EarlierAccountResponse
{
    /// <summary>The account; null while it is not known.</summary>
    public required string? Account { get; init; }

    /// <summary>Since when it takes no new payments.</summary>
    public required DateTime ReplacedAt { get; init; }

    /// <summary>Until when its credentials are kept.</summary>
    public required DateTime Until { get; init; }
}

/// <summary>A provider with credentials, and its health.</summary>
public sealed record ProviderStatusResponse
{
    /// <summary>The provider's name.</summary>
    public required string Provider { get; init; }

    /// <summary>The names of the credentials that are set.</summary>
    public required string[] Credentials { get; init; }

    /// <summary>When they were set.</summary>
    public required DateTime UpdatedAt { get; init; }

    /// <summary>Until when the previous credentials still verify inbound webhooks; null if there are none.</summary>
    public required DateTime? PreviousUntil { get; init; }

    /// <summary>The account that they open: equal accounts have equal texts. Null while it is not known.</summary>
    public required string? Account { get; init; }

    /// <summary>Earlier accounts, whose payments are still queried, captured and refunded there.</summary>
    public required EarlierAccountResponse[] EarlierAccounts { get; init; }

    /// <summary>The merchant's payments there whose outcome is unknown now.</summary>
    public required int OpenUnknowns { get; init; }

    /// <summary>For how many seconds the status query waits that waits longest for the provider's budget, on the silo
    /// that handled this call; 0 while none waits.</summary>
    public required double StatusQueryLagS { get; init; }

    /// <summary>The address to register for webhooks at the provider. Keep it as secret as a key: that a webhook comes
    /// to it proves that the provider sent it. Null during an upgrade.</summary>
    public required string? WebhookUrl { get; init; }

    /// <summary>Its health, as the silo that handled this call measured it.</summary>
    public required ProviderHealthResponse Health { get; init; }
}

/// <summary>A provider's health.</summary>
public sealed record ProviderHealthResponse
{
    /// <summary>The circuit breaker: closed lets every call through, open none, trying a single one.</summary>
    public required string Breaker { get; init; }

    /// <summary>The number of calls of the last minutes that the latencies are measured on.</summary>
    public required long Calls { get; init; }

    /// <summary>The median latency in milliseconds; null without calls.</summary>
    public required double? LatencyP50Ms { get; init; }

    /// <summary>The 95th percentile.</summary>
    public required double? LatencyP95Ms { get; init; }

    /// <summary>The 99th percentile.</summary>
    public required double? LatencyP99Ms { get; init; }

    /// <summary>Its health by method.</summary>
    public required MethodStandingResponse[] Methods { get; init; }
}

/// <summary>A provider's health with one method.</summary>
public sealed record MethodStandingResponse
{
    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>The number of outcomes in the score's window.</summary>
    public required int Outcomes { get; init; }

    /// <summary>The number of them that were the provider's own fault.</summary>
    public required int Faults { get; init; }

    /// <summary>The share without a fault of the provider's, 0 to 1; null without outcomes.</summary>
    public required double? SuccessRate { get; init; }

    /// <summary>The success rate that routing uses: smoothed where there are few outcomes.</summary>
    public required double Score { get; init; }

    /// <summary>Whether payments go to other providers where possible.</summary>
    public required bool Down { get; init; }
}

/// <summary>From the grains' views to the API's responses.</summary>
internal static class MerchantsMapping
{
    /// <summary>The words of scopes.</summary>
    public static readonly Words<ApiKeyScope> Scopes = new(NameOf);

    /// <summary>The words of circuit breakers' states.</summary>
    public static readonly Words<BreakerState> BreakerStates = new(NameOf);

    private static string NameOf(ApiKeyScope scope) => scope switch
    {
        ApiKeyScope.Secret => "secret",
        ApiKeyScope.Publishable => "publishable",
    };

    public static MerchantResponse ToResponse(MerchantView view) => new()
    {
        Id = view.Id,
        Name = view.Name,
        UpiCollectAllowed = view.UpiCollectAllowed,
        Origins = [.. view.Origins],
        CheckoutOrigins = [.. view.CheckoutOrigins],
        CardVault = view.CardVault,
        Keys = [.. view.Keys.Select(key => new ApiKeyResponse
        {
            Id = key.Id,
            Scope = NameOf(key.Scope),
            CreatedAt = key.CreatedAt.UtcDateTime,
            RevokedAt = key.RevokedAt?.UtcDateTime,
            ExpiresAt = key.ExpiresAt?.UtcDateTime,
            Networks = [.. key.Networks],
            LastUsedAt = key.LastUsedAt?.UtcDateTime,
            ReplacedBy = key.ReplacedBy,
        })],
        Providers = ToResponses(view.Providers),
    };

    public static NewApiKeyResponse ToResponse(NewApiKey key) =>
        new()
        {
            Id = key.Id,
            Key = key.Key?.Reveal(),
            Scope = NameOf(key.Scope),
            ExpiresAt = key.ExpiresAt?.UtcDateTime,
            ReplacedExpiresAt = key.ReplacedExpiresAt?.UtcDateTime,
        };

    public static ProviderResponse[] ToResponses(ImmutableArray<ProviderView> providers) =>
        [.. providers.Select(provider => new ProviderResponse
        {
            Provider = provider.Provider,
            Credentials = [.. provider.Credentials],
            UpdatedAt = provider.UpdatedAt.UtcDateTime,
            PreviousUntil = provider.PreviousUntil?.UtcDateTime,
            Account = provider.Account,
            EarlierAccounts = ToResponses(provider.EarlierAccounts),
        })];

    private static EarlierAccountResponse[] ToResponses(ImmutableArray<EarlierAccountView> accounts) =>
        [.. accounts.Select(earlier => new EarlierAccountResponse
        {
            Account = earlier.Account,
            ReplacedAt = earlier.ReplacedAt.UtcDateTime,
            Until = earlier.Until.UtcDateTime,
        })];

    private static string NameOf(BreakerState breaker) => breaker switch
    {
        BreakerState.Closed => "closed",
        BreakerState.Open => "open",
        BreakerState.Trying => "trying",
    };

    public static ProviderListResponse ToResponse(ImmutableArray<ProviderStatus> providers) =>
        new() { Data = [.. providers.Select(ToResponse)] };

    private static ProviderStatusResponse ToResponse(ProviderStatus status) => new()
    {
        Provider = status.Provider.Provider,
        Credentials = [.. status.Provider.Credentials],
        UpdatedAt = status.Provider.UpdatedAt.UtcDateTime,
        PreviousUntil = status.Provider.PreviousUntil?.UtcDateTime,
        Account = status.Provider.Account,
        EarlierAccounts = ToResponses(status.Provider.EarlierAccounts),
        OpenUnknowns = status.OpenUnknowns,
        WebhookUrl = status.WebhookUrl,
        StatusQueryLagS = Math.Round(status.StatusQueryLag.TotalSeconds, 3),
        Health = new ProviderHealthResponse
        {
            Breaker = NameOf(status.Breaker),
            Calls = status.Latency.Calls,
            LatencyP50Ms = status.Latency.P50?.TotalMilliseconds,
            LatencyP95Ms = status.Latency.P95?.TotalMilliseconds,
            LatencyP99Ms = status.Latency.P99?.TotalMilliseconds,
            Methods = [.. status.Methods.Select(method => new MethodStandingResponse
            {
                Method = PaymentNames.Of(method.Method),
                Outcomes = method.Outcomes,
                Faults = method.Faults,
                SuccessRate = method.Outcomes == 0
                    ? null
                    : Math.Round(1 - ((double)method.Faults / method.Outcomes), 4),
                Score = Math.Round(method.Score, 4),
                Down = method.IsDown,
            })],
        },
    };
}
