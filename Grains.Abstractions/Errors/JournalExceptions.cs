namespace PaymentCluster.Grains.Abstractions.Errors;

/// <summary>A queue of the store is full: the journal's, or a merchant's share of reads. Nothing was accepted. Reported
/// as <c>overloaded</c>.</summary>
/// <param name="reason">Which queue.</param>
[GenerateSerializer, Alias("journal-overloaded")]
public sealed class JournalOverloadedException(string reason = "The journal's queue is full.") : Exception(reason);

/// <summary>The store is unavailable or did not respond in time, and it is unknown whether the commit happened. The
/// payment drops its state and reads again. A caller in another process may retry, as after any timeout.</summary>
/// <param name="cause">What failed.</param>
[GenerateSerializer, Alias("journal-unavailable")]
public sealed class JournalUnavailableException(Exception? cause) : TimeoutException(
    "The payment store is unavailable.", cause);

/// <summary>The events of the payment are in an archive. An operator can restore it. Reported as
/// <c>payment_archived</c>.</summary>
[GenerateSerializer, Alias("payment-archived")]
public sealed class PaymentArchivedException() : Exception("The payment is archived.");

/// <summary>A payment has an event that this build cannot read, because a newer one wrote it: nothing is decided
/// without it, and nothing is written. A caller may retry: another silo may be of a newer build.</summary>
/// <param name="type">The event's name in the journal.</param>
/// <param name="cause">Why it cannot be read; null for an unknown name.</param>
[GenerateSerializer, Alias("event-unreadable")]
public sealed class EventUnreadableException(string type, Exception? cause) : TimeoutException(
    $"The payment has an event '{type}' that this build cannot read.", cause);
