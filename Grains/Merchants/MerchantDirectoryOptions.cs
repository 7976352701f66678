using System.ComponentModel.DataAnnotations;

namespace PaymentCluster.Grains.Merchants;

/// <summary>How long a silo caches merchants' settings. Section <c>MerchantDirectory</c>; checked when the host
/// starts.</summary>
public sealed class MerchantDirectoryOptions
{
    /// <summary>How long a merchant is cached: 3 s by default, at most 5 s. A change of its settings may take as long
    /// to reach another silo.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:05")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a cached merchant counts while its grain's silo does not respond: 30 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan StaleLifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many merchants are cached: 10000 by default.</summary>
    [Range(1, 1_000_000)]
    public int Capacity { get; set; } = 10_000;
}
