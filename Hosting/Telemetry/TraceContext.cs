using System.Diagnostics;

namespace PaymentCluster.Hosting.Telemetry;

/// <summary>
/// Carries the trace and the request's id from the gateway into the silos, so that a line that a silo logs names the
/// request it belongs to, whether or not a collector is configured.
/// </summary>
public static class TraceContext
{
    /// <summary>The baggage item that holds the request's id, the <c>X-Request-Id</c> of its response.</summary>
    public const string RequestId = "request.id";

    // Orleans starts an activity for a grain call, and sends its ids along, only where somebody listens.
    private const string GrainCalls = "Microsoft.Orleans.Application";

    private static readonly ActivityListener Listener = new()
    {
        ShouldListenTo = static source => source.Name == GrainCalls,
        // The ids alone: nothing is recorded for a collector that is not there.
        Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
    };

    /// <summary>Has grain calls carry the ids of their caller. May be called again without effect.</summary>
    internal static void Listen() => ActivitySource.AddActivityListener(Listener);

    /// <summary>Names the request that this activity, and whatever it starts, works for.</summary>
    public static void SetRequestId(this Activity activity, string id) => activity.SetBaggage(RequestId, id);
}
