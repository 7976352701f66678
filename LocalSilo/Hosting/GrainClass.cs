using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Calls;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Orleans.Local;

/// <summary>A class of grains and its activations: what is decided once about every grain of it.</summary>
internal sealed class GrainClass : IActivationOwner
{
    private readonly ConcurrentDictionary<string, Activation> _activations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, WorkerPool> _pools = new(StringComparer.Ordinal);
    private readonly Silo _silo;
    private readonly Func<string, Activation> _create;
    private readonly Func<string, WorkerPool> _createPool;
    private readonly int _workers;
    private readonly bool _isFilter;

    public GrainClass(Silo silo, Type type)
    {
        _silo = silo;
        Type = type;
        var name = type.Name.ToLowerInvariant();
        Name = name.Length > 5 && name.EndsWith("grain", StringComparison.Ordinal) ? name[..^5] : name;
        _workers = type.GetCustomAttribute<StatelessWorkerAttribute>()?.MaxLocal ?? 0;
        _isFilter = typeof(IIncomingGrainCallFilter).IsAssignableFrom(type);
        Activates = Overrides(nameof(Grain.OnActivateAsync));
        Deactivates = Overrides(nameof(Grain.OnDeactivateAsync));
        Construct = CompileConstructor(type);
        _create = key => new(_silo, this, key, this);
        _createPool = key => new(_silo, this, key, _workers);
    }

    public Type Type { get; }

    public string Name { get; }

    public bool Activates { get; }

    public bool Deactivates { get; }

    public Func<Activation, object> Construct { get; }

    /// <summary>The filters around a call, or null if there are none.</summary>
    public IReadOnlyList<IIncomingGrainCallFilter>? Filters => _silo.Filters.Count > 0 || _isFilter ? _silo.Filters : null;

    public IEnumerable<Activation> Activations =>
        _activations.Select(pair => pair.Value).Concat(_pools.SelectMany(pair => pair.Value.Workers));

    /// <summary>Hands a turn to an activation of the key, to a new one if there is none.</summary>
    /// <exception cref="SiloUnavailableException">The silo stops and makes no new ones.</exception>
    public void Enqueue(string key, Turn turn)
    {
        while (true)
        {
            if (_workers > 0)
            {
                if (_pools.GetOrAdd(key, _createPool).TryEnqueue(turn))
                    return;
                continue;
            }

            if (!_activations.TryGetValue(key, out var activation))
            {
                _silo.RequireAccepting();
                activation = _activations.GetOrAdd(key, _create);
            }

            if (activation.TryEnqueue(turn))
                return;
        }
    }

    public void Remove(Activation activation) => _activations.TryRemove(KeyValuePair.Create(activation.Key, activation));

    public void Remove(WorkerPool pool) => _pools.TryRemove(KeyValuePair.Create(pool.Key, pool));

    private bool Overrides(string method) =>
        Type.GetMethods().Any(found => found.Name == method && found.DeclaringType != typeof(Grain));

    private static Func<Activation, object> CompileConstructor(Type type)
    {
        var constructors = type.GetConstructors();
        var constructor = constructors.FirstOrDefault(found => found.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute)))
            ?? constructors.MaxBy(found => found.GetParameters().Length)
            ?? throw new OrleansConfigurationException($"{type} has no public constructor.");
        var activation = Expression.Parameter(typeof(Activation));
        return Expression.Lambda<Func<Activation, object>>(
            Expression.New(constructor, constructor.GetParameters().Select(parameter => Argument(parameter, activation))),
            activation).Compile();
    }

    private static Expression Argument(ParameterInfo parameter, ParameterExpression activation)
    {
        Func<Activation, object?> resolve = activation => activation.ActivationServices.GetRequiredService(parameter.ParameterType);
        if (parameter.ParameterType == typeof(IGrainContext))
            return activation;
        if (parameter.GetCustomAttribute<PersistentStateAttribute>() is { } state)
        {
            var make = typeof(PersistentState<>).MakeGenericType(parameter.ParameterType.GetGenericArguments())
                .GetMethod(nameof(PersistentState<>.Create), BindingFlags.Static | BindingFlags.Public)!
                .CreateDelegate<Func<Activation, PersistentStateAttribute, object>>();
            resolve = activation => make(activation, state);
        }
        else if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
        {
            resolve = activation => activation.ActivationServices.GetRequiredKeyedService(parameter.ParameterType, keyed.Key);
        }
        else if (parameter.HasDefaultValue)
        {
            resolve = activation => activation.ActivationServices.GetService(parameter.ParameterType) ?? parameter.DefaultValue;
        }

        return Expression.Convert(Expression.Invoke(Expression.Constant(resolve), activation), parameter.ParameterType);
    }
}

/// <summary>A grain interface: its methods, and the class that implements it.</summary>
internal sealed class GrainInterface
{
    private readonly Dictionary<MethodInfo, GrainMethod> _methods;
    private readonly GrainReference _prototype;

    public GrainInterface(Silo silo, Type type, GrainClass grainClass)
    {
        Silo = silo;
        Class = grainClass;
        _methods = type.GetInterfaces().Append(type).SelectMany(level => level.GetMethods())
            .Where(method => method.IsAbstract).ToDictionary(method => method, GrainMethod.Create);
        _prototype = ((GrainReference)DispatchProxy.Create(type, typeof(GrainReference))).To(this, "");
    }

    public Silo Silo { get; }

    public GrainClass Class { get; }

    public GrainMethod MethodOf(MethodInfo method) => _methods[method];

    public GrainReference Reference(string key) => _prototype.To(this, key);
}

/// <summary>The activations of one key of a stateless worker.</summary>
internal sealed class WorkerPool(Silo silo, GrainClass grainClass, string key, int limit) : IActivationOwner
{
    private readonly Lock _gate = new();
    private readonly List<Activation> _workers = [];
    private bool _gone;

    public string Key { get; } = key;

    public Activation[] Workers
    {
        get
        {
            lock (_gate)
                return [.. _workers];
        }
    }

    public bool TryEnqueue(Turn turn)
    {
        lock (_gate)
        {
            if (_gone)
                return false;
            var worker = _workers.MinBy(worker => worker.Load);
            if (worker is null || (worker.Load > 0 && _workers.Count < limit))
            {
                silo.RequireAccepting();
                _workers.Add(worker = new(silo, grainClass, Key, this));
            }

            return worker.TryEnqueue(turn);
        }
    }

    public void Remove(Activation activation)
    {
        lock (_gate)
        {
            _workers.Remove(activation);
            _gone = _workers.Count == 0;
        }

        if (_gone)
            grainClass.Remove(this);
    }
}
