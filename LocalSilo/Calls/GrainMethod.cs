using System.Linq.Expressions;
using System.Reflection;
using Orleans.Concurrency;

namespace Orleans.Calls;

/// <summary>One method of a grain interface: what is decided once about every call of it.</summary>
internal abstract class GrainMethod
{
    private readonly ParameterInfo[] _parameters;
    private readonly int _token = -1;
    private bool[]? _copied;

    protected GrainMethod(MethodInfo method)
    {
        Method = method;
        AlwaysInterleave = method.IsDefined(typeof(AlwaysInterleaveAttribute));
        ReadOnly = method.IsDefined(typeof(ReadOnlyAttribute));
        OneWay = method.IsDefined(typeof(OneWayAttribute));
        _parameters = method.GetParameters();
        for (var i = 0; i < _parameters.Length; i++)
        {
            if (_parameters[i].ParameterType != typeof(CancellationToken))
                continue;
            if (_token >= 0)
                throw new NotSupportedException($"{method.DeclaringType}.{method.Name} takes two cancellation tokens.");
            _token = i;
        }

        Start = Compile(method);
    }

    public MethodInfo Method { get; }

    public bool AlwaysInterleave { get; }

    public bool ReadOnly { get; }

    public bool OneWay { get; }

    /// <summary>Calls the method of a grain.</summary>
    public Func<object, object?[], Task> Start { get; }

    public static GrainMethod Create(MethodInfo method)
    {
        var type = method.ReturnType;
        var result = type == typeof(Task) || type == typeof(ValueTask) ? typeof(Nothing)
            : type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>)
                || type.GetGenericTypeDefinition() == typeof(ValueTask<>)) ? type.GetGenericArguments()[0]
            : null;
        if (result is null || method.IsGenericMethod)
        {
            throw new NotSupportedException($"{method.DeclaringType}.{method.Name} must return a task and have no type "
                + "parameters: the local flavour offers no other grain methods.");
        }

        return (GrainMethod)Activator.CreateInstance(typeof(GrainMethod<>).MakeGenericType(result), method)!;
    }

    /// <summary>Sends a call; what it returns is what the proxy returns.</summary>
    public abstract object Send(GrainReference target, object?[] arguments);

    /// <summary>Replaces the arguments that could be changed by either side with copies.</summary>
    protected CancellationToken Isolate(object?[] arguments)
    {
        var copied = _copied ??= [.. _parameters.Select(IsCopied)];
        for (var i = 0; i < arguments.Length; i++)
        {
            if (copied[i])
                arguments[i] = Copier.Copy(arguments[i]);
        }

        return _token < 0 ? CancellationToken.None : (CancellationToken)arguments[_token]!;
    }

    private static bool IsCopied(ParameterInfo parameter) =>
        !Copier.Passes(parameter.ParameterType) && !parameter.IsDefined(typeof(ImmutableAttribute), inherit: false);

    private static Func<object, object?[], Task> Compile(MethodInfo method)
    {
        var grain = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(object?[]));
        Expression call = Expression.Call(Expression.Convert(grain, method.DeclaringType!), method,
            method.GetParameters().Select((parameter, i) => Expression.Convert(
                Expression.ArrayIndex(arguments, Expression.Constant(i)), parameter.ParameterType)));
        if (call.Type.IsValueType)
            call = Expression.Call(call, call.Type.GetMethod(nameof(ValueTask.AsTask))!);
        return Expression.Lambda<Func<object, object?[], Task>>(call, grain, arguments).Compile();
    }
}

internal sealed class GrainMethod<T> : GrainMethod
{
    private readonly bool _isValueTask;
    private readonly bool _resultPasses;

    public GrainMethod(MethodInfo method) : base(method)
    {
        _isValueTask = method.ReturnType.IsValueType;
        _resultPasses = typeof(T) == typeof(Nothing);
    }

    public static T ResultOf(Task task) => task is Task<T> typed ? typed.Result : default!;

    public T CopyResult(T result) => _resultPasses ? result : Copier.CopyOf(result);

    public override object Send(GrainReference target, object?[] arguments)
    {
        var silo = target.Interface.Silo;
        silo.RequireRunning();
        var token = Isolate(arguments);
        var call = new Call<T>(this, target, arguments, Environment.TickCount64 + silo.ResponseTimeoutMilliseconds, token);
        if (call.Answer is not { } answer)
        {
            target.Interface.Class.Enqueue(target.Key, call);
            return _isValueTask ? default(ValueTask) : Task.CompletedTask;
        }

        silo.Timeouts.Add(call);
        try
        {
            target.Interface.Class.Enqueue(target.Key, call);
        }
        catch (Exception exception)
        {
            call.Fail(exception);
        }

        return !_isValueTask ? answer
            : typeof(T) == typeof(Nothing) ? new ValueTask(answer)
            : new ValueTask<T>(answer);
    }
}
