using System.Runtime.CompilerServices;
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

namespace Orleans.Runtime
{
    /// <summary>A named state of a grain, injected by <see cref="PersistentStateAttribute"/>. To write or clear what
    /// somebody else has written since fails with an <see cref="Storage.InconsistentStateException"/>; whatever else the
    /// storage throws is the cause of an <see cref="OrleansException"/>.</summary>
    public interface IPersistentState<TState>
    {
        /// <summary>The state; never null.</summary>
        TState State { get; set; }

        /// <summary>The version that was last read or written; null before the first.</summary>
        string? Etag { get; }

        /// <summary>Whether something is stored.</summary>
        bool RecordExists { get; }

        /// <summary>Clears what is stored, and the state with it.</summary>
        Task ClearStateAsync();

        /// <summary>Stores the state.</summary>
        Task WriteStateAsync();

        /// <summary>Replaces the state by what is stored.</summary>
        Task ReadStateAsync();
    }
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

    /// <summary>Where states are stored. To write or clear another version than the stored one is an
    /// <see cref="InconsistentStateException"/>.</summary>
    public interface IGrainStorage
    {
        /// <summary>Reads a state and its version.</summary>
        Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Writes a state.</summary>
        Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Clears a state.</summary>
        Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);
    }
}

namespace Orleans.Local
{
    using Orleans.Storage;

    internal sealed class PersistentState<T> : IPersistentState<T>, IGrainState<T>
    {
        private readonly Activation _activation;
        private readonly IGrainStorage _storage;
        private readonly string _name;
        private T? _state = Empty();
        private Task _last = Task.CompletedTask;

        public PersistentState(Activation activation, IGrainStorage storage, string name)
        {
            _activation = activation;
            _storage = storage;
            _name = name;
            activation.Add(ReadStateAsync);
        }

        public T State
        {
            get
            {
                _activation.RequireTurn();
                return _state!;
            }

            set
            {
                _activation.RequireTurn();
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

        public Task ReadStateAsync() => InOrder("read", () => _storage.ReadStateAsync(_name, _activation.GrainId, this));

        public Task WriteStateAsync() => InOrder("written", () => _storage.WriteStateAsync(_name, _activation.GrainId, this));

        public Task ClearStateAsync() => InOrder("cleared", () => _storage.ClearStateAsync(_name, _activation.GrainId, this));

        /// <summary>Interleaving calls may write at the same time; one operation follows the other.</summary>
        private Task InOrder(string done, Func<Task> operation)
        {
            _activation.RequireTurn();
            return _last = Follow(_last);

            async Task Follow(Task previous)
            {
                await previous.ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                try
                {
                    await operation();
                }
                catch (Exception exception) when (exception is not OrleansException)
                {
                    throw new OrleansException(
                        $"The state {_name} of {_activation.GrainId} could not be {done}: {exception.Message}", exception);
                }
            }
        }
    }
}
