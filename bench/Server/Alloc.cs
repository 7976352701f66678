using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
namespace PaymentCluster.Bench.Server;
internal sealed class Alloc : EventListener
{
    private readonly ConcurrentDictionary<string, long> _d = new();
    protected override void OnEventSourceCreated(EventSource s) { if (s.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(s, EventLevel.Verbose, (EventKeywords)1); }
    protected override void OnEventWritten(EventWrittenEventArgs e)
    {
        if (e.EventName is null || !e.EventName.StartsWith("GCAllocationTick", StringComparison.Ordinal)) return;
        var size = (ulong)e.Payload![3]!; var type = (string)e.Payload[5]!;
        _d.AddOrUpdate(type, (long)size, (_, v) => v + (long)size);
    }
    public string Report() { var t = Math.Max(1, _d.Values.Sum()); var r = string.Join('\n', _d.OrderByDescending(x => x.Value).Take(90).Select(x => $"{100.0 * x.Value / t:0.00} {x.Key}")); _d.Clear(); return r; }
}
