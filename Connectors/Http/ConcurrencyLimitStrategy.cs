using System.Threading.RateLimiting;
using Polly;

namespace PaymentCluster.Connectors.Http;

/// <summary>
/// Limits how many calls to one provider are under way at once (a bulkhead): a call that gets no permit within the
/// queue's timeout is not made.
/// </summary>
/// <param name="limiter">Holds the permits and the queue.</param>
/// <param name="queueTimeout">How long a call may wait for a permit.</param>
/// <param name="time">Measures the timeout.</param>
internal sealed class ConcurrencyLimitStrategy(RateLimiter limiter, TimeSpan queueTimeout, TimeProvider time)
    : ResilienceStrategy<ProviderReply>
{
    protected override async ValueTask<Outcome<ProviderReply>> ExecuteCore<TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<ProviderReply>>> callback,
        ResilienceContext context,
        TState state)
    {
        using var permit = await AcquireAsync();
        return permit is { IsAcquired: true }
            ? await callback(context, state)
            : Outcome.FromException<ProviderReply>(new ConcurrencyLimitException());
    }

    private async ValueTask<RateLimitLease?> AcquireAsync()
    {
        using var timeout = new CancellationTokenSource(queueTimeout, time);
        try
        {
            return await limiter.AcquireAsync(1, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}

/// <summary>As many calls as may be are under way, and the queue is full or was too slow.</summary>
internal sealed class ConcurrencyLimitException() : Exception("The concurrency limit is reached.");
