using System.Reflection;

namespace PaymentCluster.Testing.Silos;

/// <summary>A port whose calls a test handles.</summary>
public class Stub : DispatchProxy
{
    private Func<MethodInfo, object?[], object?> _handle = (method, _) => throw new NotSupportedException(method.Name);

    public static T Of<T>(Func<MethodInfo, object?[], object?> response)
        where T : class
    {
        var stub = Create<T, Stub>();
        ((Stub)(object)stub)._handle = response;
        return stub;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _handle(targetMethod!, args ?? []);
}
