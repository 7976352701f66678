using System.Diagnostics;
using PaymentCluster.Hosting.Telemetry;
using Serilog.Core;
using Serilog.Events;

namespace PaymentCluster.Hosting.Logs;

/// <summary>Puts the id of the request that a line belongs to on the line, in every process that works for the
/// request.</summary>
internal sealed class RequestIdEnricher : ILogEventEnricher
{
    private const string Name = "RequestId";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (Activity.Current?.GetBaggageItem(TraceContext.RequestId) is { } id)
        {
            logEvent.AddOrUpdateProperty(new LogEventProperty(Name, new ScalarValue(id)));
        }
    }
}
