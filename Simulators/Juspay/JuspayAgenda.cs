using PaymentCluster.Simulators.Timing;

namespace PaymentCluster.Simulators.Juspay;

internal enum JuspayStepKind
{
    /// <summary>The automatic customer makes up their mind.</summary>
    Decide = 0,

    /// <summary>A transaction was not decided in time.</summary>
    Expire = 1,

    /// <summary>An authorised transaction was not captured in time.</summary>
    GiveBack = 2,

    /// <summary>The bank is done with a release.</summary>
    FinishVoid = 3,

    /// <summary>The bank is done with a refund.</summary>
    FinishRefund = 4,
}

/// <summary>Something that is to happen to a transaction, or to a refund of it.</summary>
internal readonly record struct JuspayStep(JuspayStepKind Kind, string Txn, string? Refund);

/// <summary>What is to happen when; it is rebuilt from the book at each start.</summary>
internal sealed class JuspayAgenda : IDisposable
{
    private readonly DueQueue<JuspayStep> _queue;

    public JuspayAgenda(TimeProvider time) => _queue = new DueQueue<JuspayStep>(time, step => Due?.Invoke(step));

    /// <summary>Carries the steps out.</summary>
    public Action<JuspayStep>? Due { get; set; }

    public void Add(JuspayStepKind kind, string txn, long atMilliseconds, string? refund = null) =>
        _queue.Add(new JuspayStep(kind, txn, refund), DateTimeOffset.FromUnixTimeMilliseconds(atMilliseconds));

    public void Dispose() => _queue.Dispose();
}
