namespace PaymentCluster.Grains.Abstractions.Errors;

/// <summary>The journal has as much work queued as it may: nothing was accepted. Answered with
/// <c>overloaded</c>.</summary>
[GenerateSerializer, Alias("journal-overloaded")]
public sealed class JournalOverloadedException() : Exception("The journal's queue is full.");

/// <summary>The store could not be reached or did not answer in time, and whether the commit happened could not be
/// found out either. Whoever gets this drops its state and reads again. A caller in another process may try
/// again, as after any call that did not end in time.</summary>
/// <param name="cause">What failed.</param>
[GenerateSerializer, Alias("journal-unavailable")]
public sealed class JournalUnavailableException(Exception? cause) : TimeoutException(
    "The payment store is unavailable.", cause);
