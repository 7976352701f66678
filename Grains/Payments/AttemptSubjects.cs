using System.Text.Json.Serialization;

namespace PaymentCluster.Grains.Payments;

/// <summary>Whose an attempt to pay by card is, as the guard counts it. A part of the stored events: hashes, under a
/// key that the store does not have, so that what it holds names no address and no card.</summary>
public sealed record AttemptSubjects
{
    /// <summary>The browser's address; null for a request of the merchant's server.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Address { get; init; }

    /// <summary>The publishable key's id, as it is; null where none was used.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    /// <summary>The card, by its number if it was typed and by its token if it was saved.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Card { get; init; }
}
