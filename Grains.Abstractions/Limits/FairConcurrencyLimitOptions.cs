namespace PaymentCluster.Grains.Abstractions.Limits;

/// <summary>The size of a <see cref="FairConcurrencyLimit"/>.</summary>
public sealed record FairConcurrencyLimitOptions
{
    /// <summary>How many permits there are.</summary>
    public required int Permits { get; init; }

    /// <summary>How many of them one merchant may hold, besides its share of what is free. Default: all.</summary>
    public int PermitsPerMerchant { get; init; } = int.MaxValue;

    /// <summary>How many callers may wait.</summary>
    public required int MaxQueued { get; init; }

    /// <summary>How long a caller may wait.</summary>
    public required TimeSpan QueueTimeout { get; init; }
}
