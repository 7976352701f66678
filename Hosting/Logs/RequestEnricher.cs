using PaymentCluster.Hosting.Telemetry;
using Serilog.Core;
using Serilog.Events;

namespace PaymentCluster.Hosting.Logs;

/// <summary>Puts the ids of the request that a line belongs to on the line, in every process that works for the
/// request, and takes the request's path off it: what a caller put into a path may be a card number.</summary>
internal sealed class RequestEnricher : ILogEventEnricher
{
    // ASP.NET's scope of a request.
    private const string Path = "RequestPath";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        logEvent.RemovePropertyIfPresent(Path);
        var (request, trace) = TraceContext.Current;
        Add(logEvent, "RequestId", request);
        Add(logEvent, "TraceId", logEvent.TraceId is null ? trace : null);
    }

    private static void Add(LogEvent line, string name, string? id)
    {
        if (id is not null)
        {
            line.AddOrUpdateProperty(new LogEventProperty(name, new ScalarValue(id)));
        }
    }
}
