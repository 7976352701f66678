using System.Collections.Immutable;
using System.Reflection;
using Orleans.Local;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Calls;

/// <summary>What an activation starts when nothing forbids it: a call, or the tick of a timer.</summary>
internal abstract class Turn
{
    public bool AlwaysInterleave { get; protected init; }

    public bool ReadOnly { get; protected init; }

    /// <summary>Whether it counts as use of the grain, which puts off its collection.</summary>
    public bool KeepAlive { get; protected init; } = true;

    public ImmutableDictionary<string, object>? Context { get; protected init; }

    public abstract MethodInfo Method { get; }

    public virtual object? Result { get; set; }

    /// <summary>Whether nobody waits for it any more, so that it need not start.</summary>
    protected abstract bool IsTooLate { get; }

    /// <summary>Runs on the activation's scheduler, reports its end to the activation and never throws.</summary>
    public async Task RunAsync(Activation activation)
    {
        RequestContext.Current = Context;
        try
        {
            if (IsTooLate)
                return;
            if (activation.Silo.Filters.Length > 0)
                await new FilteredCall(activation, this).Invoke();
            else
                await InvokeAsync(activation.Grain);
            OnSucceeded();
        }
        catch (Exception exception)
        {
            if (exception is InconsistentStateException { IsSourceActivation: true } inconsistent)
            {
                inconsistent.IsSourceActivation = false;
                activation.Deactivate(DeactivationReasonCode.ApplicationError, exception.Message);
            }

            OnFailed(activation, exception);
        }
        finally
        {
            activation.OnCompleted(this);
        }
    }

    /// <summary>Runs the grain's code.</summary>
    public abstract Task InvokeAsync(object grain);

    /// <summary>The activation it waited for has gone.</summary>
    /// <param name="failure">Why it could not activate, or null if another activation may take the work.</param>
    public virtual void Leave(Exception? failure)
    {
    }

    protected virtual void OnSucceeded()
    {
    }

    protected virtual void OnFailed(Activation activation, Exception exception)
    {
    }
}

internal sealed class Call<T> : Turn
{
    private readonly GrainMethod<T> _method;
    private readonly GrainReference _target;
    private readonly object?[] _arguments;
    private readonly long _deadline;

    // Without this flag a caller outside of grains would continue inside the callee's turn.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Call(GrainMethod<T> method, GrainReference target, object?[] arguments)
    {
        _method = method;
        _target = target;
        _arguments = arguments;
        _deadline = Environment.TickCount64 + (long)Timeout.TotalMilliseconds;
        AlwaysInterleave = method.AlwaysInterleave;
        ReadOnly = method.ReadOnly;
        Context = RequestContext.Current?.ToImmutableDictionary(pair => pair.Key, pair => Copier.Copy(pair.Value)!);
    }

    public override MethodInfo Method => _method.Method;

    public override object? Result
    {
        get => _result;
        set => _result = (T)value!;
    }

    protected override bool IsTooLate => Environment.TickCount64 >= _deadline;

    private TimeSpan Timeout => _target.Class.Silo.ResponseTimeout;

    /// <summary>The answer. A caller that cancels or has waited too long stops waiting at once; the callee goes on, and
    /// hears of the cancellation through the same token.</summary>
    public async Task<T> AnswerAsync(CancellationToken token)
    {
        try
        {
            return await _answer.Task.WaitAsync(Timeout, token).ConfigureAwait(false);
        }
        catch (TimeoutException exception) when (!_answer.Task.IsCompleted)
        {
            throw new TimeoutException(
                $"Response did not arrive on time in {Timeout} for a call to {_target.GrainId}.", exception);
        }
    }

    public override async Task InvokeAsync(object grain)
    {
        var running = _method.Start(grain, _arguments);
        await running;
        if (running is Task<T> typed)
            _result = await typed;
    }

    public override void Leave(Exception? failure)
    {
        if (failure is null)
            _target.Class.Enqueue(_target.Key, this);
        else
            _answer.TrySetException(failure);
    }

    protected override void OnSucceeded() => _answer.TrySetResult((T)Copier.Copy(_result)!);

    protected override void OnFailed(Activation activation, Exception exception)
    {
        if (_method.OneWay)
            LocalSiloLog.OneWayFailed(activation.Silo.Logger, exception, Method.Name, activation.GrainId);
        else
            _answer.TrySetException(exception);
    }
}
