namespace Orleans.Local;

/// <summary>Runs whatever belongs to one grain on one thread at a time, so that the continuations of its awaits
/// come back to it.</summary>
internal abstract class TurnScheduler : TaskScheduler, IThreadPoolWorkItem
{
    // The thread goes back to the pool now and then, so that a busy grain does not starve the others.
    private const int TasksInARow = 100;

    private readonly Queue<Task> _tasks = new(2);
    private bool _scheduled;

    void IThreadPoolWorkItem.Execute()
    {
        for (var i = 0; i < TasksInARow; i++)
        {
            Task? task;
            lock (_tasks)
            {
                if (!_tasks.TryDequeue(out task))
                {
                    _scheduled = false;
                    return;
                }
            }

            TryExecuteTask(task);
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Runs an action on this scheduler, which it is given, outside of the context of whoever asks for it: nothing of a caller's
    /// flows into a grain but the request context, which a call carries itself.</summary>
    protected void Schedule(Action<object?> action)
    {
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            new Task(action, this).Start(this);
    }

    protected override void QueueTask(Task task)
    {
        lock (_tasks)
        {
            _tasks.Enqueue(task);
            if (_scheduled)
                return;
            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && Current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_tasks)
            return _tasks.ToArray();
    }
}
