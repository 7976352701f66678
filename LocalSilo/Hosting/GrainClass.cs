using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Calls;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Local;

/// <summary>A class of grains and its activations: one of a key, or a stateless worker's several.</summary>
internal sealed class GrainClass(Silo silo, Type type)
{
    private readonly ConcurrentDictionary<(string Key, int Worker), Activation> _activations = new();
    private readonly int _workers = type.GetCustomAttribute<StatelessWorkerAttribute>()?.MaxLocal ?? 1;
    private readonly Func<Activation, Grain> _construct = Compile(type.GetConstructors().Single());

    public Silo Silo => silo;

    public Type Type => type;

    public string Name { get; } = type.Name.ToLowerInvariant().Replace("grain", "", StringComparison.Ordinal);

    public IEnumerable<Activation> Activations => _activations.Values;

    /// <summary>Hands a turn to an activation of the key, to a new one if there is none.</summary>
    public void Enqueue(string key, Turn turn)
    {
        try
        {
            while (!Choose(key).TryEnqueue(turn))
            {
                // The activation has just gone, and the next choice is another one.
            }
        }
        catch (SiloUnavailableException exception)
        {
            turn.Leave(exception);
        }
    }

    public void Remove(Activation activation) =>
        _activations.TryRemove(KeyValuePair.Create((activation.Key, activation.Worker), activation));

    public Grain Construct(Activation activation) => _construct(activation);

    /// <summary>An idle activation of the key, a new one if there may be more, or the least busy one.</summary>
    private Activation Choose(string key)
    {
        Activation? best = null;
        for (var worker = 0; worker < _workers; worker++)
        {
            if (!_activations.TryGetValue((key, worker), out var found))
            {
                silo.RequireAccepting();
                return _activations.GetOrAdd((key, worker), id => new Activation(this, id.Key, id.Worker));
            }

            if (_workers == 1 || found.Load == 0)
                return found;
            if (best is null || found.Load < best.Load)
                best = found;
        }

        return best!;
    }

    /// <summary>The constructor as code: a grain is made for every payment.</summary>
    private static Func<Activation, Grain> Compile(ConstructorInfo constructor)
    {
        var activation = Expression.Parameter(typeof(Activation));
        var arguments = constructor.GetParameters().Select(parameter => Expression.Convert(
            Expression.Invoke(Expression.Constant(ArgumentOf(parameter)), activation), parameter.ParameterType));
        return Expression.Lambda<Func<Activation, Grain>>(Expression.New(constructor, arguments), activation).Compile();
    }

    private static Func<Activation, object> ArgumentOf(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter.GetCustomAttribute<PersistentStateAttribute>() is not { } state)
            return activation => activation.Services.GetRequiredService(type);
        var stateType = typeof(PersistentState<>).MakeGenericType(type.GetGenericArguments());
        return activation => Activator.CreateInstance(
            stateType, activation, activation.Services.GetRequiredKeyedService<IGrainStorage>(state.StorageName), state.StateName)!;
    }
}
