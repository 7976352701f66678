using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PaymentCluster.Connectors.Http;

/// <summary>Spans and measurements of all calls to providers, under one name.</summary>
public static class ConnectorTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "PaymentCluster.Connectors";

    private static readonly ActivitySource Activities = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "paymentcluster.connector.call.duration", "s",
        "Duration of calls to providers, retries and queueing included.");

    private static readonly UpDownCounter<int> CallsUnderWay = Meter.CreateUpDownCounter<int>(
        "paymentcluster.connector.calls.under_way", "{call}", "Calls that hold a permit of the concurrency limit.");

    private static readonly UpDownCounter<int> CallsWaiting = Meter.CreateUpDownCounter<int>(
        "paymentcluster.connector.calls.waiting", "{call}", "Calls that wait for a permit of the concurrency limit.");

    private static readonly Counter<long> CallsRejected = Meter.CreateCounter<long>(
        "paymentcluster.connector.calls.rejected", "{call}", "Calls not sent because they got no permit in time.");

    internal static void UnderWay(string provider, int change) =>
        CallsUnderWay.Add(change, new KeyValuePair<string, object?>("provider", provider));

    internal static void Waiting(string provider, int change) =>
        CallsWaiting.Add(change, new KeyValuePair<string, object?>("provider", provider));

    internal static void Rejected(string provider, ProviderCall call) =>
        CallsRejected.Add(1, new("provider", provider), new("operation", call.Operation));

    internal static Activity? Start(string provider, ProviderCall call)
    {
        var activity = Activities.StartActivity($"{provider} {call.Operation}", ActivityKind.Client);
        activity?.SetTag("provider", provider).SetTag("operation", call.Operation).SetTag("reference", call.Reference);
        return activity;
    }

    internal static void Finish(
        Activity? activity, string provider, ProviderCall call, string outcome, TimeSpan elapsed)
    {
        activity?.SetTag("outcome", outcome);
        if (outcome is "not_sent" or "unknown")
        {
            activity?.SetStatus(ActivityStatusCode.Error);
        }

        Duration.Record(
            elapsed.TotalSeconds, new("provider", provider), new("operation", call.Operation), new("outcome", outcome));
    }
}
