using System.Diagnostics;

namespace PaymentCluster.Hosting.Telemetry;

/// <summary>
/// Carries the request's id and its trace's from the gateway into the silos, so that a line that a silo logs names the
/// request it belongs to, whether or not a collector is configured: Orleans sends a trace's ids along only where spans
/// are collected.
/// </summary>
public static class TraceContext
{
    // One entry, because each costs every message: the id of the request, a blank, and that of the trace, if any.
    private const string Key = "request";

    /// <summary>Names the request that is worked for from here on, in this process and in those that it
    /// calls.</summary>
    /// <param name="requestId">The request's id, the <c>X-Request-Id</c> of its response; without blanks.</param>
    /// <param name="activity">The request's activity; null if there is none.</param>
    public static void Begin(string requestId, Activity? activity) =>
        RequestContext.Set(Key, activity is null ? requestId : $"{requestId} {activity.TraceId.ToHexString()}");

    /// <summary>The ids of the request that is worked for now; null where there is none.</summary>
    internal static (string? RequestId, string? TraceId) Current
    {
        get
        {
            if (RequestContext.Get(Key) is not string ids)
            {
                return default;
            }

            var blank = ids.IndexOf(' ', StringComparison.Ordinal);
            return blank < 0 ? (ids, null) : (ids[..blank], ids[(blank + 1)..]);
        }
    }
}
