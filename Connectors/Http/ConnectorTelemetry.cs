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
