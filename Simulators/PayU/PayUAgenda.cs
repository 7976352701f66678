using PaymentCluster.Simulators.Timing;

namespace PaymentCluster.Simulators.PayU;

internal enum PayUStepKind
{
    /// <summary>The automatic customer makes up their mind.</summary>
    Decide,

    /// <summary>A payment was not decided in time.</summary>
    Expire,

    /// <summary>The bank is done with a capture, refund or cancellation.</summary>
    Finish,
}

/// <summary>Something that is to happen to a payment, or to an action of one.</summary>
internal readonly record struct PayUStep(PayUStepKind Kind, string PaymentId, string RequestId);

/// <summary>What is to happen when; it is rebuilt from the book at each start.</summary>
internal sealed class PayUAgenda : IDisposable
{
    private readonly DueQueue<PayUStep> _queue;

    public PayUAgenda(TimeProvider time) => _queue = new DueQueue<PayUStep>(time, step => Due?.Invoke(step));

    /// <summary>Carries the steps out.</summary>
    public Action<PayUStep>? Due { get; set; }

    public void Add(PayUStepKind kind, string paymentId, long atMilliseconds, string requestId = "") => _queue.Add(
        new PayUStep(kind, paymentId, requestId), DateTimeOffset.FromUnixTimeMilliseconds(atMilliseconds));

    public void Dispose() => _queue.Dispose();
}
