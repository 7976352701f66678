using System.Threading.RateLimiting;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>Requests that wait for a payment to change: long polls, browser returns and event streams.</summary>
internal sealed class LongPolling(
    RequestLimits limits, PaymentWatch watch, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>A token for a caller that leaves or a process that stops; it ends waits and never a command.</summary>
    public CancellationTokenSource UntilDisconnected(HttpContext http) =>
        CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);

    /// <summary>A place among the event streams.</summary>
    /// <exception cref="ProblemException">There is none left.</exception>
    public RateLimitLease EnterStream(Caller caller) => Enter(limits.Streams, caller);

    /// <summary>The payment as soon as <paramref name="done"/> holds; as it is when the wait is over or the process
    /// stops. Null if there is none any more.</summary>
    public async Task<PaymentView?> UntilAsync(
        IPaymentGrain payment, PaymentView view, Func<PaymentView, bool> done, TimeSpan wait, HttpContext http)
    {
        if (done(view))
        {
            return view;
        }

        using var place = Enter(limits.Waits, Caller.Of(http.User));
        using var disconnected = UntilDisconnected(http);
        using var over = new CancellationTokenSource(wait, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(disconnected.Token, over.Token);
        try
        {
            await foreach (var entry in watch.FollowAsync(payment, view.Version, ending.Token))
            {
                if (await PaymentWatch.ReadAsync(payment, view, ending.Token) is not { } now)
                {
                    return null;
                }

                view = now;
                if (done(view))
                {
                    return view;
                }
            }

            return null;
        }
        catch (OperationCanceledException) when (
            ending.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            return view;
        }
    }

    private static RateLimitLease Enter(PartitionedRateLimiter<Waiter> limiter, Caller? caller)
    {
        var lease = limiter.AttemptAcquire(Waiter.Of(caller));
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        throw new ProblemException(
            ErrorCode.Overloaded, "Too many requests are waiting for changes. Read without waiting, or retry later.");
    }
}
