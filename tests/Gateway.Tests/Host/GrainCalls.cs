using System.Collections.Concurrent;
using PaymentCluster.Silo.Calls;

namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>The grain calls of one gateway: which it made, and which of them a test holds up or breaks. The grains are
/// the real ones: a call that is broken never reaches its grain.</summary>
internal sealed class GrainCalls
{
    // Orleans' own calls, which an enumeration consists of.
    private const string WatchBegins = "StartEnumeration";
    private const string WatchWaits = "MoveNext";

    private static readonly AsyncLocal<GrainCalls?> s_current = new();

    private readonly ConcurrentQueue<(Type Grain, string Method, object? Argument)> _made = new();
    private readonly List<Func<IOutgoingGrainCallContext, Task>> _rules = [];

    /// <summary>Those of the gateway whose request this is.</summary>
    public static GrainCalls? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }

    /// <summary>How many calls went to grains of a kind, or to one of its methods.</summary>
    public int Count<TGrain>(string? method = null) =>
        _made.Count(call => call.Grain == typeof(TGrain) && (method is null || call.Method == method));

    /// <summary>How many watches of payments were begun.</summary>
    public int Watches => _made.Count(call => call.Method == WatchBegins);

    /// <summary>The commands and queries of a kind that were sent, in order.</summary>
    public IReadOnlyList<T> Sent<T>() => [.. _made.Select(call => call.Argument).OfType<T>()];

    /// <summary>Breaks the calls to grains of a kind on their way, until the rule is disposed of.</summary>
    public IDisposable Break<TGrain>(Exception fault) => Rule<TGrain>(_ => throw fault);

    /// <summary>Holds the calls to grains of a kind back, until the rule is disposed of.</summary>
    public IDisposable Hold<TGrain>()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new Held(Rule<TGrain>(_ => gate.Task), gate);
    }

    /// <summary>What the calls to grains of a kind meet, until the rule is disposed of.</summary>
    public IDisposable Rule<TGrain>(Func<IOutgoingGrainCallContext, Task> rule) => Add(context =>
        context.InterfaceMethod.DeclaringType == typeof(TGrain) ? rule(context) : Task.CompletedTask);

    /// <summary>Breaks one watch of a payment, once: when it begins, or when it waits for what happens next.</summary>
    public BrokenWatch BreakWatch(Exception fault, bool atBegin = false)
    {
        var broken = new BrokenWatch(fault, atBegin ? WatchBegins : WatchWaits);
        broken.Rule = Add(broken.MeetAsync);
        return broken;
    }

    internal async Task MeetAsync(IOutgoingGrainCallContext context)
    {
        var argument = context.Request.GetArgumentCount() > 0 ? context.Request.GetArgument(0) : null;
        _made.Enqueue((context.InterfaceMethod.DeclaringType!, context.InterfaceMethod.Name, argument));
        Func<IOutgoingGrainCallContext, Task>[] rules;
        lock (_rules)
        {
            rules = [.. _rules];
        }

        foreach (var rule in rules)
        {
            await rule(context);
        }
    }

    private Removal Add(Func<IOutgoingGrainCallContext, Task> rule)
    {
        lock (_rules)
        {
            _rules.Add(rule);
        }

        return new Removal(() =>
        {
            lock (_rules)
            {
                _rules.Remove(rule);
            }
        });
    }

    /// <summary>A watch that breaks once.</summary>
    internal sealed class BrokenWatch(Exception fault, string method) : IDisposable
    {
        private int _hits;

        /// <summary>Whether it broke.</summary>
        public bool HasBroken => Volatile.Read(ref _hits) > 0;

        public IDisposable? Rule { get; set; }

        public void Dispose() => Rule?.Dispose();

        internal Task MeetAsync(IOutgoingGrainCallContext context) =>
            context.InterfaceMethod.Name == method && Interlocked.Increment(ref _hits) == 1
                ? Task.FromException(fault)
                : Task.CompletedTask;
    }

    private sealed class Removal(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }

    private sealed class Held(IDisposable rule, TaskCompletionSource gate) : IDisposable
    {
        public void Dispose()
        {
            rule.Dispose();
            gate.TrySetResult();
        }
    }
}

/// <summary>Shows a gateway's calls to its <see cref="GrainCalls"/>; what grains call is their own business.</summary>
internal sealed class GatewayCallFilter : IOutgoingGrainCallFilter
{
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (GrainCalls.Current is { } calls && (context.SourceId is not { } source || source.IsClient()))
        {
            // A cluster's silos reject what is not open; here gateway and silo share a process.
            Assert.True(GatewayCalls.AreOpenTo(context), $"{context.InterfaceMethod} is not open to gateways.");
            await calls.MeetAsync(context);
        }

        await context.Invoke();
    }
}
