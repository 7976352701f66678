using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentCluster.Grains.Abstractions.Merchants;

/// <summary>Until when, and from where, an API key works.</summary>
[GenerateSerializer, Immutable, Alias("api-key-limits")]
public sealed record ApiKeyLimits
{
    /// <summary>From when on it opens nothing; null: never.</summary>
    [Id(0)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The networks that it works from, as <c>203.0.113.0/24</c>; empty: from everywhere.</summary>
    [Id(1)]
    public ImmutableArray<string> Networks { get; init; } = [];

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(2), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }

    /// <summary>Whether they are the same limits: an array equals only itself.</summary>
    public bool Equals(ApiKeyLimits? other) =>
        other is not null
            && ExpiresAt == other.ExpiresAt
            && Networks.AsSpan().SequenceEqual(other.Networks.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ExpiresAt, Networks.Length);
}
