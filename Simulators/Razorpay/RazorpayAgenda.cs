using PaymentCluster.Simulators.Timing;

namespace PaymentCluster.Simulators.Razorpay;

internal enum RazorpayStepKind
{
    /// <summary>The automatic customer makes up their mind.</summary>
    Decide,

    /// <summary>A payment was not decided in time.</summary>
    Expire,

    /// <summary>An authorised payment was not captured in time.</summary>
    GiveBack,

    /// <summary>The bank is done with a refund.</summary>
    FinishRefund,
}

/// <summary>Something that is to happen to a payment or refund.</summary>
internal readonly record struct RazorpayStep(RazorpayStepKind Kind, string Id);

/// <summary>What is to happen when; it is rebuilt from the book at each start.</summary>
internal sealed class RazorpayAgenda : IDisposable
{
    private readonly DueQueue<RazorpayStep> _queue;

    public RazorpayAgenda(TimeProvider time) => _queue = new DueQueue<RazorpayStep>(time, step => Due?.Invoke(step));

    /// <summary>Carries the steps out.</summary>
    public Action<RazorpayStep>? Due { get; set; }

    public void Add(RazorpayStepKind kind, string id, long atMilliseconds) =>
        _queue.Add(new RazorpayStep(kind, id), DateTimeOffset.FromUnixTimeMilliseconds(atMilliseconds));

    public void Dispose() => _queue.Dispose();
}
