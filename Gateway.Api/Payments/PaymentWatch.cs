using System.Runtime.CompilerServices;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>
/// Watches payments over grain calls that may end at any time: an enumeration that breaks, because its silo died or its
/// activation was deactivated, is resumed after the last version that was received.
/// </summary>
internal sealed class PaymentWatch(TimeProvider time)
{
    /// <summary>After how long without an entry a null is returned.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The entries after a version, each once and without gaps; null while nothing happens and after an interruption.
    /// It ends only where there is no such payment.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller stops watching.</exception>
    public async IAsyncEnumerable<TimelineEntry?> FollowAsync(
        IPaymentGrain payment, int afterVersion, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var told = afterVersion;
        for (var backoff = FirstBackoff; ; backoff = Longer(backoff))
        {
            await using var entries = new Enumeration(payment, told, time, cancellation);
            while (await entries.MoveNextAsync())
            {
                // Two activations can exist for a moment, and the watched one does not hear what the other commits.
                if (entries.Current is null && await IsBehindAsync(payment, told, cancellation))
                {
                    break;
                }

                told = entries.Current?.Version ?? told;
                backoff = FirstBackoff;
                yield return entries.Current;
            }

            if (entries.HasCompleted && await IsAbsentAsync(payment, cancellation))
            {
                yield break;
            }

            await Task.Delay(backoff, time, cancellation);
            yield return null;
        }
    }

    /// <summary>The payment; what was known of it while it cannot be read.</summary>
    public static async Task<PaymentView?> ReadAsync(
        IPaymentGrain payment, PaymentView known, CancellationToken cancellation)
    {
        try
        {
            return await payment.Get().WaitAsync(cancellation);
        }
        catch (Exception exception) when (IsTransient(exception) && !cancellation.IsCancellationRequested)
        {
            return known;
        }
    }

    private static TimeSpan Longer(TimeSpan backoff) => backoff * 2 < MaxBackoff ? backoff * 2 : MaxBackoff;

    private static bool IsTransient(Exception exception) => ProblemExceptionHandler.IsTransient(exception);

    private async Task<bool> IsBehindAsync(IPaymentGrain payment, int told, CancellationToken cancellation)
    {
        try
        {
            return await payment.Get().WaitAsync(Heartbeat, time, cancellation) is { } view && view.Version > told;
        }
        catch (Exception exception) when (IsTransient(exception) && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<bool> IsAbsentAsync(IPaymentGrain payment, CancellationToken cancellation)
    {
        try
        {
            return await payment.Get().WaitAsync(Heartbeat, time, cancellation) is null;
        }
        catch (Exception exception) when (IsTransient(exception) && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>One grain enumeration, which a silent or broken grain does not hold up.</summary>
    private sealed class Enumeration : IAsyncDisposable
    {
        private readonly TimeProvider _time;
        private readonly CancellationTokenSource _stop;
        private readonly IAsyncEnumerator<TimelineEntry> _entries;
        private Task<bool>? _next;

        public Enumeration(IPaymentGrain payment, int afterVersion, TimeProvider time, CancellationToken cancellation)
        {
            _time = time;
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            _entries = payment.Watch(afterVersion, _stop.Token).GetAsyncEnumerator(_stop.Token);
        }

        /// <summary>The entry; null if there was none for a <see cref="Heartbeat"/>.</summary>
        public TimelineEntry? Current { get; private set; }

        /// <summary>Whether the grain ended it, rather than a failure on the way.</summary>
        public bool HasCompleted { get; private set; }

        /// <summary>False at the end of the enumeration, however it ended.</summary>
        public async Task<bool> MoveNextAsync()
        {
            Current = null;
            var next = _next ??= _entries.MoveNextAsync().AsTask();
            try
            {
                HasCompleted = !await next.WaitAsync(Heartbeat, _time, _stop.Token);
                _next = null;
                Current = HasCompleted ? null : _entries.Current;
                return !HasCompleted;
            }
            catch (TimeoutException) when (!next.IsCompleted)
            {
                return true;
            }
            catch (Exception exception) when (IsTransient(exception) && !_stop.IsCancellationRequested)
            {
                return false;
            }
        }

        /// <summary>Does not wait for the grain: a call to a dead silo ends only by a timeout.</summary>
        public ValueTask DisposeAsync()
        {
            _ = ReleaseAsync();
            return default;
        }

        private async Task ReleaseAsync()
        {
            await _stop.CancelAsync();
            if (_next is Task pending)
            {
                await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await _entries.DisposeAsync();
            _stop.Dispose();
        }
    }
}
