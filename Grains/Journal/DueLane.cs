namespace PaymentCluster.Grains.Journal;

/// <summary>How urgent it is to wake a payment that is due. Stored. A lane goes before the next one, and each has a
/// part of the sweeper that the others cannot take.</summary>
public enum DueLane
{
    /// <summary>Something that was sent, or could not be sent, has no known outcome: an operation whose process died, a
    /// response that was lost, a retry.</summary>
    Recovery = 1,

    /// <summary>Everything else that time brings: expiries, status queries of what a provider works on,
    /// confirmations.</summary>
    Routine = 2,
}

/// <summary>When a payment wants to be woken, and how urgent that is.</summary>
/// <param name="At">When, by the store's clock.</param>
/// <param name="Lane">How urgent.</param>
public readonly record struct DueTime(DateTimeOffset At, DueLane Lane);
