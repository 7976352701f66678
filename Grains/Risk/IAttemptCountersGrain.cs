using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Risk;

/// <summary>Counts a part of a merchant's addresses, cards and customers; its key is <c>{merchant}/{part}</c>. In
/// memory alone: what a silo counted is lost with it.</summary>
[Alias("attempt-counters")]
public interface IAttemptCountersGrain : IGrainWithStringKey
{
    /// <summary>Counts an attempt as under way.</summary>
    /// <param name="subject">Whose.</param>
    /// <param name="name">The address or customer as an operator knows it, for the alarm; null where there is
    /// none.</param>
    /// <returns>Why it may not start; null if it may.</returns>
    [Alias("begin"), ResponseTimeout("00:00:01")]
    Task<AttemptRestriction?> Begin(AttemptSubject subject, string? name);

    /// <summary>Counts the end of an attempt.</summary>
    /// <param name="subject">Whose.</param>
    /// <param name="end">How it ended.</param>
    /// <returns>What holds for the next attempt; null if nothing.</returns>
    [Alias("end"), ResponseTimeout("00:00:05")]
    Task<AttemptRestriction?> End(AttemptSubject subject, AttemptEnd end);
}
