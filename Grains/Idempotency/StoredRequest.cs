using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentCluster.Grains.Idempotency;

/// <summary>A request that took effect under a client's name for it, in the document that it changed. A stored
/// format.</summary>
[GenerateSerializer, Immutable, Alias("stored-request")]
public sealed record StoredRequest
{
    /// <summary>The <c>Idempotency-Key</c> header; after <c>administrator</c> and a space, if it was the
    /// administrator's.</summary>
    [Id(0)]
    public required string Key { get; init; }

    /// <summary>Lower-case hex SHA-256 over method, path and canonical body. It tells nothing of secrets.</summary>
    [Id(1)]
    public required string Fingerprint { get; init; }

    /// <summary>When it took effect.</summary>
    [Id(2)]
    public required DateTimeOffset At { get; init; }

    /// <summary>The id of what it made, such as an API key's; null if it made nothing that has one.</summary>
    [Id(3), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subject { get; init; }

    /// <summary>Members that only newer builds know; they are kept.</summary>
    [Id(4), JsonExtensionData]
    public Dictionary<string, JsonElement>? LaterMembers { get; init; }
}
