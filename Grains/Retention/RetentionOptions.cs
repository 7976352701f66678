using System.ComponentModel.DataAnnotations;

namespace PaymentCluster.Grains.Retention;

/// <summary>What leaves the store without being archived, and when. Configuration section <c>Retention</c>.</summary>
public sealed class RetentionOptions
{
    /// <summary>For how long a public event stays in the outbox after it was delivered. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan DeliveredEvents { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How many rows one statement looks at, at most. Default 1000: some milliseconds.</summary>
    [Range(1, 100_000)]
    public int Batch { get; set; } = 1_000;

    /// <summary>The pause between two statements. Default 1 s: a thousand delivered events a second leave.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The pause after all rows were looked at. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(10);
}
