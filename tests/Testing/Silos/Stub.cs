using System.Reflection;

namespace PaymentCluster.Testing.Silos;

/// <summary>An interface whose calls a test answers.</summary>
public class Stub : DispatchProxy
{
    private Func<MethodInfo, object?[], object?> _answer = (method, _) => throw new NotSupportedException(method.Name);

    public static T Of<T>(Func<MethodInfo, object?[], object?> answer)
        where T : class
    {
        var stub = Create<T, Stub>();
        ((Stub)(object)stub)._answer = answer;
        return stub;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer(targetMethod!, args ?? []);
}

/// <summary>A grain factory that leads to a test's own object for one interface.</summary>
internal static class StubbedGrains
{
    public static IGrainFactory Of<TGrain>(Func<string, TGrain> grain, Func<IGrainFactory>? others = null)
        where TGrain : class => Stub.Of<IGrainFactory>((method, args) =>
        method.IsGenericMethod && method.GetGenericArguments()[0] == typeof(TGrain)
            ? grain((string)args[0]!)
            : method.Invoke((others ?? throw new NotSupportedException(method.ToString()))(), args));
}
