namespace PaymentCluster.Hosting.Startup;

/// <summary>
/// The process cannot start, and the operator can change that: the message is one sentence that says how. It ends
/// the process with exit code 1 and without a stack trace.
/// </summary>
public sealed class StartupException : Exception
{
    /// <summary>Refuses with a sentence.</summary>
    public StartupException(string message)
        : base(message)
    {
    }

    /// <summary>Refuses with a sentence, because of another exception.</summary>
    public StartupException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
