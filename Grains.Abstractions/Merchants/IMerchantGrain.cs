using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Abstractions.Merchants;

/// <summary>A merchant: its name, switches, API keys and credentials at providers. Its key is the merchant's
/// id.</summary>
[Alias("merchant")]
public interface IMerchantGrain : IGrainWithStringKey
{
    /// <summary>Creates the merchant, or changes its name and switches.</summary>
    [Alias("put"), OpenToGateways]
    Task<Reply<MerchantView>> Put(PutMerchant command);

    /// <summary>The merchant; null if there is none.</summary>
    [Alias("get"), OpenToGateways]
    Task<MerchantView?> Get();

    /// <summary>Creates an API key. Only this reply contains it.</summary>
    [Alias("create-key"), OpenToGateways]
    Task<Reply<NewApiKey>> CreateKey(ApiKeyScope scope);

    /// <summary>Creates an API key that may have limits. Only this reply contains it: where the request is repeated
    /// under its name, the reply says which key it made, and not the key.</summary>
    [Alias("create-limited-key"), OpenToGateways]
    Task<Reply<NewApiKey>> CreateKey(CreateApiKey command);

    /// <summary>Creates an API key in the place of another, which expires after an overlap. Only this reply contains
    /// it, as for one that is created.</summary>
    [Alias("rotate-key"), OpenToGateways]
    Task<Reply<NewApiKey>> RotateKey(RotateApiKey command);

    /// <summary>Revokes an API key; no gateway honours it after a few seconds.</summary>
    [Alias("revoke-key"), OpenToGateways]
    Task<Reply<MerchantView>> RevokeKey(string keyId, RequestKey? request = null);

    /// <summary>Replaces the key that signs the merchant's order tokens. Tokens that the previous key signed still
    /// count for the overlap; those of the keys before it count no more.</summary>
    [Alias("rotate-order-token-key"), OpenToGateways]
    Task<Reply<OrderTokenKeys>> RotateOrderTokenKey(TimeSpan overlap, RequestKey? request = null);

    /// <summary>Sets the credentials at a provider. They are stored encrypted and are never given out again. Those that
    /// they replace still verify inbound webhooks for a while; those of another account stay in use for the payments
    /// that were sent there.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="values">The credentials.</param>
    /// <param name="isSameAccount">Whether they open the account that the stored ones open; null where the credentials
    /// say so.</param>
    [Alias("put-credentials")]
    Task<Reply<MerchantView>> PutCredentials(
        string provider, ImmutableDictionary<string, Secret> values, bool? isSameAccount = null);

    /// <summary>Deletes the credentials at a provider, even with payments open there.</summary>
    [Alias("delete-credentials")]
    Task<Reply<MerchantView>> DeleteCredentials(string provider);

    /// <summary>How the merchant's payments find their provider; null if there is no such merchant.</summary>
    [Alias("routing"), OpenToGateways]
    Task<RoutingView?> Routing();

    /// <summary>Sets how the merchant's payments find their provider.</summary>
    [Alias("put-routing"), OpenToGateways]
    Task<Reply<RoutingView>> PutRouting(PutRouting command);

    /// <summary>Notes that a customer of the merchant's prefers some provider: from now on each payment reads its
    /// customer's preferences.</summary>
    [Alias("note-preferences")]
    Task NotePreferences();

    /// <summary>What payments need to know; null if there is no such merchant. Credentials are sealed.</summary>
    [Alias("settings")]
    Task<MerchantSettings?> Settings();

    /// <summary>Says in the audit trail how the merchant's changes ended whose process died between the change and its
    /// outcome.</summary>
    [Alias("close-changes")]
    Task CloseChanges();
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

    /// <summary>The origins of the merchant's own sites: their pages may also call the API, and every
    /// <c>return_url</c> is on one of them. Empty: any <c>return_url</c> of the merchant's servers is
    /// accepted.</summary>
    [Id(4)]
    public ImmutableArray<string> Origins { get; init; } = [];

