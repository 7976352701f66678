using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Simulation.Tests.Load;

/// <summary>The time of a load, and the one queue of what goes on in it: whatever is awaited goes on in a step of its
/// own, on one thread, in the order in which it became possible.</summary>
internal sealed class LoadClock(DateTimeOffset start) : TimeProvider, IOperationHost
{
    private readonly Steps _steps = new();
    private readonly PriorityQueue<Action, (DateTimeOffset At, long Order)> _due = new();
    private DateTimeOffset _now = start;
    private long _order;
    private Exception? _failure;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now;

    /// <inheritdoc/>
    public void Run(Func<Task> work) => At(_now, () => _ = WatchAsync(work));

    /// <inheritdoc/>
    public Task DelayAsync(TimeSpan pause) => Until(_now + pause);

    /// <summary>Lets something happen at a time.</summary>
    public void At(DateTimeOffset time, Action what) => _due.Enqueue(what, (time, _order++));

    /// <summary>A pause.</summary>
    public Task Until(DateTimeOffset time)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        At(time, end.SetResult);
        return end.Task;
    }

    /// <summary>Lets everything happen until then.</summary>
    public void RunUntil(DateTimeOffset end)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_steps);
        try
        {
            while (_due.TryPeek(out _, out var next) && next.At <= end)
            {
                _now = next.At > _now ? next.At : _now;
                _due.Dequeue()();
                _steps.Empty();
                if (_failure is not null)
                {
                    throw new InvalidOperationException("Work that is not awaited ended in an exception.", _failure);
                }
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        _now = end;
    }

    private async Task WatchAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception exception)
        {
            _failure = exception;
        }
    }

    private sealed class Steps : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();

        public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

        public void Empty()
        {
            while (_posted.TryDequeue(out var step))
            {
                step.Callback(step.State);
            }
        }
    }
}
