using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments;

// A stored format, as in PaymentEvents.cs.

/// <summary>Something that happened to a payment.</summary>
public abstract record PaymentEvent
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The client's name for the request that caused it; remembered for as long as the payment.</summary>
    public RequestKey? Request { get; init; }

    /// <summary>The API key whose request caused it, and the address that the request came from, on the first event of
    /// each of its decisions; null for payers, providers and the engine, and in events of earlier builds.</summary>
    public Actor? Caller { get; init; }
}
