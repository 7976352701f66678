using Microsoft.Extensions.Logging;
using Npgsql;

namespace PaymentCluster.Grains.Journal;

/// <summary>
/// Brings one batch at a time to its end: all members in one transaction if nothing stands in the way. Otherwise those
/// that conflict are answered alone and the others go together again; and what was in doubt is looked up before
/// anything is repeated.
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

    // Conflicts come in runs (a client that repeats itself): after one, the next batch is looked through before it is
    // written, so that a few repetitions do not cost everybody a transaction rolled back.
    private bool _wary;

    /// <summary>Answers every member of the batch.</summary>
    public Task WriteAsync(IReadOnlyList<Pending<TMember, TResult>> members) => WriteAsync(members, impatient: false);

    private async Task WriteAsync(IReadOnlyList<Pending<TMember, TResult>> members, bool impatient)
    {
        metrics.Batch(members.Count);
        List<Pending<TMember, TResult>> batch = [.. members];
        var look = _wary || batch.Exists(pending => pending.InDoubt);
        while (batch.Count > 0)
        {
            batch = await WriteTogetherAsync(batch, look, impatient);
            look = true;
        }
    }

    // Answers those members that can go together and returns the others: they claim what one of the first claims, too.
    private async Task<List<Pending<TMember, TResult>>> WriteTogetherAsync(
        List<Pending<TMember, TResult>> batch, bool look, bool impatient)
    {
        var (conflicts, deadlocks, trouble) = (0, 0, new StoreTrouble(options, time));
        List<Pending<TMember, TResult>> later = [];
        while (true)
        {
            var sent = false;
            try
            {
                if (look && !await LookAsync(batch))
                {
                    return later;
                }

                look = false;
                later.AddRange(TakeApart(batch));
                sent = true;
                await CommitAsync(batch, impatient);
                return later;
            }
            catch (Exception exception)
            {
                switch (StoreFaults.Of(exception))
                {
                    case StoreFault.Repeat when ++deadlocks <= MaxRepeats:
                        metrics.Repeated();
                        break;
                    case StoreFault.Member when exception is PostgresException error && _transaction.IsConflict(error) && ++conflicts <= MaxRepeats:
                        look = true;
                        break;
                    case StoreFault.Member:
                        Doubt(batch, sent && exception is not PostgresException);
                        await IsolateAsync(batch, exception);
                        return later;
                    case StoreFault.Lost:
                        GroupCommitLog.StoreLost(logger, batch.Count, sent, StoreFaults.Name(exception));
                        Doubt(batch, sent);
                        look |= sent;
                        if (await trouble.WaitAsync(batch.Exists(pending => pending.InDoubt)))
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

    private async Task CommitAsync(List<Pending<TMember, TResult>> batch, bool impatient)
    {
        var started = time.GetTimestamp();
        var (transaction, members) = (_transaction, batch.ToArray());
        await AnsweredAsync(async connection =>
        {
            await transaction.WriteAsync(connection, members, impatient);
            return true;
        });
        metrics.Committed(time.GetElapsedTime(started));
        foreach (var pending in members)
        {
            pending.TrySetResult(transaction.ResultOf(pending.Member));
        }
    }

    // Whether any member is left to be written.
    private async Task<bool> LookAsync(List<Pending<TMember, TResult>> batch)
    {
        var doubtful = batch.Count(pending => pending.InDoubt);
        var (transaction, members) = (_transaction, batch.ToArray());
        var verdicts = await AnsweredAsync(async connection =>
        {
            if (doubtful > 0)
            {
                // What is seen after this is as safe as a commit can be, even if the lost one did not wait for its
                // standbys.
                await using var barrier = new NpgsqlCommand(PaymentSql.Barrier, connection);
                await barrier.ExecuteNonQueryAsync();
            }

            return await transaction.SortOutAsync(connection, members);
        });
        _wary = false;
        foreach (var verdict in verdicts)
        {
            members[verdict.Index].TrySetResult(verdict.Result);
            if (verdict.Conflict is not null)
            {
                _wary = true;
                metrics.Conflict(verdict.Conflict);
            }
        }

        batch.RemoveAll(pending => pending.Task.IsCompleted);
        if (doubtful > 0)
        {
            GroupCommitLog.DoubtResolved(logger, doubtful, batch.Count(pending => pending.InDoubt));
        }

        return batch.Count > 0;
    }

    // Gives up waiting, but neither cancels nor closes: Npgsql's own timeout asks the server to cancel, and a commit
    // whose wait for the standbys is cancelled counts as done without them. What is given up comes to its end by
    // itself; nothing of it is used again.
    private async Task<T> AnsweredAsync<T>(Func<NpgsqlConnection, Task<T>> work)
    {
        var answer = RunAsync();
        try
        {
            return await answer.WaitAsync(options.AnswerPatience, time);
        }
        catch (TimeoutException) when (!answer.IsCompleted)
        {
            _transaction = newTransaction();
            _ = answer.ContinueWith(static late => late.Exception, TaskScheduler.Default);
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

    private List<Pending<TMember, TResult>> TakeApart(List<Pending<TMember, TResult>> batch)
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

    // Some member cannot be written, and the store does not say which: halve until it stands alone.
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
        await WriteAsync(batch[..half], impatient: true);
        await WriteAsync(batch[half..], impatient: true);
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
