namespace Orleans.Runtime
{
    /// <summary>A failure of the runtime itself.</summary>
    public class OrleansException(string message, Exception? innerException = null) : Exception(message, innerException);

    /// <summary>The silo or the client is configured in a way that cannot work.</summary>
    public class OrleansConfigurationException(string message, Exception? innerException = null)
        : Exception(message, innerException);

    /// <summary>The silo is not there (any more) to take the call.</summary>
    public class SiloUnavailableException(string message) : OrleansException(message);
}

namespace Orleans.Storage
{
    /// <summary>What is stored is not what this activation last read or wrote: somebody else has written. One that escapes
    /// a grain deactivates it, so that the next call starts from what is stored.</summary>
    public class InconsistentStateException(string message, Exception? innerException = null)
        : Runtime.OrleansException(message, innerException)
    {
        // A caller that lets the same exception pass through is not deactivated for it.
        internal bool IsSourceActivation { get; set; } = true;
    }
}

namespace Orleans.Serialization
{
    /// <summary>A value cannot cross a grain call.</summary>
    public class SerializerException(string message) : Exception(message);

    /// <summary>A type that crosses a grain call has no serializer.</summary>
    public sealed class CodecNotFoundException(string message) : SerializerException(message);
}
