namespace PaymentCluster.Grains.Payments.Process;

/// <summary>Runs work in the background: outside of the turn of the payment that started it.</summary>
public interface IOperationHost
{
    /// <summary>Starts the work and returns at once. The work handles its own exceptions.</summary>
    void Run(Func<Task> work);

    /// <summary>Waits, in such work.</summary>
    Task DelayAsync(TimeSpan pause);
}
