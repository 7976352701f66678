using System.Collections.Concurrent;
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
    private readonly ConstructorInfo _constructor = type.GetConstructors().Single();

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

    public Grain Construct(Activation activation) => (Grain)_constructor.Invoke(BindingFlags.DoNotWrapExceptions, null,
        [.. _constructor.GetParameters().Select(parameter => Argument(parameter, activation))], null);

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

    private static object? Argument(ParameterInfo parameter, Activation activation)
    {
        if (parameter.GetCustomAttribute<PersistentStateAttribute>() is not { } state)
            return activation.Services.GetRequiredService(parameter.ParameterType);
        var storage = activation.Services.GetRequiredKeyedService<IGrainStorage>(state.StorageName);
        return Activator.CreateInstance(
            typeof(PersistentState<>).MakeGenericType(parameter.ParameterType.GetGenericArguments()),
            activation, storage, state.StateName);
    }
}
