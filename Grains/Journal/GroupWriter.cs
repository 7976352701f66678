using Microsoft.Extensions.Logging;
using Npgsql;

namespace PaymentCluster.Grains.Journal;

/// <summary>
/// Brings one batch at a time to its end: all members in one transaction if nothing stands in the way. Otherwise those that conflict are answered
/// alone and the others go together again; and what was in doubt is looked up before anything is repeated.
/// </summary>
internal sealed class GroupWriter<TMember, TResult>(
    NpgsqlDataSource dataSource,
    IGroupTransaction<TMember, TResult> transaction,
    JournalOptions options,
    JournalMetrics metrics,
    TimeProvider time,
    ILogger logger)
{
    private const int MaxRepeats = 3;

    // Conflicts come in runs (a client that repeats itself): after one, the next batch is looked through before it is written, so that a few
    // repetitions do not cost everybody a transaction rolled back.
    private bool _wary;

    /// <summary>Answers every member of the batch.</summary>
    public async Task WriteAsync(IReadOnlyList<Pending<TMember, TResult>> members)
    {
        metrics.Batch(members.Count);
        List<Pending<TMember, TResult>> batch = [.. members];
        var look = _wary || batch.Exists(pending => pending.InDoubt);
        while (batch.Count > 0)
        {
            batch = await WriteTogetherAsync(batch, look);
            look = true;
        }
    }

    // Answers those members that can go together and returns the others: they claim what one of the first claims, too.
    private async Task<List<Pending<TMember, TResult>>> WriteTogetherAsync(List<Pending<TMember, TResult>> batch, bool look)
    {
        var (conflicts, deadlocks, trouble) = (0, 0, new StoreTrouble(options, time));
        List<Pending<TMember, TResult>> later = [];
        while (true)
        {
            var sent = false;
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync();
                if (look && !await LookAsync(connection, batch))
                {
                    return later;
                }

                look = false;
                later.AddRange(TakeApart(batch));
                sent = true;
                await CommitAsync(connection, batch);
                return later;
            }
            catch (Exception exception)
            {
                switch (StoreFaults.Of(exception))
                {
                    case StoreFault.Repeat when ++deadlocks <= MaxRepeats:
                        metrics.Repeated();
                        break;
                    case StoreFault.Member when exception is PostgresException error && transaction.IsConflict(error) && ++conflicts <= MaxRepeats:
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

    private async Task CommitAsync(NpgsqlConnection connection, List<Pending<TMember, TResult>> batch)
    {
        var started = time.GetTimestamp();
        using (var warnings = new CommitWarnings(connection))
        {
            await transaction.WriteAsync(connection, batch);
            warnings.ThrowIfAny();
        }

        metrics.Committed(time.GetElapsedTime(started));
        foreach (var pending in batch)
        {
            pending.TrySetResult(transaction.ResultOf(pending.Member));
        }
    }

    // Whether any member is left to be written.
    private async Task<bool> LookAsync(NpgsqlConnection connection, List<Pending<TMember, TResult>> batch)
    {
        var doubtful = batch.Count(pending => pending.InDoubt);
        if (doubtful > 0)
        {
            // What is seen after this is as safe as a commit can be, even if the lost one did not wait for its standbys.
            using var warnings = new CommitWarnings(connection);
            await using var barrier = new NpgsqlCommand(PaymentSql.Barrier, connection);
            await barrier.ExecuteNonQueryAsync();
            warnings.ThrowIfAny();
        }

        _wary = await transaction.SortOutAsync(connection, batch) > 0;
        batch.RemoveAll(pending => pending.Task.IsCompleted);
        if (doubtful > 0)
        {
            GroupCommitLog.DoubtResolved(logger, doubtful, batch.Count(pending => pending.InDoubt));
        }

        return batch.Count > 0;
    }

    private List<Pending<TMember, TResult>> TakeApart(List<Pending<TMember, TResult>> batch)
    {
        List<Pending<TMember, TResult>> later = [];
        transaction.Begin();
        batch.RemoveAll(pending =>
        {
            var joins = transaction.TryJoin(pending.Member);
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
            batch[0].TrySetException(StoreFaults.IsLock(exception) ? new JournalUnavailableException(exception) : exception);
            return;
        }

        var half = batch.Count / 2;
        await WriteAsync(batch[..half]);
        await WriteAsync(batch[half..]);
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
