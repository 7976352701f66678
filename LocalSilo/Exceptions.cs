namespace Orleans.Runtime
{
    /// <summary>A failure of the runtime itself, or of what it stores states in.</summary>
    public class OrleansException(string message, Exception? cause = null) : Exception(message, cause);

    /// <summary>The silo is not there (any more) to take the call.</summary>
    public class SiloUnavailableException(string message) : OrleansException(message);
}

namespace Orleans.Storage
{
    /// <summary>Somebody else has written the state. One that escapes a grain deactivates it, so that the next call
    /// starts from what is stored.</summary>
    public class InconsistentStateException(string message) : Runtime.OrleansException(message)
    {
        // A caller that lets the same exception pass through is not deactivated for it.
        internal bool IsSourceActivation { get; set; } = true;
    }
}

namespace Orleans.Serialization
{
    /// <summary>A type that crosses a grain call has no serializer.</summary>
    public sealed class CodecNotFoundException(string message) : Exception(message);
}
