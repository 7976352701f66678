using PaymentCluster.Simulators.Timing;

namespace PaymentCluster.Simulators.AmazonPay;

internal enum AmazonPayStepKind
{
    /// <summary>The automatic buyer makes up their mind.</summary>
    Decide,

    /// <summary>A session was not completed in time.</summary>
    ExpireSession,

    /// <summary>An authorised charge was not captured in time.</summary>
    ExpireCharge,

    /// <summary>The bank is done with a refund.</summary>
    FinishRefund,
}

/// <summary>Something that is to happen to a session, charge or refund.</summary>
internal readonly record struct AmazonPayStep(AmazonPayStepKind Kind, string Id);

/// <summary>What is to happen when; it is rebuilt from the book at each start.</summary>
internal sealed class AmazonPayAgenda : IDisposable
{
    private readonly DueQueue<AmazonPayStep> _queue;

    public AmazonPayAgenda(TimeProvider time) =>
        _queue = new DueQueue<AmazonPayStep>(time, step => Due?.Invoke(step));

    /// <summary>Carries the steps out.</summary>
    public Action<AmazonPayStep>? Due { get; set; }

    public void Add(AmazonPayStepKind kind, string id, long atMilliseconds) =>
        _queue.Add(new AmazonPayStep(kind, id), DateTimeOffset.FromUnixTimeMilliseconds(atMilliseconds));

    public void Dispose() => _queue.Dispose();
}
