namespace PaymentCluster.Grains.Abstractions.Health;

/// <summary>Whether a silo can take payments. Any key.</summary>
[Alias("health")]
public interface IHealthGrain : IGrainWithStringKey
{
    /// <summary>Why the silo cannot take payments now; null if it can.</summary>
    [Alias("check"), OpenToGateways]
    Task<string?> Check();
}
