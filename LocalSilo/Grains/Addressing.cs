namespace Orleans.Runtime
{
    /// <summary>Anything that can be called: a grain's reference or the grain itself.</summary>
    public interface IAddressable;

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
        private readonly string _type;

        internal GrainId(string type, string key) => (_type, Key) = (type, new() { Value = key });

        /// <summary>The key.</summary>
        public IdSpan Key { get; }

        /// <inheritdoc/>
        public override string ToString() => $"{_type}/{Key}";
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

    /// <summary>Hands out references to grains. The grain activates with its first call.</summary>
    public interface IGrainFactory
    {
        /// <summary>The grain of this key.</summary>
        /// <exception cref="ArgumentException">Not exactly one class implements the interface.</exception>
        TGrainInterface GetGrain<TGrainInterface>(string primaryKey)
            where TGrainInterface : IGrainWithStringKey;
    }

    /// <summary>The client of the silo in this process.</summary>
    public interface IClusterClient : IGrainFactory;

    /// <summary>What a grain or a reference can say about itself.</summary>
    public static class GrainExtensions
    {
        /// <summary>A reference to this grain, to hand to others.</summary>
        public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain)
        {
            var silo = grain is GrainReference reference ? reference.Class.Silo : ((Grain)grain).Activation.Silo;
            return (TGrainInterface)(object)silo.Reference(typeof(TGrainInterface), grain.GetPrimaryKeyString());
        }

        /// <summary>The grain's key.</summary>
        public static string GetPrimaryKeyString(this IAddressable grain) =>
            grain is GrainReference reference ? reference.Key : ((Grain)grain).Activation.Key;
    }
}
