using System.Threading.RateLimiting;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>Waits for payments to change: for long polls, browser returns and event streams.</summary>
internal sealed class PaymentWaits(RequestLimits limits, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>One wait inside a grain: well below the time after which a call counts as lost.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(10);

    /// <summary>A token for a caller that leaves or a process that stops; it ends waits and never a command.</summary>
    public CancellationTokenSource Leaving(HttpContext http) =>
        CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);

    /// <summary>A place among the waiting reads.</summary>
    /// <exception cref="ProblemException">There is none left.</exception>
    public RateLimitLease Enter(string merchant) => Enter(limits.Waits, merchant);

    /// <summary>A place among the event streams.</summary>
    /// <exception cref="ProblemException">There is none left.</exception>
    public RateLimitLease EnterStream(string merchant) => Enter(limits.Streams, merchant);

    /// <summary>The payment as soon as <paramref name="done"/> says so, it is settled, or the wait is over.</summary>
    public async Task<PaymentView?> UntilAsync(
        IPaymentGrain payment, PaymentView view, Func<PaymentView, bool> done, TimeSpan wait, HttpContext http)
    {
        using var place = Enter(http.Features.Get<Access.Caller>()?.Merchant ?? "");
        using var leaving = Leaving(http);
        var started = time.GetTimestamp();
        try
        {
            while (!view.Settled && !done(view) && wait - time.GetElapsedTime(started) is var left && left > TimeSpan.Zero)
            {
                var next = await payment.GetAfter(view.Version, left < Slice ? left : Slice).WaitAsync(leaving.Token);
                if (next is null)
                {
                    return null;
                }

                view = next;
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The process stops: what is known now is the answer.
        }

        return view;
    }

    private static RateLimitLease Enter(PartitionedRateLimiter<string> limiter, string merchant)
    {
        var lease = limiter.AttemptAcquire(merchant);
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        throw new ProblemException(
            ErrorCode.Overloaded, "Too many requests wait for changes; ask without waiting, or later.");
    }
}
