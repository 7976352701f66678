namespace PaymentCluster.Simulation.Tests;

/// <summary>Runs a test on a thread of its own, without any context: what a step completes goes on within that step,
/// and nothing ever moves to another thread.</summary>
internal static class OneThread
{
    private const int StackSize = 16 * 1024 * 1024;

    /// <summary>Runs it, and throws what it throws.</summary>
    public static T Run<T>(Func<T> work)
    {
        var result = default(T);
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    using var _ = ExecutionContext.SuppressFlow();
                    result = work();
                }
                catch (Exception exception)
                {
                    failure = exception;
                }
            },
            StackSize);
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw new InvalidOperationException(failure.Message, failure);
    }
}
