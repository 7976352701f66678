namespace PaymentCluster.Grains.Abstractions.Errors;

/// <summary>The journal's queue is full: nothing was accepted. Reported as <c>overloaded</c>.</summary>
[GenerateSerializer, Alias("journal-overloaded")]
public sealed class JournalOverloadedException() : Exception("The journal's queue is full.");

/// <summary>The store is unavailable or did not respond in time, and it is unknown whether the commit happened. The
/// payment drops its state and reads again. A caller in another process may retry, as after any timeout.</summary>
/// <param name="cause">What failed.</param>
[GenerateSerializer, Alias("journal-unavailable")]
public sealed class JournalUnavailableException(Exception? cause) : TimeoutException(
    "The payment store is unavailable.", cause);
