using System.Reflection;
using Orleans.Local;
using Orleans.Runtime;

namespace Orleans.Calls;

/// <summary>A grain interface: its methods, and the class that implements it.</summary>
internal sealed class GrainInterface
{
    private readonly Dictionary<MethodInfo, GrainMethod> _methods;
    private readonly GrainReference _prototype;

    public GrainInterface(Type type, GrainClass grainClass)
    {
        Class = grainClass;
        _methods = type.GetInterfaces().Append(type).SelectMany(level => level.GetMethods())
            .Where(method => method.IsAbstract).ToDictionary(method => method, GrainMethod.Create);
        _prototype = ((GrainReference)DispatchProxy.Create(type, typeof(GrainReference))).To(this, "");
    }

    public GrainClass Class { get; }

    public GrainMethod MethodOf(MethodInfo method) => _methods[method];

    public GrainReference Reference(string key) => _prototype.To(this, key);
}

/// <summary>The base of the references that grain interfaces are called through.</summary>
// A proxy derives from it at run time.
#pragma warning disable CA1852
internal class GrainReference : DispatchProxy, IAddressable, IEquatable<GrainReference>
{
    private GrainInterface _interface = null!;

    public GrainClass Class => _interface.Class;

    public string Key { get; private set; } = null!;

    public GrainId GrainId => new(Class.Name, Key);

    /// <summary>A reference like this one to another key; much cheaper than a new proxy.</summary>
    public GrainReference To(GrainInterface grainInterface, string key)
    {
        var reference = (GrainReference)MemberwiseClone();
        reference._interface = grainInterface;
        reference.Key = key;
        return reference;
    }

    public bool Equals(GrainReference? other) => other is not null && Class == other.Class && GrainId == other.GrainId;

    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    public override int GetHashCode() => GrainId.GetHashCode();

    public override string ToString() => $"GrainReference:{GrainId}";

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _interface.MethodOf(targetMethod!).Send(this, args ?? []);
}
