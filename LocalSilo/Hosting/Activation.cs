using Microsoft.Extensions.DependencyInjection;
using Orleans.Calls;
using Orleans.Runtime;

namespace Orleans.Local;

/// <summary>One grain in memory: a queue that starts a turn when those that run allow it.</summary>
internal sealed class Activation(GrainClass grainClass, string key, int worker) : TurnScheduler
{
    private static readonly TimeSpan OperationTimeout = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly List<Turn> _waiting = [];
    private readonly AsyncServiceScope _scope = grainClass.Silo.Services.CreateAsyncScope();
    private List<GrainTimer>? _timers;
    private List<Func<Task>>? _loads;
    private TaskCompletionSource? _gone;
    private Grain? _grain;
    private State _state;
    private DeactivationReason _reason;
    private Exception? _failure;
    private int _running;
    private int _blocking;
    private int _writing;
    private TimeSpan _lastUse = grainClass.Silo.Now;
    private TimeSpan _keepUntil;
    private bool _pumping;
    private bool _wasValid;

    private enum State
    {
        New,
        Activating,
        Valid,
        Deactivating,
        Leaving,
        Gone,
    }

    public Silo Silo => grainClass.Silo;

    public string Key => key;

    /// <summary>Which of the activations of the key it is.</summary>
    public int Worker => worker;

    public GrainId GrainId => new(grainClass.Name, key);

    public Grain Grain => _grain!;

    public IServiceProvider Services => _scope.ServiceProvider;

    /// <summary>Completes when the activation has gone.</summary>
    public Task Deactivated
    {
        get
        {
            lock (_gate)
            {
                if (_state == State.Gone)
                    return Task.CompletedTask;
                return (_gone ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    /// <summary>How many turns run or wait.</summary>
    public int Load
    {
        get
        {
            lock (_gate)
                return _running + _waiting.Count;
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
            _waiting.Add(turn);
            if (_state != State.Valid || MayStart(turn))
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
                _lastUse = Silo.Now;
            Count(turn, -1);
            Signal();
        }
    }

    /// <summary>Lets the current turns end and the activation go.</summary>
    public void Deactivate(DeactivationReasonCode code, string text)
    {
        lock (_gate)
        {
            // What has never been called goes the same way as the others: it activates first.
            Signal();
            if (_reason.Description is not null)
                return;
            _reason = new(code, text);
            // One that activates leaves when it has.
            if (_state == State.Valid)
                _state = State.Deactivating;
            Signal();
        }
    }

    /// <summary>Deactivates the grain if nobody has used it for this long.</summary>
    public void DeactivateIfIdle(TimeSpan age)
    {
        lock (_gate)
        {
            var now = Silo.Now;
            if (_state == State.Valid && _running + _waiting.Count == 0 && now >= _keepUntil && now - _lastUse >= age)
                Deactivate(DeactivationReasonCode.ActivationIdle, $"It was idle for {age}.");
        }
    }

    public void DelayDeactivation(TimeSpan time)
    {
        lock (_gate)
        {
            var isForever = time == Timeout.InfiniteTimeSpan || time.TotalDays > 36_500;
            _keepUntil = isForever ? TimeSpan.MaxValue : Silo.Now + time;
        }
    }

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

    /// <summary>Adds what is to be read before the grain activates.</summary>
    public void Add(Func<Task> load) => (_loads ??= []).Add(load);

    /// <summary>State and timers belong to the grain's own turns.</summary>
    /// <exception cref="InvalidOperationException">The code runs elsewhere, in <c>Task.Run</c> say.</exception>
    public void RequireTurn()
    {
        if (Current != this)
            throw new InvalidOperationException($"{GrainId} was accessed outside of its turns.");
    }

    /// <summary>Does what is next, on the grain's own scheduler. The lock is held.</summary>
    private void Signal()
    {
        switch (_state)
        {
            case State.New:
                _state = State.Activating;
                Schedule(static state => _ = ((Activation)state!).ActivateAsync());
                break;
            case State.Valid when !_pumping:
                _pumping = true;
                Schedule(static state => ((Activation)state!).Pump());
                break;
            case State.Deactivating when _running == 0:
                _state = State.Leaving;
                Schedule(static state => _ = ((Activation)state!).LeaveAsync());
                break;
        }
    }

    private void Pump()
    {
        while (true)
        {
            Turn turn;
            lock (_gate)
            {
                var next = 0;
                while (next < _waiting.Count && !MayStart(_waiting[next]))
                    next++;
                if (_state != State.Valid || next == _waiting.Count)
                {
                    _pumping = false;
                    return;
                }

                turn = _waiting[next];
                _waiting.RemoveAt(next);
                _running++;
                Count(turn, 1);
            }

            _ = turn.RunAsync(this);
        }
    }

    /// <summary>Orleans' rule: what always interleaves; anything beside that alone; read-only beside
    /// read-only.</summary>
    private bool MayStart(Turn turn) => turn.AlwaysInterleave || _blocking == 0 || (turn.ReadOnly && _writing == 0);

    private void Count(Turn turn, int change)
    {
        if (turn.AlwaysInterleave)
            return;
        _blocking += change;
        _writing += turn.ReadOnly ? 0 : change;
    }

    private async Task ActivateAsync()
    {
        try
        {
            lock (_gate)
                RequestContext.Current = _waiting.FirstOrDefault()?.Context;
            _grain = grainClass.Construct(this);
            foreach (var load in _loads ?? [])
                await InTimeAsync(_ => load());
            await InTimeAsync(_grain.OnActivateAsync);
        }
        catch (Exception exception)
        {
            LocalSiloLog.ActivationFailed(Silo.Logger, exception, GrainId);
            _failure = exception;
        }

        lock (_gate)
        {
            _wasValid = _failure is null && _reason.Description is null;
            _state = _wasValid ? State.Valid : State.Deactivating;
            Signal();
        }
    }

    private async Task LeaveAsync()
    {
        await DeactivateAsync();
        grainClass.Remove(this);
        Turn[] left;
        lock (_gate)
        {
            _state = State.Gone;
            left = [.. _waiting];
            _gone?.SetResult();
        }

        foreach (var turn in left)
            turn.Leave(_failure);
    }

    // Nearly always it is done at once, and needs no clock.
    private static async Task InTimeAsync(Func<CancellationToken, Task> operation)
    {
        using var timeout = new CancellationTokenSource();
        var running = operation(timeout.Token);
        if (!running.IsCompleted)
            timeout.CancelAfter(OperationTimeout);
        await running.WaitAsync(timeout.Token);
    }

    private async Task DeactivateAsync()
    {
        GrainTimer[] timers;
        lock (_gate)
            timers = [.. _timers ?? []];
        foreach (var timer in timers)
            timer.Dispose();
        try
        {
            if (_wasValid)
                await InTimeAsync(token => Grain.OnDeactivateAsync(_reason, token));
        }
        catch (Exception exception)
        {
            LocalSiloLog.DeactivationFailed(Silo.Logger, exception, GrainId);
        }

        try
        {
            if (_grain is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync();
            else if (_grain is IDisposable disposable)
                disposable.Dispose();
            await _scope.DisposeAsync();
        }
        catch (Exception exception)
        {
            LocalSiloLog.DeactivationFailed(Silo.Logger, exception, GrainId);
        }
    }
}
