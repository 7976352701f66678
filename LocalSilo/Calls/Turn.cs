using System.Collections.Immutable;
using System.Reflection;
using Orleans.Local;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Calls;

/// <summary>What a call filter sees of the work behind it.</summary>
internal interface IInvocation
{
    MethodInfo Method { get; }

    object? Result { get; set; }

    Task<object?> InvokeAsync(object grain);
}

/// <summary>A piece of work that an activation starts when nothing forbids it: a call, or the tick of a timer.</summary>
internal abstract class Turn
{
    public bool AlwaysInterleave { get; protected init; }

    public bool ReadOnly { get; protected init; }

    /// <summary>Whether it counts as use of the grain, which puts off its collection.</summary>
    public bool KeepAlive { get; protected init; } = true;

    /// <summary>Where it stands among what waits for the same activation.</summary>
    public long Order { get; set; }

    public virtual ImmutableDictionary<string, object>? Context => null;

    /// <summary>Runs on the activation's scheduler, reports its end to the activation and never throws.</summary>
    public abstract Task RunAsync(Activation activation);

    /// <summary>The activation it waited for has gone.</summary>
    /// <param name="activation">The activation.</param>
    /// <param name="failure">Why it could not activate, or null if another activation may take the work.</param>
    public abstract void Leave(Activation activation, Exception? failure);
}

/// <summary>A call that somebody waits for, with its deadline.</summary>
internal abstract class Call(GrainReference target, object?[] arguments, long deadline) : Turn
{
    private readonly ImmutableDictionary<string, object>? _context = Copier.CopyContext(RequestContext.Current);

    public GrainReference Target { get; } = target;

    /// <summary>On <see cref="Environment.TickCount64"/>. Past it nobody waits, and the call does not start any more.</summary>
    public long Deadline { get; } = deadline;

    public override ImmutableDictionary<string, object>? Context => _context;

    // The neighbours in the list of calls that may time out; the list's lock guards them.
    public Call? Previous { get; set; }

    public Call? Next { get; set; }

    protected object?[] Arguments { get; } = arguments;

    public abstract void Fail(Exception exception);

    public override void Leave(Activation activation, Exception? failure)
    {
        if (failure is not null)
        {
            Fail(failure);
            return;
        }

        try
        {
            Target.Interface.Class.Enqueue(Target.Key, this);
        }
        catch (SiloUnavailableException exception)
        {
            Fail(exception);
        }
    }
}

internal sealed class Call<T> : Call, IInvocation
{
    private readonly GrainMethod<T> _method;
    private readonly TaskCompletionSource<T>? _answer;
    private readonly CancellationTokenRegistration _cancellation;

    public Call(GrainMethod<T> method, GrainReference target, object?[] arguments, long deadline, CancellationToken token)
        : base(target, arguments, deadline)
    {
        _method = method;
        AlwaysInterleave = method.AlwaysInterleave;
        ReadOnly = method.ReadOnly;
        if (method.OneWay)
            return;

        // Without this flag a caller outside of grains would continue inside the callee's turn.
        _answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (token.CanBeCanceled)
        {
            // The caller stops waiting at once; the callee hears of it through the same token.
            _cancellation = token.UnsafeRegister(
                static (call, token) => ((Call<T>)call!).Fail(new OperationCanceledException(token)), this);
        }
    }

    public Task<T>? Answer => _answer?.Task;

    public MethodInfo Method => _method.Method;

    object? IInvocation.Result { get; set; }

    public override async Task RunAsync(Activation activation)
    {
        RequestContext.Current = Context;
        try
        {
            if (Environment.TickCount64 >= Deadline)
                return;

            T result;
            if (activation.Class.Filters is { } filters)
            {
                await new FilteredCall(activation, filters, this).Invoke();
                result = ((IInvocation)this).Result is T value ? value : default!;
            }
            else
            {
                var running = _method.Start(activation.GrainInstance!, Arguments);
                await running;
                result = GrainMethod<T>.ResultOf(running);
            }

            if (_answer is not null)
                _answer.TrySetResult(_method.CopyResult(result));
        }
        catch (Exception exception)
        {
            OnFailed(activation, exception);
        }
        finally
        {
            if (_answer is not null)
                activation.Silo.Timeouts.Remove(this);
            _cancellation.Unregister();
            activation.OnCompleted(this);
        }
    }

    public async Task<object?> InvokeAsync(object grain)
    {
        var running = _method.Start(grain, Arguments);
        await running;
        return typeof(T) == typeof(Nothing) ? null : GrainMethod<T>.ResultOf(running);
    }

    public override void Fail(Exception exception)
    {
        if (_answer is null)
            return;
        _answer.TrySetException(exception);
        Target.Interface.Silo.Timeouts.Remove(this);
        _cancellation.Unregister();
    }

    private void OnFailed(Activation activation, Exception exception)
    {
        if (exception is InconsistentStateException { IsSourceActivation: true } inconsistent)
        {
            inconsistent.IsSourceActivation = false;
            activation.Deactivate(new(DeactivationReasonCode.ApplicationError, exception, exception.Message), CancellationToken.None);
        }

        if (_answer is null)
            LocalSiloLog.OneWayFailed(activation.Silo.Logger, exception, _method.Method.Name, activation.GrainId);
        else
            _answer.TrySetException(exception);
    }
}

/// <summary>The result of a method that returns none.</summary>
internal readonly struct Nothing;
