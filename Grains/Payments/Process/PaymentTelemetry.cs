using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>What payments tell of themselves: their events as a metric and to the providers' scores, their effects as
/// spans.</summary>
/// <param name="router">Learns how providers have been doing.</param>
internal sealed class PaymentTelemetry(IPaymentRouter router) : ICommitObserver
{
    private const string Name = "PaymentCluster.Payments";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Events =
        Meter.CreateCounter<long>("paymentcluster.payment.events", "{event}", "Events made durable, by type");

    public static ActivitySource Activities { get; } = new(Name);

    public void Committed(PaymentState after, ImmutableArray<PaymentEvent> events)
    {
        if (Events.Enabled)
        {
            foreach (var happened in events)
            {
                Events.Add(1, new KeyValuePair<string, object?>("type", PaymentEventJson.NameOf(happened)));
            }
        }

        router.Learn(after, events);
    }
}
