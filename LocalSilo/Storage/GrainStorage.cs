using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core;
using Orleans.Runtime;

namespace Orleans
{
    /// <summary>A stored state with its version.</summary>
    public interface IGrainState<T>
    {
        /// <summary>The state.</summary>
        T? State { get; set; }

        /// <summary>The version that was last read or written; null before the first.</summary>
        string? ETag { get; set; }

        /// <summary>Whether something is stored.</summary>
        bool RecordExists { get; set; }
    }
}

namespace Orleans.Core
{
    /// <summary>A state that a grain reads and writes.</summary>
    public interface IStorage
    {
        /// <summary>The version that was last read or written; null before the first.</summary>
        string? Etag { get; }

        /// <summary>Whether something is stored.</summary>
        bool RecordExists { get; }

        /// <summary>Clears what is stored, and the state with it.</summary>
        /// <exception cref="Storage.InconsistentStateException">Somebody else has written.</exception>
        Task ClearStateAsync();

        /// <summary>Stores the state.</summary>
        /// <exception cref="Storage.InconsistentStateException">Somebody else has written.</exception>
        Task WriteStateAsync();

        /// <summary>Replaces the state by what is stored.</summary>
        Task ReadStateAsync();

        // A storage that knows no tokens ignores them, as Orleans' ADO.NET one does.
#pragma warning disable MA0040
        /// <inheritdoc cref="ClearStateAsync()"/>
        Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();

        /// <inheritdoc cref="WriteStateAsync()"/>
        Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

        /// <inheritdoc cref="ReadStateAsync()"/>
        Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();
#pragma warning restore MA0040
    }

    /// <inheritdoc/>
    public interface IStorage<TState> : IStorage
    {
        /// <summary>The state; never null.</summary>
        TState State { get; set; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>A named state of a grain, injected by <see cref="PersistentStateAttribute"/>.</summary>
    public interface IPersistentState<TState> : IStorage<TState>;
}

namespace Orleans.Storage
{
    /// <summary>Turns a state into the bytes that are stored.</summary>
    public interface IGrainStorageSerializer
    {
        /// <summary>The bytes of a state.</summary>
        BinaryData Serialize<T>(T? input);

        /// <summary>The state of bytes.</summary>
        T? Deserialize<T>(BinaryData input);
    }

    /// <summary>Where states are stored.</summary>
    public interface IGrainStorage
    {
        /// <summary>Reads a state and its version.</summary>
        Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Writes a state if its version is still the stored one.</summary>
        /// <exception cref="InconsistentStateException">It is not.</exception>
        Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Clears a state if its version is still the stored one.</summary>
        /// <exception cref="InconsistentStateException">It is not.</exception>
        Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);
    }
}

namespace Orleans.Local
{
    using Orleans.Storage;

    internal sealed class PersistentState<T>(Activation activation, IGrainStorage storage, string name)
        : IPersistentState<T>, IGrainState<T>, IActivationState
    {
        private T? _state;
        private Task _last = Task.CompletedTask;

        public T State
        {
            get
            {
                activation.RequireTurn();
                return _state!;
            }

            set
            {
                activation.RequireTurn();
                _state = value;
            }
        }

        public string? Etag => ((IGrainState<T>)this).ETag;

        public bool RecordExists { get; set; }

        T? IGrainState<T>.State
        {
            get => _state;
            set => _state = value;
        }

        string? IGrainState<T>.ETag { get; set; }

        /// <summary>A state as it is before anything is stored.</summary>
        public static T Empty() => typeof(T).IsValueType || typeof(T).GetConstructor(Type.EmptyTypes) is not null
            ? Activator.CreateInstance<T>()
            : (T)RuntimeHelpers.GetUninitializedObject(typeof(T));

        public static object Create(Activation activation, PersistentStateAttribute attribute)
        {
            var provider = attribute.StorageName ?? GrainStorageNames.Default;
            var storage = activation.ActivationServices.GetKeyedService<IGrainStorage>(provider)
                ?? throw new OrleansConfigurationException($"No storage provider named \"{provider}\" found for {activation.GrainId}.");
            return activation.Add(new PersistentState<T>(activation, storage, attribute.StateName) { _state = Empty() });
        }

        public Task LoadAsync(CancellationToken token) => ReadStateAsync();

        public Task ReadStateAsync() =>
            InOrder(() => storage.ReadStateAsync(name, activation.GrainId, this));

        public Task WriteStateAsync() =>
            InOrder(() => storage.WriteStateAsync(name, activation.GrainId, this));

        public Task ClearStateAsync() =>
            InOrder(() => storage.ClearStateAsync(name, activation.GrainId, this));

        /// <summary>Interleaving calls may write at the same time; one operation follows the other.</summary>
        private Task InOrder(Func<Task> operation)
        {
            activation.RequireTurn();
            return _last = _last.IsCompleted ? operation() : Follow(_last);

            async Task Follow(Task previous)
            {
                await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                await operation();
            }
        }
    }

    internal static class GrainStorageNames
    {
        public const string Default = "Default";
    }
}
