using System.ComponentModel.DataAnnotations;

namespace PaymentCluster.Grains.Journal;

/// <summary>How commits are grouped. Configuration section <c>Journal</c>.</summary>
public sealed class JournalOptions
{
    /// <summary>How many transactions one silo has under way at once. Two: while one waits for the disk, the other's
    /// rows are written. More only make the batches smaller.</summary>
    [Range(1, 16)]
    public int Writers { get; set; } = 2;

    /// <summary>The most commits in one transaction.</summary>
    [Range(1, 4096)]
    public int MaxBatch { get; set; } = 512;

    /// <summary>How many commits may wait for a writer; one more is refused with <c>overloaded</c>.</summary>
    [Range(1, 1_000_000)]
    public int QueueLimit { get; set; } = 16_384;

    /// <summary>How long a transaction may go without an answer before its fate is looked up on another connection. It
    /// is not cancelled.</summary>
    public TimeSpan AnswerPatience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a batch that nobody has seen yet tries to reach the store before its callers hear
    /// <c>unavailable</c>.</summary>
    public TimeSpan ConnectPatience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the fate of a commit is looked for whose answer got lost. With <see cref="AnswerPatience"/>
    /// before it, and one more try at its end, it stays within the time that callers wait (30 s).</summary>
    public TimeSpan DoubtPatience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause before the second try to reach the store; it doubles up to a second.</summary>
    public TimeSpan FirstRetryDelay { get; set; } = TimeSpan.FromMilliseconds(50);
}
