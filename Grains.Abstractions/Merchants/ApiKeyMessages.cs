using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Abstractions.Merchants;

/// <summary>Creates an API key.</summary>
[GenerateSerializer, Immutable, Alias("create-api-key")]
public sealed record CreateApiKey
{
    /// <summary>What it may do.</summary>
    [Id(0)]
    public required ApiKeyScope Scope { get; init; }

    /// <summary>For how long it works; null: until it is revoked.</summary>
    [Id(1)]
    public TimeSpan? ExpiresIn { get; init; }

    /// <summary>The networks that it works from; empty: from everywhere.</summary>
    [Id(2)]
    public ImmutableArray<string> Networks { get; init; } = [];

    /// <summary>The client's name for this request; null if it gave none.</summary>
    [Id(3)]
    public RequestKey? Request { get; init; }
}

/// <summary>Replaces an API key by one with its scope and networks.</summary>
[GenerateSerializer, Immutable, Alias("rotate-api-key")]
public sealed record RotateApiKey
{
    /// <summary>The id of the key that is replaced.</summary>
    [Id(0)]
    public required string KeyId { get; init; }

    /// <summary>For how long it still works beside the new one.</summary>
    [Id(1)]
    public required TimeSpan Overlap { get; init; }

    /// <summary>For how long the new one works; null: until it is revoked.</summary>
    [Id(2)]
    public TimeSpan? ExpiresIn { get; init; }

    /// <summary>The client's name for this request; null if it gave none.</summary>
    [Id(3)]
    public RequestKey? Request { get; init; }
}

/// <summary>What an API key may do.</summary>
public enum ApiKeyScope
{
    /// <summary>Everything of its merchant's.</summary>
    Secret = 1,

    /// <summary>What a page may do: create the payment of an order token.</summary>
    Publishable = 2,
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

    /// <summary>From when on it opens nothing; null: never.</summary>
    [Id(4)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The networks that it works from; empty: from everywhere.</summary>
    [Id(5)]
    public ImmutableArray<string> Networks { get; init; } = [];

    /// <summary>In which hour it was last used, by its beginning; null if no use was noted, or where only providers are
    /// changed.</summary>
    [Id(6)]
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The id of the key that replaces it; null if none does.</summary>
    [Id(7)]
    public string? ReplacedBy { get; init; }
}

/// <summary>A new API key.</summary>
[GenerateSerializer, Immutable, Alias("new-api-key")]
public sealed record NewApiKey
{
    /// <summary>The key's id, which opens nothing.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The key: <c>sk_test_…</c> or <c>pk_test_…</c>; null where the request is repeated under its name: only
    /// its hash is stored.</summary>
    [Id(1)]
    public required Secret? Key { get; init; }

    /// <summary>What it may do.</summary>
    [Id(2)]
    public required ApiKeyScope Scope { get; init; }

    /// <summary>From when on it opens nothing; null: never.</summary>
    [Id(3)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>From when on the key that it replaces opens nothing; null if it replaces none.</summary>
    [Id(4)]
    public DateTimeOffset? ReplacedExpiresAt { get; init; }
}
