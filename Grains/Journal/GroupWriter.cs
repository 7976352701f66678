using Microsoft.Extensions.Logging;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Journal;

/// <summary>
/// Writes one batch at a time: all members in one transaction if nothing conflicts. Otherwise the members that conflict
/// get their results and the others are written together again; members in doubt are read back before anything is
/// written again.
/// </summary>
internal sealed class GroupWriter<TMember, TResult>(
    NpgsqlDataSource dataSource,
    Func<IGroupTransaction<TMember, TResult>> newTransaction,
    JournalOptions options,
    JournalMetrics metrics,
    TimeProvider time,
    ILogger logger)
{
    private const int MaxRepeats = 3;

    private IGroupTransaction<TMember, TResult> _transaction = newTransaction();

    // Conflicts come in runs (a client that repeats requests): after one, the next batch is pre-checked, so that a few
    // repetitions do not roll back the transaction of all others.
    private bool _precheckNext;

    /// <summary>Gives every member of the batch its result.</summary>
    public Task WriteAsync(IReadOnlyList<Pending<TMember, TResult>> members) =>
        WriteAsync(members, shortLockTimeout: false);

    private async Task WriteAsync(IReadOnlyList<Pending<TMember, TResult>> members, bool shortLockTimeout)
    {
        metrics.Batch(members.Count);
        List<Pending<TMember, TResult>> batch = [.. members];
        var precheck = _precheckNext || batch.Exists(pending => pending.InDoubt);
        while (batch.Count > 0)
        {
            batch = await WriteTogetherAsync(batch, precheck, shortLockTimeout);
            precheck = true;
        }
    }

    // Writes the members that can share a transaction and returns the others: they claim the same row as one of these.
    private async Task<List<Pending<TMember, TResult>>> WriteTogetherAsync(
        List<Pending<TMember, TResult>> batch, bool precheck, bool shortLockTimeout)
    {
        var (conflicts, deadlocks, backoff) = (0, 0, new ReconnectBackoff(options, time));
        List<Pending<TMember, TResult>> later = [];
        while (true)
        {
            var sent = false;
            try
            {
                if (precheck && !await PrecheckAsync(batch))
                {
                    return later;
                }

                precheck = false;
                later.AddRange(ExtractConflicting(batch));
                sent = true;
                await CommitAsync(batch, shortLockTimeout);
                return later;
            }
            catch (Exception exception)
            {
                switch (StoreFaults.Of(exception))
                {
                    case StoreFault.Repeat when ++deadlocks <= MaxRepeats:
                        metrics.Repeated();
                        break;
                    case StoreFault.Member when IsConflict(exception) && ++conflicts <= MaxRepeats:
                        precheck = true;
                        break;
                    case StoreFault.Member:
                        Doubt(batch, sent && exception is not PostgresException);
                        await IsolateAsync(batch, exception);
                        return later;
                    case StoreFault.Lost:
                        GroupCommitLog.StoreLost(logger, batch.Count, sent, StoreFaults.Name(exception));
                        Doubt(batch, sent);
                        precheck |= sent;
                        if (await backoff.WaitAsync(batch.Exists(pending => pending.InDoubt)))
                        {
                            break;
                        }

                        goto default;
                    default:
                        FailAll(batch, exception);
                        return later;
                }
            }
        }
    }

    private bool IsConflict(Exception exception) =>
        exception is PostgresException error && _transaction.IsConflict(error);

    private async Task CommitAsync(List<Pending<TMember, TResult>> batch, bool shortLockTimeout)
    {
        var started = time.GetTimestamp();
        var (transaction, members) = (_transaction, batch.ToArray());
        await WithinResponseTimeoutAsync(async connection =>
        {
            await transaction.WriteAsync(connection, members, shortLockTimeout);
            return true;
        });
        metrics.Committed(time.GetElapsedTime(started));
        foreach (var pending in members)
        {
            pending.TrySetResult(transaction.ResultOf(pending.Member));
        }
    }

    // Returns whether any member is left to be written.
    private async Task<bool> PrecheckAsync(List<Pending<TMember, TResult>> batch)
    {
        var doubtful = batch.Count(pending => pending.InDoubt);
        var (transaction, members) = (_transaction, batch.ToArray());
        var resolutions = await WithinResponseTimeoutAsync(async connection =>
        {
            if (doubtful > 0)
            {
                // A commit of our own that waits for the standbys: whatever is visible after it is replicated, even a
                // commit whose own wait was lost.
                await using var barrier = new NpgsqlCommand(PaymentSql.Barrier, connection);
                await barrier.ExecuteNonQueryAsync();
            }

            return await transaction.ResolveAsync(connection, members);
        });
        _precheckNext = false;
        foreach (var resolution in resolutions)
        {
            members[resolution.Index].TrySetResult(resolution.Result);
            if (resolution.Conflict is not null)
            {
                _precheckNext = true;
                metrics.Conflict(resolution.Conflict);
            }
        }

        batch.RemoveAll(pending => pending.Task.IsCompleted);
        if (doubtful > 0)
        {
            GroupCommitLog.DoubtResolved(logger, doubtful, batch.Count(pending => pending.InDoubt));
        }

        return batch.Count > 0;
    }

    // Stops waiting after the timeout, but neither cancels nor closes: Npgsql's own timeout makes the server cancel,
    // and a commit whose wait for the standbys is cancelled counts as done without them. The abandoned work runs to its
    // end and nothing of it is used again.
    private async Task<T> WithinResponseTimeoutAsync<T>(Func<NpgsqlConnection, Task<T>> work)
    {
        var response = RunAsync();
        try
        {
            return await response.WaitAsync(options.ResponseTimeout, time);
        }
        catch (TimeoutException) when (!response.IsCompleted)
        {
            _transaction = newTransaction();
            _ = response.ContinueWith(static late => late.Exception, TaskScheduler.Default);
            throw;
        }

        async Task<T> RunAsync()
        {
            await using var connection = await dataSource.OpenConnectionAsync();
            using var warnings = new CommitWarnings(connection);
            var result = await work(connection);
            warnings.ThrowIfAny();
            return result;
        }
    }

    private List<Pending<TMember, TResult>> ExtractConflicting(List<Pending<TMember, TResult>> batch)
    {
        List<Pending<TMember, TResult>> later = [];
        _transaction.Begin();
        batch.RemoveAll(pending =>
        {
            var joins = _transaction.TryJoin(pending.Member);
            if (!joins)
            {
                later.Add(pending);
            }

            return !joins;
        });
        return later;
    }

    // Some member cannot be written, and the database does not say which: halve the batch until it is alone.
    private async Task IsolateAsync(List<Pending<TMember, TResult>> batch, Exception exception)
    {
        if (batch.Count == 1)
        {
            GroupCommitLog.MemberRefused(logger, StoreFaults.Name(exception));
            batch[0].TrySetException(
                StoreFaults.IsLock(exception) ? new JournalUnavailableException(exception) : exception);
            return;
        }

        var half = batch.Count / 2;
        await WriteAsync(batch[..half], shortLockTimeout: true);
        await WriteAsync(batch[half..], shortLockTimeout: true);
    }

    private void Doubt(List<Pending<TMember, TResult>> batch, bool sent)
    {
        if (!sent)
        {
            return;
        }

        metrics.InDoubt(batch.Count);
        foreach (var pending in batch)
        {
            pending.InDoubt = true;
        }
    }

    private void FailAll(List<Pending<TMember, TResult>> batch, Exception cause)
    {
        GroupCommitLog.Unavailable(logger, batch.Count, StoreFaults.Name(cause));
        foreach (var pending in batch)
        {
            pending.TrySetException(new JournalUnavailableException(cause));
        }
    }
}
