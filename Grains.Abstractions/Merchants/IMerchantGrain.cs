using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Abstractions.Merchants;

/// <summary>A merchant: its name, switches, API keys and credentials at providers. Its key is the merchant's
/// id.</summary>
[Alias("merchant")]
public interface IMerchantGrain : IGrainWithStringKey
{
    /// <summary>Creates the merchant, or changes its name and switches.</summary>
    [Alias("put")]
    Task<Reply<MerchantView>> Put(PutMerchant command);

    /// <summary>The merchant; null if there is none.</summary>
    [Alias("get")]
    Task<MerchantView?> Get();

    /// <summary>Creates an API key. Only this reply contains it.</summary>
    [Alias("create-key")]
    Task<Reply<NewApiKey>> CreateKey(ApiKeyScope scope);

    /// <summary>Revokes an API key; no gateway honours it after a few seconds.</summary>
    [Alias("revoke-key")]
    Task<Reply<MerchantView>> RevokeKey(string keyId);

    /// <summary>Sets the credentials at a provider. They are stored encrypted and are never given out again. Those that
    /// they replace still verify inbound webhooks for a while.</summary>
    [Alias("put-credentials")]
    Task<Reply<MerchantView>> PutCredentials(string provider, ImmutableDictionary<string, Secret> values);

    /// <summary>Deletes the credentials at a provider, even with payments open there.</summary>
    [Alias("delete-credentials")]
    Task<Reply<MerchantView>> DeleteCredentials(string provider);

    /// <summary>How the merchant's payments find their provider; null if there is no such merchant.</summary>
    [Alias("routing")]
    Task<RoutingView?> Routing();

    /// <summary>Sets how the merchant's payments find their provider.</summary>
    [Alias("put-routing")]
    Task<Reply<RoutingView>> PutRouting(PutRouting command);

    /// <summary>Notes that a customer of the merchant's prefers some provider: from now on each payment reads its
    /// customer's preferences.</summary>
    [Alias("note-preferences")]
    Task NotePreferences();

    /// <summary>What payments need to know; null if there is no such merchant. Credentials are sealed.</summary>
    [Alias("settings")]
    Task<MerchantSettings?> Settings();
}

/// <summary>Creates or changes a merchant.</summary>
[GenerateSerializer, Immutable, Alias("put-merchant")]
public sealed record PutMerchant
{
    /// <summary>The name that customers read.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>Whether the merchant is exempt from the withdrawal of UPI collect.</summary>
    [Id(1)]
    public required bool UpiCollectAllowed { get; init; }

    /// <summary>The origins of the merchant's own pages, which may show the checkout page in a frame:
    /// <c>https://shop.example</c>.</summary>
    [Id(2)]
    public ImmutableArray<string> CheckoutOrigins { get; init; } = [];

    /// <summary>Whether cards that were not issued in India may be kept in the vault.</summary>
    [Id(3)]
    public bool CardVault { get; init; }
}

/// <summary>What an API key may do.</summary>
public enum ApiKeyScope
{
    /// <summary>Everything of its merchant's.</summary>
    Secret = 1,

    /// <summary>What a browser may do: start a payment and read it by id.</summary>
    Publishable = 2,
}

/// <summary>A merchant, as its operator sees it.</summary>
[GenerateSerializer, Immutable, Alias("merchant-view")]
public sealed record MerchantView
{
    /// <summary>The merchant's id.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The name that customers read.</summary>
    [Id(1)]
    public required string Name { get; init; }

    /// <summary>Whether UPI collect is allowed.</summary>
    [Id(2)]
    public required bool UpiCollectAllowed { get; init; }

    /// <summary>The API keys, without the keys.</summary>
    [Id(3)]
    public required ImmutableArray<ApiKeyView> Keys { get; init; }

    /// <summary>The providers with credentials, and since when.</summary>
    [Id(4)]
    public required ImmutableArray<ProviderView> Providers { get; init; }

    /// <summary>The origins of the merchant's own pages, which may show the checkout page in a frame.</summary>
    [Id(5)]
    public ImmutableArray<string> CheckoutOrigins { get; init; } = [];

