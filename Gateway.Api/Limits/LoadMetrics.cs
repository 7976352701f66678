using System.Diagnostics.Metrics;
using System.Threading.RateLimiting;

namespace PaymentCluster.Gateway.Api.Limits;

/// <summary>What an autoscaler looks at: how much waits here, and how much is turned away.</summary>
internal static class LoadMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "PaymentCluster.Gateway";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> ShedRequests = Meter.CreateCounter<long>(
        "paymentcluster.gateway.requests.shed", "{request}", "Requests that got a 429 or a 503, by code");

    /// <summary>A request was turned away with a Retry-After.</summary>
    public static void Shed(string code) => ShedRequests.Add(1, new KeyValuePair<string, object?>("code", code));

    /// <summary>Watches the writes in flight.</summary>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="writes">Their limit.</param>
    /// <param name="limit">How many there may be.</param>
    public static void Watch(IMeterFactory meters, RateLimiter writes, int limit)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "paymentcluster.gateway.writes.in_flight",
            () => limit - (writes.GetStatistics()?.CurrentAvailablePermits ?? limit),
            "{request}",
            "Writes that are being processed");
        meter.CreateObservableGauge(
            "paymentcluster.gateway.writes.waiting",
            () => writes.GetStatistics()?.CurrentQueuedCount ?? 0,
            "{request}",
            "Writes that wait for those in flight");
    }
}
