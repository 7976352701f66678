using System.Linq.Expressions;
using System.Reflection;
using Orleans.Concurrency;

namespace Orleans.Calls;

/// <summary>One method of a grain interface: what is decided once about every call of it.</summary>
internal abstract class GrainMethod
{
    protected GrainMethod(MethodInfo method)
    {
        Method = method;
        AlwaysInterleave = method.IsDefined(typeof(AlwaysInterleaveAttribute));
        ReadOnly = method.IsDefined(typeof(ReadOnlyAttribute));
        OneWay = method.IsDefined(typeof(OneWayAttribute));
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
            : throw new NotSupportedException($"{method.DeclaringType}.{method.Name} returns no task.");
        return (GrainMethod)Activator.CreateInstance(typeof(GrainMethod<>).MakeGenericType(result), method)!;
    }

    /// <summary>Sends a call; what it returns is what the proxy returns.</summary>
    public abstract object Send(GrainReference target, object?[] arguments);

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

internal sealed class GrainMethod<T>(MethodInfo method) : GrainMethod(method)
{
    private readonly bool _isValueTask = method.ReturnType.IsValueType;
    private readonly int _token = Array.FindIndex(
        method.GetParameters(), parameter => parameter.ParameterType == typeof(CancellationToken));

    public override object Send(GrainReference target, object?[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = Copier.Copy(arguments[i]);
        var call = new Call<T>(this, target, arguments);
        if (OneWay)
        {
            target.Class.Enqueue(target.Key, call);
            return _isValueTask ? default(ValueTask) : Task.CompletedTask;
        }

        target.Class.Silo.Waiting.Add(call);
        target.Class.Enqueue(target.Key, call);
        var answer = call.AnswerAsync(_token < 0 ? CancellationToken.None : (CancellationToken)arguments[_token]!);
        return !_isValueTask ? answer
            : typeof(T) == typeof(Nothing) ? new ValueTask(answer)
            : new ValueTask<T>(answer);
    }
}

/// <summary>The result of a method that returns none.</summary>
internal sealed class Nothing;
