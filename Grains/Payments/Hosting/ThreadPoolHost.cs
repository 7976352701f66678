using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Payments.Hosting;

/// <summary>Runs payments' calls to providers on the thread pool, outside the turns of their grains.</summary>
public sealed class ThreadPoolHost : IOperationHost
{
    /// <inheritdoc/>
    public void Run(Func<Task> work) => _ = Task.Run(work);
}
