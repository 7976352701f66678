namespace PaymentCluster.Connectors.Contract;

/// <summary>How the calls of this process to a provider have been going.</summary>
public interface ICallHealth
{
    /// <summary>Whether calls are made at all.</summary>
    BreakerState Breaker { get; }

    /// <summary>How long the calls of the last minutes took.</summary>
    LatencyFigures Latency();
}

/// <summary>What the circuit breaker lets through.</summary>
public enum BreakerState
{
    /// <summary>Every call.</summary>
    Closed = 1,

    /// <summary>No call: the provider is left alone for a while after failures.</summary>
    Open = 2,

    /// <summary>One call, which finds out whether the provider is back.</summary>
    Trying = 3,
}

/// <summary>How long calls took, tries and waiting included. Percentiles are rounded up by at most a fifth.</summary>
public readonly record struct LatencyFigures
{
    /// <summary>How many calls the figures are of; those that never left this machine are not counted.</summary>
    public required long Calls { get; init; }

    /// <summary>Half of the calls took no longer; null without calls.</summary>
    public TimeSpan? P50 { get; init; }

    /// <summary>95 of 100 calls took no longer.</summary>
    public TimeSpan? P95 { get; init; }

    /// <summary>99 of 100 calls took no longer.</summary>
    public TimeSpan? P99 { get; init; }
}
