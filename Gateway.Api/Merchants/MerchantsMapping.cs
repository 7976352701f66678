using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Gateway.Api.Merchants;

/// <summary>A merchant.</summary>
public sealed record MerchantAnswer
{
    /// <summary>The merchant's id.</summary>
    public required string Id { get; init; }

    /// <summary>The name that customers read.</summary>
    public required string Name { get; init; }

    /// <summary>Whether UPI collect is allowed.</summary>
    public required bool UpiCollectAllowed { get; init; }

    /// <summary>The origins whose pages may show the checkout page in a frame.</summary>
    public required string[] CheckoutOrigins { get; init; }

    /// <summary>The API keys, without the keys.</summary>
    public required ApiKeyAnswer[] Keys { get; init; }

    /// <summary>The providers with credentials.</summary>
    public required ProviderAnswer[] Providers { get; init; }
}

/// <summary>An API key, without the key.</summary>
public sealed record ApiKeyAnswer
{
    /// <summary>The key's id, which opens nothing.</summary>
    public required string Id { get; init; }

    /// <summary>What it may do.</summary>
    public required string Scope { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When it was revoked; null while it works.</summary>
    public required DateTime? RevokedAt { get; init; }
}

/// <summary>A new API key. This answer is the only place where the key can be read.</summary>
public sealed record NewApiKeyAnswer
{
    /// <summary>The key's id, which opens nothing.</summary>
    public required string Id { get; init; }

    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>What it may do.</summary>
    public required string Scope { get; init; }
}

/// <summary>The providers of a merchant.</summary>
public sealed record ProviderListAnswer
{
    /// <summary>The providers with credentials.</summary>
    public required ProviderAnswer[] Data { get; init; }
}

/// <summary>A provider with credentials.</summary>
public sealed record ProviderAnswer
{
    /// <summary>The provider's name.</summary>
    public required string Provider { get; init; }

    /// <summary>The names of the credentials that are set.</summary>
    public required string[] Credentials { get; init; }

    /// <summary>When they were set.</summary>
    public required DateTime UpdatedAt { get; init; }
}

/// <summary>From the grains' views to the API's answers.</summary>
internal static class MerchantsMapping
{
    public static string NameOf(ApiKeyScope scope) => scope switch
    {
        ApiKeyScope.Secret => "secret",
        ApiKeyScope.Publishable => "publishable",
    };

    public static MerchantAnswer ToAnswer(MerchantView view) => new()
    {
        Id = view.Id,
        Name = view.Name,
        UpiCollectAllowed = view.UpiCollectAllowed,
        CheckoutOrigins = [.. view.CheckoutOrigins],
        Keys = [.. view.Keys.Select(key => new ApiKeyAnswer
        {
            Id = key.Id,
            Scope = NameOf(key.Scope),
            CreatedAt = key.CreatedAt.UtcDateTime,
            RevokedAt = key.RevokedAt?.UtcDateTime,
        })],
        Providers = ToAnswers(view.Providers),
    };

    public static NewApiKeyAnswer ToAnswer(NewApiKey key) =>
        new() { Id = key.Id, Key = key.Key.Reveal(), Scope = NameOf(key.Scope) };

    public static ProviderAnswer[] ToAnswers(ImmutableArray<ProviderView> providers) =>
        [.. providers.Select(provider => new ProviderAnswer
        {
            Provider = provider.Provider,
            Credentials = [.. provider.Credentials],
            UpdatedAt = provider.UpdatedAt.UtcDateTime,
        })];
}
