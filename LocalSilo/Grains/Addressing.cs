namespace Orleans.Runtime
{
    /// <summary>Anything that can be called: a grain's reference or the grain itself.</summary>
    public interface IAddressable;

    /// <summary>The kind of a grain, derived from its class's name.</summary>
    public readonly record struct GrainType
    {
        internal string Value { get; init; }

        /// <inheritdoc/>
        public override string ToString() => Value ?? "";
    }

    /// <summary>The key of a grain.</summary>
    public readonly record struct IdSpan
    {
        internal string Value { get; init; }

        /// <inheritdoc/>
        public override string ToString() => Value ?? "";
    }

    /// <summary>What identifies a grain: its kind and its key.</summary>
    public readonly record struct GrainId
    {
        /// <summary>The kind.</summary>
        public GrainType Type { get; private init; }

        /// <summary>The key.</summary>
        public IdSpan Key { get; private init; }

        /// <summary>The id of a kind and a key.</summary>
        public static GrainId Create(string type, string key) =>
            new() { Type = new() { Value = type }, Key = new() { Value = key } };

        /// <inheritdoc/>
        public override string ToString() => $"{Type}/{Key}";
    }
}

namespace Orleans
{
    using Orleans.Calls;
    using Orleans.Runtime;

    /// <summary>A grain's interface.</summary>
    public interface IGrain : IAddressable;

    /// <summary>A grain's interface whose grains are named by a string.</summary>
    public interface IGrainWithStringKey : IGrain;

    /// <summary>Hands out references to grains. A reference costs nothing; the grain activates with its first call.</summary>
    public interface IGrainFactory
    {
        /// <summary>The grain of this key.</summary>
        /// <param name="primaryKey">The key.</param>
        /// <param name="grainClassNamePrefix">Not offered by the local flavour: leave it null.</param>
        /// <exception cref="ArgumentException">No class, or more than one, implements the interface.</exception>
        TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithStringKey;

        /// <inheritdoc cref="GetGrain{TGrainInterface}(string, string?)"/>
        IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey);
    }

    /// <summary>The client of a silo; of the one in this process in the local flavour.</summary>
    public interface IClusterClient : IGrainFactory
    {
        /// <summary>The client's services.</summary>
        IServiceProvider ServiceProvider { get; }
    }

    /// <summary>What a grain or a reference can say about itself.</summary>
    public static class GrainExtensions
    {
        /// <summary>A reference to this grain, to hand to others.</summary>
        public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) => grain switch
        {
            TGrainInterface reference when grain is GrainReference => reference,
            GrainReference reference => (TGrainInterface)(object)reference.Cast(typeof(TGrainInterface)),
            IGrainBase { GrainContext: Local.Activation own } => (TGrainInterface)(object)own.ReferenceAs(typeof(TGrainInterface)),
            _ => throw NotAGrain(grain),
        };

        /// <summary>The grain's id.</summary>
        public static GrainId GetGrainId(this IAddressable grain) => grain switch
        {
            GrainReference reference => reference.GrainId,
            IGrainBase own => own.GrainContext.GrainId,
            _ => throw NotAGrain(grain),
        };

        /// <summary>The grain's key.</summary>
        public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

        private static ArgumentException NotAGrain(IAddressable grain) =>
            new($"{grain.GetType()} is neither a grain nor a reference to one.", nameof(grain));
    }
}
