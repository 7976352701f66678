namespace PaymentCluster.Grains.Customers;

/// <summary>Where a customer's process lives: what it needs of the grain.</summary>
internal interface ICustomerHost
{
    /// <summary>The document as it is durable; null if there is no such customer.</summary>
    CustomerDocument? Document { get; }

    /// <summary>Writes the document.</summary>
    /// <exception cref="TimeoutException">Another activation wrote it first; the caller may retry.</exception>
    /// <exception cref="Exception">Whether it was written is not known. The document must be read again before anything
    /// else is decided on it.</exception>
    Task WriteAsync(CustomerDocument next);

    /// <summary>Leaves the memory; the next call starts from the stored document.</summary>
    void Deactivate();

    /// <summary>Runs an action once, after a while. It is lost with the process.</summary>
    void RunAfter(TimeSpan delay, Func<Task> action);
}
