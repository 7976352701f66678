using System.Diagnostics;
using PaymentCluster.Hosting.Telemetry;
using Serilog.Core;
using Serilog.Events;

namespace PaymentCluster.Hosting.Logs;

/// <summary>Puts the id of the request that a line belongs to on the line, in every process that works for the
/// request, and takes the request's path off it: what a caller put into a path may be a card number.</summary>
internal sealed class RequestEnricher : ILogEventEnricher
{
    private const string RequestId = "RequestId";

    // ASP.NET's scope of a request.
    private const string Path = "RequestPath";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        logEvent.RemovePropertyIfPresent(Path);
        if (Activity.Current?.GetBaggageItem(TraceContext.RequestId) is { } id)
        {
            logEvent.AddOrUpdateProperty(new LogEventProperty(RequestId, new ScalarValue(id)));
        }
    }
}
