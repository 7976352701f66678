namespace PaymentCluster.Grains.Payments;

/// <summary>Tells those who wait for a payment's next change.</summary>
internal sealed class Changes
{
    private TaskCompletionSource _next = NewSignal();

    /// <summary>Completes with the next change.</summary>
    public Task Next => _next.Task;

    /// <summary>Something changed.</summary>
    public void Happen()
    {
        var now = _next;
        _next = NewSignal();
        now.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
