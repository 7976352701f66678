using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Concurrency;

namespace PaymentCluster.Grains.Abstractions.Merchants;

/// <summary>
/// What an API key opens. Its key is <c>key/</c> and the lower-case hex SHA-256 of the API key: the key itself is
/// stored nowhere, and a plain hash is enough for one with 160 random bits.
/// </summary>
[Alias("api-key")]
public interface IApiKeyGrain : IGrainWithStringKey
{
    /// <summary>What the key opens, and when it was last used; null if it is unknown or revoked. The caller checks its
    /// limits.</summary>
    [Alias("look-up"), OpenToGateways, AlwaysInterleave]
    Task<ApiKeyLookup?> LookUp();

    /// <summary>What the key opens, for gateways of builds that check no limits; null if it is unknown or revoked, has
    /// expired, or works from some networks alone.</summary>
    [Alias("resolve"), OpenToGateways, AlwaysInterleave]
    Task<ApiKeyGrant?> Resolve();

    /// <summary>Notes in which hour the key was used: at most one write an hour, which no caller waits for.</summary>
    [Alias("note-use"), OpenToGateways, OneWay]
    Task NoteUse();

    /// <summary>Makes the key open something. The merchant's grain calls it.</summary>
    [Alias("grant")]
    Task Grant(ApiKeyGrant grant);

    /// <summary>Makes the key open nothing. The merchant's grain calls it.</summary>
    [Alias("revoke")]
    Task Revoke();

    /// <summary>Sets until when and from where the key works. The merchant's grain calls it.</summary>
    [Alias("limit")]
    Task Limit(ApiKeyLimits limits);

    /// <summary>In which hour the key was last used, by its beginning; null if no use was noted. The merchant's grain
    /// calls it.</summary>
    [Alias("last-used"), AlwaysInterleave]
    Task<DateTimeOffset?> LastUsed();
}

/// <summary>An API key that is not revoked.</summary>
[GenerateSerializer, Immutable, Alias("api-key-lookup")]
public sealed record ApiKeyLookup
{
    /// <summary>What it opens, within its limits.</summary>
    [Id(0)]
    public required ApiKeyGrant Grant { get; init; }

    /// <summary>In which hour it was last used, by its beginning; null if no use was noted.</summary>
    [Id(1)]
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>What an API key opens.</summary>
[GenerateSerializer, Immutable, Alias("api-key-grant")]
public sealed record ApiKeyGrant
{
    /// <summary>The merchant whose key it is.</summary>
    [Id(0)]
    public required string Merchant { get; init; }

    /// <summary>The key's id, for logs.</summary>
    [Id(1)]
    public required string KeyId { get; init; }

    /// <summary>What it may do.</summary>
    [Id(2)]
    public required ApiKeyScope Scope { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(3), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }

    /// <summary>Until when and from where it works; null: always, from everywhere.</summary>
    [Id(4), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ApiKeyLimits? Limits { get; init; }
}
