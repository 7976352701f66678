using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentCluster.Grains.Abstractions.Merchants;

/// <summary>
/// What an API key opens. Its key is <c>key/</c> and the lower-case hex SHA-256 of the API key: the key itself is
/// stored nowhere, and a plain hash is enough for one with 160 random bits.
/// </summary>
[Alias("api-key")]
public interface IApiKeyGrain : IGrainWithStringKey
{
    /// <summary>What the key opens; null if it is unknown or revoked.</summary>
    [Alias("resolve")]
    Task<ApiKeyGrant?> Resolve();

    /// <summary>Makes the key open something. The merchant's grain calls it.</summary>
    [Alias("grant")]
    Task Grant(ApiKeyGrant grant);

    /// <summary>Makes the key open nothing. The merchant's grain calls it.</summary>
    [Alias("revoke")]
    Task Revoke();
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
}
