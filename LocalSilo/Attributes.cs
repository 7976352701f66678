// The names, namespaces and targets are Orleans'; docs/decisions say why this stand-in exists.
namespace Orleans
{
    /// <summary>The type may cross a grain call. Every field of it needs an <see cref="IdAttribute"/>.</summary>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
    public sealed class GenerateSerializerAttribute : Attribute;

    /// <summary>The stable id of a serialized member; never reused.</summary>
    [AttributeUsage(AttributeTargets.Field | AttributeTargets.Property | AttributeTargets.Parameter
        | AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Method)]
    public sealed class IdAttribute(uint id) : Attribute
    {
        /// <summary>The id.</summary>
        public uint Id { get; } = id;
    }

    /// <summary>The stable name under which a type, interface or method crosses processes.</summary>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Struct | AttributeTargets.Enum
        | AttributeTargets.Method, AllowMultiple = true)]
    public sealed class AliasAttribute(string alias) : Attribute
    {
        /// <summary>The name.</summary>
        public string Alias { get; } = alias;
    }

    /// <summary>Instances never change once made, so that a call passes them on without copying.</summary>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Field | AttributeTargets.Property
        | AttributeTargets.Parameter | AttributeTargets.ReturnValue, Inherited = false)]
    public sealed class ImmutableAttribute : Attribute;
}

namespace Orleans.Concurrency
{
    /// <summary>The method may start at any moment, also between two awaits of another call to the same activation.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class AlwaysInterleaveAttribute : Attribute;

    /// <summary>The method changes nothing, and may run beside other read-only calls to the same activation.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ReadOnlyAttribute : Attribute;

    /// <summary>The caller does not wait for the method and never hears of its failure.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class OneWayAttribute : Attribute;

    /// <summary>The grain has no identity of its own: a key may have several activations that work in parallel.</summary>
    /// <param name="maxLocalWorkers">The most activations of one key; one per processor if not above zero.</param>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class StatelessWorkerAttribute(int maxLocalWorkers) : Attribute
    {
        /// <summary>One activation per processor at most.</summary>
        public StatelessWorkerAttribute() : this(-1)
        {
        }

        internal int MaxLocal { get; } = maxLocalWorkers > 0 ? maxLocalWorkers : Environment.ProcessorCount;
    }
}

namespace Orleans.Runtime
{
    /// <summary>Injects a named state of the grain, read before the grain activates.</summary>
    /// <param name="stateName">The state's name, a part of its stored key.</param>
    /// <param name="storageName">The storage provider; the default one if null.</param>
    [AttributeUsage(AttributeTargets.Parameter)]
    public class PersistentStateAttribute(string stateName, string? storageName = null) : Attribute
    {
        /// <summary>The state's name.</summary>
        public string StateName { get; } = stateName;

        /// <summary>The storage provider's name, or null for the default.</summary>
        public string? StorageName { get; } = storageName;
    }
}
