namespace PaymentCluster.Grains.Abstractions.Routing;

/// <summary>Why a provider was chosen for an attempt, or passed over.</summary>
[GenerateSerializer, Immutable, Alias("route-note")]
public sealed record RouteNote
{
    /// <summary>The provider.</summary>
    [Id(0)]
    public required string Provider { get; init; }

    /// <summary>Whether the attempt goes to it.</summary>
    [Id(1)]
    public bool Chosen { get; init; }

    /// <summary>Why, in one sentence.</summary>
    [Id(2)]
    public required string Reason { get; init; }
}
