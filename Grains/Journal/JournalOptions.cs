using System.ComponentModel.DataAnnotations;

namespace PaymentCluster.Grains.Journal;

/// <summary>How commits are grouped. Configuration section <c>Journal</c>.</summary>
public sealed class JournalOptions
{
    /// <summary>How many transactions one silo has under way at once. Default 2: while one waits for the disk, the
    /// other's rows are written. More only make the batches smaller.</summary>
    [Range(1, 16)]
    public int Writers { get; set; } = 2;

    /// <summary>The most commits in one transaction. Default 512.</summary>
    [Range(1, 4096)]
    public int MaxBatch { get; set; } = 512;

    /// <summary>How many commits may wait for a writer; one more is rejected with <c>overloaded</c>. Default
    /// 16384.</summary>
    [Range(1, 1_000_000)]
    public int QueueLimit { get; set; } = 16_384;

    /// <summary>How long a transaction may take before its outcome is read on another connection. It is not cancelled.
    /// Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the database is tried for a batch that was never sent, before its callers get
    /// <c>unavailable</c>. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ReconnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the outcome of a commit in doubt is read back. With <see cref="ResponseTimeout"/> before it
    /// and one more attempt at its end, it stays within the time that callers wait (30 s). Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan DoubtTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause before the second attempt to reconnect; it doubles up to 1 s. Default 50 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:01")]
    public TimeSpan FirstRetryDelay { get; set; } = TimeSpan.FromMilliseconds(50);
}
