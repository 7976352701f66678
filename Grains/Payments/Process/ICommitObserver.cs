using System.Collections.Immutable;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>Hears of every commit of every payment of this silo, after its effects are started and before its caller is
/// the reply. It decides nothing.</summary>
public interface ICommitObserver
{
    /// <summary>These events are durable.</summary>
    /// <param name="after">The payment after them.</param>
    /// <param name="events">The events.</param>
    void Committed(PaymentState after, ImmutableArray<PaymentEvent> events);
}