    /// <summary>The client's name for this request; null if it gave none.</summary>
    [Id(5)]
    public RequestKey? Request { get; init; }
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

    /// <summary>The origins of the merchant's own sites.</summary>
    [Id(7)]
    public ImmutableArray<string> Origins { get; init; } = [];
}

/// <summary>The keys that sign a merchant's order tokens: generations, from which they are derived.</summary>
[GenerateSerializer, Immutable, Alias("order-token-keys")]
public sealed record OrderTokenKeys
{
    /// <summary>Which key signs, from 1.</summary>
    [Id(0)]
    public int Generation { get; init; } = 1;

    /// <summary>Until when tokens that the previous key signed count; null if they don't.</summary>
    [Id(1)]
    public DateTimeOffset? PreviousUntil { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(2), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }

    /// <summary>The generations of the keys whose tokens count. The next one is among them: another silo may have
    /// learned of a rotation first, and no one else can sign with it.</summary>
    public ImmutableArray<int> Accepted(DateTimeOffset now) =>
        PreviousUntil > now
            ? [Generation, Generation + 1, Generation - 1]
            : [Generation, Generation + 1];
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

    /// <summary>The account that they open; null while it is not known.</summary>
    [Id(4)]
    public string? Account { get; init; }

    /// <summary>The merchant's earlier accounts there, whose payments are still queried, captured and
    /// refunded.</summary>
    [Id(5)]
    public ImmutableArray<EarlierAccountView> EarlierAccounts { get; init; } = [];
}

/// <summary>An account at a provider that takes no new payments.</summary>
[GenerateSerializer, Immutable, Alias("earlier-account-view")]
public sealed record EarlierAccountView
{
    /// <summary>The account; null while it is not known.</summary>
    [Id(0)]
    public required string? Account { get; init; }

    /// <summary>Since when it takes none.</summary>
    [Id(1)]
    public required DateTimeOffset ReplacedAt { get; init; }

    /// <summary>Until when its credentials are kept.</summary>
    [Id(2)]
    public required DateTimeOffset Until { get; init; }
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

    /// <summary>The origins of the merchant's own sites.</summary>
    [Id(8)]
    public ImmutableArray<string> Origins { get; init; } = [];

    /// <summary>The keys that sign the merchant's order tokens.</summary>
    [Id(9)]
    public OrderTokenKeys OrderTokens { get; init; } = new();

    /// <summary>The merchant's earlier accounts per provider.</summary>
    [Id(10)]
    public ImmutableDictionary<string, ProviderAccounts> Accounts { get; init; } =
        ImmutableDictionary<string, ProviderAccounts>.Empty;
}

/// <summary>A merchant's accounts at one provider, beside the one that takes new payments.</summary>
[GenerateSerializer, Immutable, Alias("provider-accounts")]
public sealed record ProviderAccounts
{
    /// <summary>The account of attempts that were started before attempts named theirs.</summary>
    [Id(0)]
    public string? First { get; init; }

    /// <summary>The earlier accounts, the latest first.</summary>
    [Id(1)]
    public ImmutableArray<EarlierAccount> Earlier { get; init; } = [];
}

/// <summary>An account that takes no new payments, and whose payments are still queried, captured and
/// refunded.</summary>
[GenerateSerializer, Immutable, Alias("earlier-account")]
public sealed record EarlierAccount
{
    /// <summary>Its latest credentials.</summary>
    [Id(0)]
    public required SealedCredentials Credentials { get; init; }

    /// <summary>Since when it takes no new payments.</summary>
    [Id(1)]
    public required DateTimeOffset ReplacedAt { get; init; }

    /// <summary>Until when its credentials are kept.</summary>
    [Id(2)]
    public required DateTimeOffset Until { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(3), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
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

    /// <summary>The fingerprint of the account that they open; null on what an earlier build stored, until it is read
    /// next.</summary>
    [Id(5), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Account { get; init; }
}
