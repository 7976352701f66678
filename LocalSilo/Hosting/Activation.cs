using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Calls;
using Orleans.Runtime;

namespace Orleans.Local;

/// <summary>One grain in memory: a queue that starts a turn when those that run allow it.</summary>
internal sealed class Activation(Silo silo, GrainClass grainClass, string key, IActivationOwner owner)
    : TurnScheduler, IGrainContext
{
    private static readonly Action<object?> PumpAction = static activation => ((Activation)activation!).Pump();

    [ThreadStatic]
    private static Activation? _underConstruction;

    private readonly Lock _gate = new();
    private readonly Queue<Turn> _waiting = new(2);
    private Queue<Turn>? _interleaving;
    private List<GrainTimer>? _timers;
    private List<IActivationState>? _states;
    private TaskCompletionSource? _deactivated;
    private AsyncServiceScope? _scope;
    private State _state;
    private DeactivationReason _reason;
    private Turn? _blocking;
    private int _running;
    private long _order;
    private long _lastUse = silo.Clock.GetTimestamp();
    private long _keepUntil;
    private bool _pumping;
    private bool _wasValid;

    // The activation itself is at work: it activates or deactivates, and no turn starts before it is done.
    private bool _operating;

    private enum State
    {
        New,
        Activating,
        Valid,
        Deactivating,
        Gone,
    }

    public static Activation? UnderConstruction => _underConstruction;

    public Silo Silo { get; } = silo;

    public GrainClass Class { get; } = grainClass;

    public string Key { get; } = key;

    public GrainId GrainId => GrainId.Create(Class.Name, Key);

    public object? GrainInstance { get; private set; }

    public IServiceProvider ActivationServices => _scope!.Value.ServiceProvider;

    public Task Deactivated
    {
        get
        {
            lock (_gate)
            {
                if (_state == State.Gone && _deactivated is null)
                    return Task.CompletedTask;
                return (_deactivated ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    /// <summary>How many turns run or wait.</summary>
    public int Load
    {
        get
        {
            lock (_gate)
                return _running + _waiting.Count + (_interleaving?.Count ?? 0) + (_operating ? 1 : 0);
        }
    }

    /// <summary>Takes a turn, to be started when it may be.</summary>
    /// <returns>False if the activation has gone: another one must take it.</returns>
    public bool TryEnqueue(Turn turn)
    {
        lock (_gate)
        {
            if (_state == State.Gone)
                return false;
            turn.Order = _order++;
            if (turn.AlwaysInterleave)
                (_interleaving ??= new()).Enqueue(turn);
            else
                _waiting.Enqueue(turn);
            Signal();
            return true;
        }
    }

    public void OnCompleted(Turn turn)
    {
        lock (_gate)
        {
            _running--;
            if (turn.KeepAlive)
                _lastUse = Silo.Clock.GetTimestamp();
            if (ReferenceEquals(_blocking, turn))
                _blocking = null;
            Signal();
        }
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_state < State.Deactivating)
                StartDeactivating(deactivationReason);
        }
    }

    /// <summary>Deactivates the grain if nobody has used it for this long.</summary>
    public void DeactivateIfIdle(TimeSpan age)
    {
        lock (_gate)
        {
            if (_state != State.Valid || _running > 0 || _waiting.Count > 0 || _interleaving?.Count > 0)
                return;
            var now = Silo.Clock.GetTimestamp();
            if (now >= _keepUntil && Silo.Clock.GetElapsedTime(_lastUse, now) >= age)
                StartDeactivating(new(DeactivationReasonCode.ActivationIdle, $"It was idle for {age}."));
        }
    }

    public void DelayDeactivation(TimeSpan time)
    {
        lock (_gate)
        {
            _keepUntil = time.TotalDays > 36_500 || time == Timeout.InfiniteTimeSpan ? long.MaxValue
                : time <= TimeSpan.Zero ? 0
                : Silo.Clock.GetTimestamp() + (long)(time.TotalSeconds * Silo.Clock.TimestampFrequency);
        }
    }

    public IAddressable ReferenceAs(Type grainInterface) => Silo.Reference(grainInterface, Key);

    public void Add(GrainTimer timer)
    {
        lock (_gate)
            (_timers ??= []).Add(timer);
    }

    public void Remove(GrainTimer timer)
    {
        lock (_gate)
            _timers?.Remove(timer);
    }

    public TState Add<TState>(TState state) where TState : IActivationState
    {
        (_states ??= []).Add(state);
        return state;
    }

    /// <summary>State and timers belong to the grain's own turns.</summary>
    /// <exception cref="InvalidOperationException">The code runs elsewhere, in <c>Task.Run</c> say.</exception>
    public void RequireTurn()
    {
        if (Current != this)
            throw new InvalidOperationException($"{GrainId} was accessed outside of its turns.");
    }

    /// <summary>Has the queues looked at, on the grain's own scheduler. The lock is held.</summary>
    private void Signal()
    {
        if (_pumping || _operating)
            return;
        _pumping = true;
        Schedule(PumpAction);
    }

    private void StartDeactivating(DeactivationReason reason)
    {
        _wasValid = _state == State.Valid;
        _state = State.Deactivating;
        _reason = reason;
        Signal();
    }

    private void Pump()
    {
        while (true)
        {
            Turn? turn;
            lock (_gate)
            {
                turn = _state == State.Valid ? TakeStartable() : null;
                if (turn is null)
                {
                    _pumping = false;
                    break;
                }

                _running++;
                if (!turn.AlwaysInterleave)
                    _blocking ??= turn;
            }

            _ = turn.RunAsync(this);
        }

        Operate();
    }

    /// <summary>Activates a new activation, or ends one that should go and has nothing running any more.</summary>
    private void Operate()
    {
        bool isNew;
        lock (_gate)
        {
            isNew = _state == State.New;
            if (_operating || !(isNew || (_state == State.Deactivating && _running == 0)))
                return;
            _operating = true;
            if (isNew)
                _state = State.Activating;
        }

        _ = isNew ? ActivateAsync() : FinishAsync(failure: null);
    }

    /// <summary>The next turn that may start, by Orleans' rule: anything when nothing runs; what always interleaves; read-only
    /// beside read-only; and anything once the turn that others waited for has ended.</summary>
    private Turn? TakeStartable()
    {
        var interleaving = _interleaving?.Count > 0 ? _interleaving.Peek() : null;
        var waiting = _waiting.Count > 0 ? _waiting.Peek() : null;
        if (waiting is not null && (_running == 0 || _blocking is null)
            && (interleaving is null || waiting.Order < interleaving.Order))
        {
            return _waiting.Dequeue();
        }

        if (interleaving is not null)
            return _interleaving!.Dequeue();
        if (waiting is null || _blocking is not { ReadOnly: true })
            return null;

        Turn? found = null;
        for (var i = _waiting.Count; i > 0; i--)
        {
            var turn = _waiting.Dequeue();
            if (found is null && turn.ReadOnly)
                found = turn;
            else
                _waiting.Enqueue(turn);
        }

        return found;
    }

    private async Task ActivateAsync()
    {
        Exception? failure = null;
        try
        {
            _scope = Silo.Services.CreateAsyncScope();
            lock (_gate)
                RequestContext.Current = (_waiting.Count > 0 ? _waiting.Peek() : _interleaving?.Peek())?.Context;
            Construct();
            if (Class.Activates || _states is not null)
            {
                using var timeout = new CancellationTokenSource(Silo.Collection.ActivationTimeout);
                foreach (var state in _states ?? [])
                    await state.LoadAsync(timeout.Token).WaitAsync(timeout.Token);
                await ((Grain)GrainInstance!).OnActivateAsync(timeout.Token).WaitAsync(timeout.Token);
            }
        }
        catch (Exception exception)
        {
            failure = exception;
            LocalSiloLog.ActivationFailed(Silo.Logger, exception, GrainId);
        }

        if (failure is not null)
        {
            lock (_gate)
                _state = State.Deactivating;
            await FinishAsync(failure);
            return;
        }

        lock (_gate)
        {
            if (_state == State.Activating)
                _state = State.Valid;
            _operating = false;
            Signal();
        }
    }

    private void Construct()
    {
        _underConstruction = this;
        try
        {
            GrainInstance = Class.Construct(this);
        }
        finally
        {
            _underConstruction = null;
        }
    }

    private async Task FinishAsync(Exception? failure)
    {
        GrainTimer[] timers;
        lock (_gate)
            timers = _timers?.ToArray() ?? [];
        foreach (var timer in timers)
            timer.Dispose();
        if (_wasValid && Class.Deactivates)
        {
            try
            {
                using var timeout = new CancellationTokenSource(Silo.Collection.DeactivationTimeout);
                await ((Grain)GrainInstance!).OnDeactivateAsync(_reason, timeout.Token).WaitAsync(timeout.Token);
            }
            catch (Exception exception)
            {
                LocalSiloLog.DeactivationFailed(Silo.Logger, exception, GrainId);
            }
        }

        owner.Remove(this);
        var left = new List<Turn>();
        lock (_gate)
        {
            _state = State.Gone;
            left.AddRange(_waiting.Concat(_interleaving ?? []).OrderBy(turn => turn.Order));
            _waiting.Clear();
            _interleaving?.Clear();
        }

        await DisposeAsync();
        lock (_gate)
            _deactivated?.TrySetResult();
        foreach (var turn in left)
            turn.Leave(this, failure);
    }

    private async Task DisposeAsync()
    {
        try
        {
            if (GrainInstance is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync();
            else if (GrainInstance is IDisposable disposable)
                disposable.Dispose();
            if (_scope is { } scope)
                await scope.DisposeAsync();
        }
        catch (Exception exception)
        {
            LocalSiloLog.DeactivationFailed(Silo.Logger, exception, GrainId);
        }

        Debug.Assert(_running == 0, "An activation goes only when nothing of it runs.");
    }
}

/// <summary>Who hands turns to an activation, and forgets it when it goes.</summary>
internal interface IActivationOwner
{
    void Remove(Activation activation);
}

/// <summary>A stored state that is read before its grain activates.</summary>
internal interface IActivationState
{
    Task LoadAsync(CancellationToken token);
}
