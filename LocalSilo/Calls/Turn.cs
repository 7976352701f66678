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
    public abstract bool IsTooLate { get; }

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

/// <summary>A call that somebody waits for.</summary>
internal abstract class Call : Turn
{
    private readonly long _deadline;

    protected Call(GrainReference target)
    {
        Target = target;
        _deadline = Environment.TickCount64 + (long)target.Class.Silo.ResponseTimeout.TotalMilliseconds;
    }

    public GrainReference Target { get; }

    public override bool IsTooLate => Environment.TickCount64 >= _deadline;

    /// <summary>Lets the caller go; the callee goes on.</summary>
    public abstract void TimeOut();
}

internal sealed class Call<T> : Call
{
    private readonly GrainMethod<T> _method;
    private readonly object?[] _arguments;

    // Without this flag a caller outside of grains would continue inside the callee's turn.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Call(GrainMethod<T> method, GrainReference target, object?[] arguments)
        : base(target)
    {
        _method = method;
        _arguments = arguments;
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

    /// <summary>The answer. A caller that cancels or has waited too long stops waiting at once; the callee goes on, and
    /// hears of the cancellation through the same token.</summary>
    public Task<T> AnswerAsync(CancellationToken token) => _answer.Task.WaitAsync(token);

    public override void TimeOut() => _answer.TrySetException(new TimeoutException(
        $"Response did not arrive on time in {Target.Class.Silo.ResponseTimeout} for a call to {Target.GrainId}."));

    public override async Task InvokeAsync(object grain)
    {
        var running = _method.Start(grain, _arguments);
        if (running is Task<T> typed)
            _result = await typed;
        else
            await running;
    }

    public override void Leave(Exception? failure)
    {
        if (failure is null)
            Target.Class.Enqueue(Target.Key, this);
        else
            Answer().TrySetException(failure);
    }

    protected override void OnSucceeded()
    {
        var result = (T)Copier.Copy(_result)!;
        Answer().TrySetResult(result);
    }

    protected override void OnFailed(Activation activation, Exception exception)
    {
        if (_method.OneWay)
            LocalSiloLog.OneWayFailed(activation.Silo.Logger, exception, Method.Name, activation.GrainId);
        else
            Answer().TrySetException(exception);
    }

    private TaskCompletionSource<T> Answer()
    {
        Target.Class.Silo.Waiting.Remove(this);
        return _answer;
    }
}
