using System.ComponentModel.DataAnnotations;

namespace PaymentCluster.Grains.Journal;

/// <summary>How commits and loads are grouped. Configuration section <c>Journal</c>.</summary>
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

    /// <summary>How much of <see cref="QueueLimit"/> is left to payments that exist, in percent: under overload new
    /// payments are rejected first, and the outcomes of those that were accepted are not lost. Default 25.</summary>
    [Range(0, 90)]
    public int ReservedPercent { get; set; } = 25;

    /// <summary>How many statements that load payments one silo has under way at once. Default 2: while the rows of one
    /// arrive, the next is found.</summary>
    [Range(1, 16)]
    public int Readers { get; set; } = 2;

    /// <summary>The most payments that one statement loads. Default 128.</summary>
    [Range(1, 4096)]
    public int MaxLoad { get; set; } = 128;

    /// <summary>How many loads may wait for a reader; one more is rejected with <c>overloaded</c>. Default
    /// 4096.</summary>
    [Range(1, 1_000_000)]
    public int LoadQueueLimit { get; set; } = 4_096;

    /// <summary>How long a load may wait for a reader before it is <c>unavailable</c>: callers wait no longer. Default
    /// 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromSeconds(10);

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
