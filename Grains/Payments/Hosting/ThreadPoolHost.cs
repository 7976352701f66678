using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Payments.Hosting;

/// <summary>Runs payments' calls to providers on the thread pool, outside the turns of their grains.</summary>
/// <param name="time">The clock of pauses.</param>
public sealed class ThreadPoolHost(TimeProvider time) : IOperationHost
{
    /// <inheritdoc/>
    public void Run(Func<Task> work) => _ = Task.Run(work);

    /// <inheritdoc/>
    public Task DelayAsync(TimeSpan pause) => Task.Delay(pause, time);
}
