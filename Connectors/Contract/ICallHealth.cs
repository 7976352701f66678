using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Connectors.Contract;

/// <summary>How the calls of this process to a provider have been going.</summary>
public interface ICallHealth
{
    /// <summary>Whether calls are made at all.</summary>
    BreakerState Breaker { get; }

    /// <summary>How long the calls of the last minutes took.</summary>
    LatencyFigures Latency();
}
