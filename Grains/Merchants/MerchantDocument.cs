using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Idempotency;

namespace PaymentCluster.Grains.Merchants;

/// <summary>A merchant as it is stored: as JSON, under these names. A stored format: members are added and never change
/// their meaning.</summary>
[GenerateSerializer, Immutable, Alias("merchant-document")]
public sealed record MerchantDocument
{
    /// <summary>The name that customers read.</summary>
    [Id(0)]
    public string Name { get; init; } = "";

    /// <summary>Whether UPI collect is allowed.</summary>
    [Id(1)]
    public bool UpiCollectAllowed { get; init; }

    /// <summary>When the merchant was created.</summary>
    [Id(2)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The API keys, oldest first.</summary>
    [Id(3)]
    public ImmutableArray<StoredApiKey> Keys { get; init; } = [];

    /// <summary>The credentials at providers, by provider.</summary>
    [Id(4)]
    public ImmutableArray<StoredProvider> Providers { get; init; } = [];

    /// <summary>How payments find their provider; null while the merchant said nothing about it.</summary>
    [Id(5)]
    public StoredRouting? Routing { get; init; }

    /// <summary>The origins of the merchant's own pages, which may show the checkout page in a frame.</summary>
    [Id(6)]
    public ImmutableArray<string> CheckoutOrigins { get; init; } = [];

    /// <summary>Whether cards that were not issued in India may be kept in the vault.</summary>
    [Id(7)]
    public bool CardVault { get; init; }

    /// <summary>Whether some customer of the merchant's has preferred a provider.</summary>
    [Id(8)]
    public bool CustomersPrefer { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(9), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }

    /// <summary>The origins of the merchant's own sites.</summary>
    [Id(10)]
    public ImmutableArray<string> Origins { get; init; } = [];

    /// <summary>The keys that sign the merchant's order tokens; null until the first one is replaced.</summary>
    [Id(11)]
    public OrderTokenKeys? OrderTokens { get; init; }

    /// <summary>The id of the last change in the audit trail that was made to this document; null before there was
    /// one.</summary>
    [Id(12)]
    public string? LastChange { get; init; }

    /// <summary>The latest requests that clients named and that took effect here, oldest first.</summary>
    [Id(13)]
    public ImmutableArray<StoredRequest> Requests { get; init; } = [];
}

/// <summary>An API key as its merchant's document has it.</summary>
[GenerateSerializer, Immutable, Alias("stored-api-key")]
public sealed record StoredApiKey
{
    /// <summary>The key's id, which opens nothing.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The lower-case hex SHA-256 of the key.</summary>
    [Id(1)]
    public required string Hash { get; init; }

    /// <summary>What it may do.</summary>
    [Id(2)]
    public required ApiKeyScope Scope { get; init; }

    /// <summary>When it was made.</summary>
    [Id(3)]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether anybody may have it. What was made and never handed out is revoked by the next
    /// command.</summary>
    [Id(4)]
    public bool HandedOut { get; init; }

    /// <summary>When it was revoked; null while it works.</summary>
    [Id(5)]
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(6), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }

    /// <summary>Until when and from where it works; null: always, from everywhere.</summary>
    [Id(7), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ApiKeyLimits? Limits { get; init; }

    /// <summary>The id of the key that replaces it; null if none does.</summary>
    [Id(8), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReplacedBy { get; init; }

    /// <summary>Whether its own document may not have its limits yet: a crash came before, and the next command writes
    /// them there.</summary>
    [Id(9), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsLimitPending { get; init; }

    /// <summary>Whether it opens anything at a time.</summary>
    internal bool Works(DateTimeOffset now) => RevokedAt is null && !(Limits?.ExpiresAt <= now);
}

/// <summary>Credentials at one provider.</summary>
[GenerateSerializer, Immutable, Alias("stored-provider")]
public sealed record StoredProvider
{
    /// <summary>The provider's name.</summary>
    [Id(0)]
    public required string Provider { get; init; }

    /// <summary>The credentials, sealed.</summary>
    [Id(1)]
    public required SealedCredentials Credentials { get; init; }

    /// <summary>Those that they replaced, while inbound webhooks may still be signed with them.</summary>
    [Id(2)]
    public PreviousCredentials? Previous { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(3), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }

    /// <summary>The account of attempts that were started before attempts named theirs.</summary>
    [Id(4), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FirstAccount { get; init; }

    /// <summary>The accounts before this one, the latest first.</summary>
    [Id(5)]
    public ImmutableArray<EarlierAccount> EarlierAccounts { get; init; } = [];

    /// <summary>The stored credentials, each of another account: the present ones first.</summary>
    [JsonIgnore]
    public IEnumerable<SealedCredentials> AllCredentials =>
        EarlierAccounts.Select(earlier => earlier.Credentials).Prepend(Credentials);
}

/// <summary>A merchant's routing.</summary>
[GenerateSerializer, Immutable, Alias("stored-routing")]
public sealed record StoredRouting
{
    /// <summary>Counts the changes, from 1.</summary>
    [Id(0)]
    public required int Version { get; init; }

    /// <summary>When it was set.</summary>
    [Id(1)]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The plan.</summary>
    [Id(2)]
    public required RoutingPlan Plan { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(3), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}

/// <summary>What an API key opens, as it is stored.</summary>
[GenerateSerializer, Immutable, Alias("api-key-document")]
public sealed record ApiKeyDocument
{
    /// <summary>What it opens; null if it was revoked before it opened anything.</summary>
    [Id(0)]
    public ApiKeyGrant? Grant { get; init; }

    /// <summary>When it was revoked; null while it works. It stays, so that a late grant opens nothing and the trail is
    /// kept.</summary>
    [Id(1)]
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(2), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }

    /// <summary>In which hour it was last used, by its beginning; null if no use was noted.</summary>
    [Id(3), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastUsedAt { get; init; }
}
