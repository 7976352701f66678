using System.Threading.Channels;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Journal;

/// <summary>
/// Shares the cost of a durable commit: while a writer's transaction is under way the next batch collects, and there is
/// no delay beyond that. A member that was accepted is written even if its caller stops waiting.
/// </summary>
internal sealed class GroupCommit<TMember, TResult> : IAsyncDisposable
{
    private readonly Channel<Pending<TMember, TResult>> _queue;
    private readonly JournalMetrics _metrics;
    private readonly int _maxBatch;
    private readonly int _limit;
    private readonly Task[] _writers;

    public GroupCommit(JournalOptions options, JournalMetrics metrics, Func<GroupWriter<TMember, TResult>> writer)
    {
        _metrics = metrics;
        (_maxBatch, _limit) = (options.MaxBatch, options.QueueLimit);
        _queue = Channel.CreateBounded<Pending<TMember, TResult>>(new BoundedChannelOptions(options.QueueLimit)
        {
            FullMode = BoundedChannelFullMode.Wait,
        });

        // The writers belong to no request: they must not keep the execution context of the first caller.
        using (ExecutionContext.SuppressFlow())
        {
            _writers = [.. Enumerable.Range(0, options.Writers).Select(_ => Task.Run(() => RunAsync(writer())))];
        }
    }

    /// <summary>How many members wait for a writer.</summary>
    public int Depth => _queue.Reader.Count;

    /// <summary>Queues a member; the task completes when the member is durable or rejected.</summary>
    /// <param name="member">The member.</param>
    /// <param name="leaves">How many places it leaves to others.</param>
    /// <exception cref="JournalOverloadedException">The queue is full, or closed; the member was not
    /// accepted.</exception>
    public Task<TResult> AddAsync(TMember member, int leaves = 0)
    {
        var pending = new Pending<TMember, TResult>(member);
        if ((leaves > 0 && Depth >= _limit - leaves) || !_queue.Writer.TryWrite(pending))
        {
            _metrics.Refused();
            throw new JournalOverloadedException();
        }

        return pending.Task;
    }

    /// <summary>Accepts nothing more and writes what was accepted.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await Task.WhenAll(_writers);
    }

    private async Task RunAsync(GroupWriter<TMember, TResult> writer)
    {
        var batch = new List<Pending<TMember, TResult>>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < _maxBatch && _queue.Reader.TryRead(out var pending))
            {
                batch.Add(pending);
            }

            if (batch.Count == 0)
            {
                continue;
            }

            try
            {
                await writer.WriteAsync(batch);
            }
            catch (Exception exception)
            {
                // A bug: its callers get the exception, and the writer goes on with the next batch.
                foreach (var pending in batch)
                {
                    pending.TrySetException(exception);
                }
            }
        }
    }
}
