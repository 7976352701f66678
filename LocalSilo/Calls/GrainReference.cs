using System.Reflection;
using Orleans.Local;
using Orleans.Runtime;

namespace Orleans.Calls;

/// <summary>The base of the references that grain interfaces are called through.</summary>
// A proxy derives from it at run time.
#pragma warning disable CA1852
internal class GrainReference : DispatchProxy, IAddressable, IEquatable<GrainReference>
{
    public GrainInterface Interface { get; private set; } = null!;

    public string Key { get; private set; } = null!;

    public GrainId GrainId => GrainId.Create(Interface.Class.Name, Key);

    /// <summary>A reference like this one to another key; much cheaper than a new proxy.</summary>
    public GrainReference To(GrainInterface grainInterface, string key)
    {
        var reference = (GrainReference)MemberwiseClone();
        reference.Interface = grainInterface;
        reference.Key = key;
        return reference;
    }

    public IAddressable Cast(Type grainInterface) => Interface.Silo.Reference(grainInterface, Key);

    public bool Equals(GrainReference? other) =>
        other is not null && Interface.Class == other.Interface.Class && string.Equals(Key, other.Key, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    public override int GetHashCode() => HashCode.Combine(Interface.Class, Key);

    public override string ToString() => $"GrainReference:{GrainId}";

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        Interface.MethodOf(targetMethod!).Send(this, args ?? []);
}
