using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PaymentCluster.Grains.Payments;

/// <summary>What payments tell of themselves: their events as a metric, their effects as spans.</summary>
internal static class PaymentTelemetry
{
    private const string Name = "PaymentCluster.Payments";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Events =
        Meter.CreateCounter<long>("paymentcluster.payment.events", "{event}", "Events made durable, by type");

    public static ActivitySource Activities { get; } = new(Name);

    public static void Count(ImmutableArray<PaymentEvent> events)
    {
        if (!Events.Enabled)
        {
            return;
        }

        foreach (var happened in events)
        {
            Events.Add(1, new KeyValuePair<string, object?>("type", PaymentEventJson.NameOf(happened)));
        }
    }
}
