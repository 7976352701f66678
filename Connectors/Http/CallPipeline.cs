using System.Threading.RateLimiting;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace PaymentCluster.Connectors.Http;

/// <summary>
/// What stands around every call, from the outside in: tries for what was not sent, one of a limited number of turns,
/// the circuit breaker, the time limit. A turn is held per try, so that a pause between tries blocks nobody.
/// </summary>
internal static class CallPipeline
{
    /// <summary>Where the call that is being made is found by the pipeline's parts.</summary>
    public static readonly ResiliencePropertyKey<ProviderCall> Call = new("call");

    public static ResiliencePipeline<ProviderReply> Build(
        ProviderHttpOptions options, RateLimiter turns, TimeProvider time, Action<bool> breakerMoved)
    {
        var builder = new ResiliencePipelineBuilder<ProviderReply> { TimeProvider = time };
        if (options.Retries > 0)
        {
            builder.AddRetry(Tries(options));
        }

        return builder
            .AddStrategy(_ => new OneOfLimitedTurns(turns, options.QueueTimeout, time), new TurnOptions())
            .AddCircuitBreaker(Breaker(options, breakerMoved))
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.Timeout })
            .Build();
    }

    private static RetryStrategyOptions<ProviderReply> Tries(ProviderHttpOptions options) => new()
    {
        MaxRetryAttempts = options.Retries,
        Delay = options.RetryDelay,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        DelayGenerator = static arguments =>
            new ValueTask<TimeSpan?>((arguments.Outcome.Result as ProviderReply.NotSent)?.RetryAfter),
        ShouldHandle = arguments => new ValueTask<bool>(
            arguments.Outcome.Result is ProviderReply.NotSent { MayPassSoon: true } reply
            && !(reply.RetryAfter > options.MaxRetryAfter)
            && (!arguments.Context.Properties.TryGetValue(Call, out var call) || call.Window is not { IsOpen: false })),
    };

    private static CircuitBreakerStrategyOptions<ProviderReply> Breaker(ProviderHttpOptions options, Action<bool> moved) => new()
    {
        FailureRatio = options.BreakerFailureRatio,
        MinimumThroughput = options.BreakerMinimumCalls,
        SamplingDuration = options.BreakerWindow,
        BreakDuration = options.BreakerBreak,
        ShouldHandle = static arguments => new ValueTask<bool>(arguments.Outcome.Result is { BlamesProvider: true }),
        OnOpened = _ => Report(moved, opened: true),
        OnClosed = _ => Report(moved, opened: false),
    };

    private static ValueTask Report(Action<bool> moved, bool opened)
    {
        moved(opened);
        return ValueTask.CompletedTask;
    }

    private sealed class TurnOptions : ResilienceStrategyOptions
    {
        public TurnOptions() => Name = "turns";
    }
}

/// <summary>No turn was free in time.</summary>
internal sealed class TurnRefusedException() : Exception("No turn was free in time.");

/// <summary>Holds a turn while the call is made. Polly's own limiter is a package apart; this is all that is needed of
/// it.</summary>
internal sealed class OneOfLimitedTurns(RateLimiter turns, TimeSpan patience, TimeProvider time) : ResilienceStrategy<ProviderReply>
{
    protected override async ValueTask<Outcome<ProviderReply>> ExecuteCore<TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<ProviderReply>>> callback, ResilienceContext context, TState state)
    {
        using var turn = await TakeAsync();
        return turn is { IsAcquired: true }
            ? await callback(context, state)
            : Outcome.FromException<ProviderReply>(new TurnRefusedException());
    }

    private async ValueTask<RateLimitLease?> TakeAsync()
    {
        using var impatience = new CancellationTokenSource(patience, time);
        try
        {
            return await turns.AcquireAsync(1, impatience.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