    /// <summary>Whether cards that were not issued in India may be kept in the vault.</summary>
    [Id(6)]
    public bool CardVault { get; init; }
}

/// <summary>An API key, without the key.</summary>
[GenerateSerializer, Immutable, Alias("api-key-view")]
public sealed record ApiKeyView
{
    /// <summary>The key's id, which opens nothing.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>What it may do.</summary>
    [Id(1)]
    public required ApiKeyScope Scope { get; init; }

    /// <summary>When it was made.</summary>
    [Id(2)]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was revoked; null while it works.</summary>
    [Id(3)]
    public DateTimeOffset? RevokedAt { get; init; }
}

/// <summary>A provider with credentials.</summary>
[GenerateSerializer, Immutable, Alias("provider-view")]
public sealed record ProviderView
{
    /// <summary>The provider's name, such as <c>razorpay</c>.</summary>
    [Id(0)]
    public required string Provider { get; init; }

    /// <summary>Which credentials are set, by name.</summary>
    [Id(1)]
    public required ImmutableArray<string> Credentials { get; init; }

    /// <summary>When they were set.</summary>
    [Id(2)]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Until when those before them still verify inbound webhooks; null if none do.</summary>
    [Id(3)]
    public DateTimeOffset? PreviousUntil { get; init; }
}

/// <summary>A new API key.</summary>
[GenerateSerializer, Immutable, Alias("new-api-key")]
public sealed record NewApiKey
{
    /// <summary>The key's id, which opens nothing.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The key: <c>sk_test_…</c> or <c>pk_test_…</c>.</summary>
    [Id(1)]
    public required Secret Key { get; init; }

    /// <summary>What it may do.</summary>
    [Id(2)]
    public required ApiKeyScope Scope { get; init; }
}

/// <summary>What payments need to know of their merchant.</summary>
[GenerateSerializer, Immutable, Alias("merchant-settings")]
public sealed record MerchantSettings
{
    /// <summary>The name that customers read.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>Whether UPI collect is allowed.</summary>
    [Id(1)]
    public required bool UpiCollectAllowed { get; init; }

    /// <summary>Sealed credentials per provider.</summary>
    [Id(2)]
    public required ImmutableDictionary<string, SealedCredentials> Providers { get; init; }

    /// <summary>How payments find their provider; null if the merchant says nothing about it.</summary>
    [Id(3)]
    public RoutingPlan? Routing { get; init; }

    /// <summary>Sealed credentials per provider that were replaced, and still verify inbound webhooks.</summary>
    [Id(4)]
    public ImmutableDictionary<string, PreviousCredentials> Previous { get; init; } =
        ImmutableDictionary<string, PreviousCredentials>.Empty;

    /// <summary>The origins of the merchant's own pages, which may show the checkout page in a frame.</summary>
    [Id(5)]
    public ImmutableArray<string> CheckoutOrigins { get; init; } = [];

    /// <summary>Whether cards that were not issued in India may be kept in the vault.</summary>
    [Id(6)]
    public bool CardVault { get; init; }

    /// <summary>Whether some customer of the merchant's prefers a provider.</summary>
    [Id(7)]
    public bool CustomersPrefer { get; init; }
}

/// <summary>Credentials that were replaced.</summary>
[GenerateSerializer, Immutable, Alias("previous-credentials")]
public sealed record PreviousCredentials
{
    /// <summary>The credentials.</summary>
    [Id(0)]
    public required SealedCredentials Credentials { get; init; }

    /// <summary>Until when they still verify inbound webhooks.</summary>
    [Id(1)]
    public required DateTimeOffset Until { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(2), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}

/// <summary>Credentials at a provider, encrypted under a key that is outside the database.</summary>
[GenerateSerializer, Immutable, Alias("sealed-credentials")]
public sealed record SealedCredentials
{
    /// <summary>Which master key sealed them.</summary>
    [Id(0)]
    public required string KeyId { get; init; }

    /// <summary>Base64 of nonce, ciphertext and tag (AES-256-GCM).</summary>
    [Id(1)]
    public required string Sealed { get; init; }

    /// <summary>Which credentials are inside, by name.</summary>
    [Id(2)]
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>When they were set.</summary>
    [Id(3)]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(4), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}
