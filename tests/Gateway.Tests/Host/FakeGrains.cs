using System.Collections.Concurrent;
using System.Reflection;

namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>Grains that are plain objects: one per interface and key, made when first asked for.</summary>
public sealed class FakeGrains
{
    private readonly Dictionary<Type, Func<string, object>> _makers = [];
    private readonly ConcurrentDictionary<(Type, string), object> _grains = new();

    public void Add<TGrain>(Func<string, TGrain> make)
        where TGrain : class => _makers[typeof(TGrain)] = make;

    public object Get(Type grain, string key) => _grains.GetOrAdd((grain, key), id => _makers[id.Item1](id.Item2));

    public IGrainFactory Factory()
    {
        var factory = DispatchProxy.Create<IGrainFactory, Proxy>();
        ((Proxy)factory).Grains = this;
        return factory;
    }

    /// <summary>Answers <c>GetGrain&lt;T&gt;(string, …)</c>; the gateway calls nothing else.</summary>
    public class Proxy : DispatchProxy
    {
        public FakeGrains? Grains { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod is { Name: "GetGrain", IsGenericMethod: true } && args is [string key, ..]
                ? Grains!.Get(targetMethod.GetGenericArguments()[0], key)
                : throw new NotSupportedException($"{targetMethod} is not faked.");
    }
}
