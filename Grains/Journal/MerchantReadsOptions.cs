using System.ComponentModel.DataAnnotations;

namespace PaymentCluster.Grains.Journal;

/// <summary>How many reads over many of a merchant's rows one silo runs. Configuration section <c>Reads</c>.</summary>
public sealed class MerchantReadsOptions
{
    /// <summary>How many may be under way at once. Default 16.</summary>
    [Range(1, 100)]
    public int MaxConcurrency { get; set; } = 16;

    /// <summary>How many of them may be one merchant's. Default 4.</summary>
    [Range(1, 100)]
    public int PerMerchant { get; set; } = 4;

    /// <summary>How many may wait, of which one merchant alone leaves an eighth free for others; one more is rejected
    /// with <c>overloaded</c>. Default 256.</summary>
    [Range(0, 100_000)]
    public int MaxQueued { get; set; } = 256;

    /// <summary>How long one may wait; then it is rejected with <c>overloaded</c>. With <see cref="QueryTimeout"/> it
    /// stays within the time that callers wait (12 s). Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:05:00")]
    public TimeSpan QueueTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a query may take; then the database ends it, and it is <c>unavailable</c>. Default
    /// 8 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(8);
}
