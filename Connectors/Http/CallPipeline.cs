using PaymentCluster.Grains.Abstractions.Limits;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace PaymentCluster.Connectors.Http;

/// <summary>
/// What surrounds every call, from the outside in: retries of what was not sent, the concurrency limit, the circuit
/// breaker, the timeout. A permit is held per try, so that a pause between tries blocks no other call.
/// </summary>
internal static class CallPipeline
{
    /// <summary>Where the call that is being made is found by the pipeline's parts.</summary>
    public static readonly ResiliencePropertyKey<ProviderCall> Call = new("call");

    public static ResiliencePipeline<ProviderReply> Build(
        string provider, ProviderHttpOptions options, TimeProvider time, Action<bool> onCircuitChanged)
    {
        var builder = new ResiliencePipelineBuilder<ProviderReply> { TimeProvider = time };
        if (options.Retries > 0)
        {
            builder.AddRetry(Retry(options));
        }

        var limit = new FairConcurrencyLimit(
            new FairConcurrencyLimitOptions
            {
                Permits = options.MaxConcurrency,
                MaxQueued = options.MaxQueued,
                QueueTimeout = options.QueueTimeout,
            },
            time);
        return builder
            .AddStrategy(_ => new ConcurrencyLimitStrategy(limit, provider), new ConcurrencyLimitOptions())
            .AddCircuitBreaker(Breaker(options, onCircuitChanged))
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.Timeout })
            .Build();
    }

    private static RetryStrategyOptions<ProviderReply> Retry(ProviderHttpOptions options) => new()
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

    private static CircuitBreakerStrategyOptions<ProviderReply> Breaker(
        ProviderHttpOptions options, Action<bool> onChanged) => new()
        {
            FailureRatio = options.BreakerFailureRatio,
            MinimumThroughput = options.BreakerMinimumCalls,
            SamplingDuration = options.BreakerWindow,
            BreakDuration = options.BreakerBreak,
            ShouldHandle = static arguments =>
                new ValueTask<bool>(arguments.Outcome.Result is { BlamesProvider: true }),
            OnOpened = _ => Report(onChanged, opened: true),
            OnClosed = _ => Report(onChanged, opened: false),
        };

    private static ValueTask Report(Action<bool> onChanged, bool opened)
    {
        onChanged(opened);
        return ValueTask.CompletedTask;
    }

    private sealed class ConcurrencyLimitOptions : ResilienceStrategyOptions
    {
        public ConcurrencyLimitOptions() => Name = "concurrency-limit";
    }
}
