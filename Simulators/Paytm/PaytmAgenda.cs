using PaymentCluster.Simulators.Timing;

namespace PaymentCluster.Simulators.Paytm;

internal enum PaytmStepKind
{
    /// <summary>The automatic customer makes up their mind.</summary>
    Decide,

    /// <summary>A transaction was not decided in time.</summary>
    Expire,

    /// <summary>A blocked amount was not captured in time.</summary>
    Release,

    /// <summary>The bank is done with a refund.</summary>
    FinishRefund,
}

/// <summary>Something that is to happen to a transaction or refund.</summary>
internal readonly record struct PaytmStep(PaytmStepKind Kind, string Id);

/// <summary>What is to happen when; it is rebuilt from the book at each start.</summary>
internal sealed class PaytmAgenda : IDisposable
{
    private readonly DueQueue<PaytmStep> _queue;

    public PaytmAgenda(TimeProvider time) => _queue = new DueQueue<PaytmStep>(time, step => Due?.Invoke(step));

    /// <summary>Carries the steps out.</summary>
    public Action<PaytmStep>? Due { get; set; }

    public void Add(PaytmStepKind kind, string id, long atMilliseconds) =>
        _queue.Add(new PaytmStep(kind, id), DateTimeOffset.FromUnixTimeMilliseconds(atMilliseconds));

    public void Dispose() => _queue.Dispose();
}
