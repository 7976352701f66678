using System.Diagnostics;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>
/// The trace of the request that a payment's latest attempt was started by. What is reported on the attempt later, by
/// a webhook or a status query with a trace of its own, is shown in this one too, as long as the payment is in memory.
/// </summary>
internal struct PaymentTrace
{
    private ActivityContext _request;

    /// <summary>An attempt is started now.</summary>
    public void Begin()
    {
        if (Activity.Current is { IsAllDataRequested: true } request)
        {
            _request = request.Context;
        }
    }

    /// <summary>A report arrives. Until the result is disposed of, what happens is part of the request's trace, with a
    /// link to the trace that the report came in.</summary>
    /// <returns>The span; null where no spans are collected, or where the report is a part of that trace
    /// already.</returns>
    public readonly Activity? Join()
    {
        var current = Activity.Current;
        return _request == default || current?.TraceId == _request.TraceId
            ? null
            : PaymentTelemetry.Activities.StartActivity(
                "payment.report",
                ActivityKind.Internal,
                _request,
                links: current is null ? null : [new ActivityLink(current.Context)]);
    }
}
