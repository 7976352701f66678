using Serilog.Core;
using Serilog.Events;

namespace PaymentCluster.Hosting.Logs;

/// <summary>
/// Puts the ids that a line belongs to behind a human's line: the payment it is about, the request, and the request's
/// trace, which is also the <c>traceId</c> of an error that the caller saw. JSON has the same ids as members of their
/// own.
/// </summary>
internal sealed class IdsEnricher : ILogEventEnricher
{
    private static readonly string[] Names = ["PaymentId", "RequestId"];

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        var ids = Names
            .Select(name => logEvent.Properties.GetValueOrDefault(name))
            .OfType<ScalarValue>()
            .Select(value => value.Value?.ToString())
            .Append(logEvent.TraceId?.ToHexString())
            .Where(id => !string.IsNullOrEmpty(id))
            .Distinct(StringComparer.Ordinal);
        var text = string.Join(' ', ids);
        logEvent.AddOrUpdateProperty(new LogEventProperty("Ids", new ScalarValue(text.Length > 0 ? $" [{text}]" : "")));
    }
}
