// The names, namespaces and targets are Orleans'; docs/decisions say why this stand-in exists.
namespace Orleans
{
    /// <summary>The type may cross a grain call. Every field of it needs an <see cref="IdAttribute"/>.</summary>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
    public sealed class GenerateSerializerAttribute : Attribute;

    /// <summary>The stable id of a serialized member; never reused.</summary>
    [AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
    public sealed class IdAttribute(uint id) : Attribute
    {
        /// <summary>The id.</summary>
        public uint Id { get; } = id;
    }

    /// <summary>The stable name under which a type, interface or method crosses processes.</summary>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Struct
        | AttributeTargets.Enum | AttributeTargets.Method)]
    public sealed class AliasAttribute(string alias) : Attribute
    {
        /// <summary>The name.</summary>
        public string Alias { get; } = alias;
    }

    /// <summary>Instances never change once made, so that a call passes them on without copying.</summary>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
    public sealed class ImmutableAttribute : Attribute;
}

namespace Orleans.Concurrency
{
    /// <summary>The method may start at any moment, also between two awaits of another call.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class AlwaysInterleaveAttribute : Attribute;

    /// <summary>The method changes nothing, and may run beside other read-only calls to the same activation.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ReadOnlyAttribute : Attribute;

    /// <summary>The caller does not wait for the method and never hears of its failure.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class OneWayAttribute : Attribute;

    /// <summary>A key may have this many activations at once; one per processor if not above zero.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class StatelessWorkerAttribute(int maxLocalWorkers = -1) : Attribute
    {
        internal int MaxLocal { get; } = maxLocalWorkers > 0 ? maxLocalWorkers : Environment.ProcessorCount;
    }
}

namespace Orleans.Runtime
{
    /// <summary>Injects a named state, kept by the named storage and read before the grain activates.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public sealed class PersistentStateAttribute(string stateName, string storageName) : Attribute
    {
        /// <summary>The state's name, a part of its stored key.</summary>
        public string StateName { get; } = stateName;

        /// <summary>The storage provider's name.</summary>
        public string StorageName { get; } = storageName;
    }
}
