using System.Threading.Channels;
using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Journal;

/// <summary>
/// Shares the cost of loads: while a statement is under way the next keys collect, and one statement reads them. There
/// is no delay beyond that, in the order of arrival, so that a thousand activations after a restart take a few
/// connections, and one cold read is a statement of its own.
/// </summary>
internal sealed class GroupLoad : IAsyncDisposable
{
    private readonly Channel<PendingLoad> _queue;
    private readonly PaymentDatabase _database;
    private readonly JournalOptions _options;
    private readonly JournalMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Task[] _readers;

    public GroupLoad(PaymentDatabase database, JournalOptions options, JournalMetrics metrics, TimeProvider time)
    {
        (_database, _options, _metrics, _time) = (database, options, metrics, time);
        _queue = Channel.CreateBounded<PendingLoad>(new BoundedChannelOptions(options.LoadQueueLimit)
        {
            FullMode = BoundedChannelFullMode.Wait,
        });
        metrics.WatchLoads(() => _queue.Reader.Count);

        // The readers belong to no request: they must not keep the execution context of the first caller.
        using (ExecutionContext.SuppressFlow())
        {
            _readers = [.. Enumerable.Range(0, options.Readers).Select(_ => Task.Run(RunAsync))];
        }
    }

    /// <summary>Loads a payment; null if there is none.</summary>
    /// <exception cref="JournalOverloadedException">Too many wait already, or no more is loaded.</exception>
    /// <exception cref="JournalUnavailableException">The database is unavailable.</exception>
    public Task<StoredPayment?> AddAsync(PaymentKey key)
    {
        var load = new PendingLoad(key, _time.GetTimestamp());
        if (!_queue.Writer.TryWrite(load))
        {
            _metrics.Refused();
            throw new JournalOverloadedException();
        }

        return load.Task;
    }

    /// <summary>Accepts nothing more and loads what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await Task.WhenAll(_readers);
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            var batch = new List<PendingLoad>();
            while (batch.Count < _options.MaxLoad && _queue.Reader.TryRead(out var load))
            {
                if (_time.GetElapsedTime(load.Since) >= _options.LoadTimeout)
                {
                    load.TrySetException(new JournalUnavailableException(new TimeoutException()));
                    continue;
                }

                batch.Add(load);
            }

            if (batch.Count > 0)
            {
                await LoadAsync(batch);
            }
        }
    }

    private async Task LoadAsync(List<PendingLoad> batch)
    {
        try
        {
            var started = _time.GetTimestamp();
            var found = await _database.ReadAsync(connection => ReadAsync(connection, batch), CancellationToken.None);
            _metrics.Loaded(batch.Count, _time.GetElapsedTime(started));
            for (var index = 0; index < batch.Count; index++)
            {
                Complete(batch[index], found[index]);
            }
        }
        catch (Exception exception) when (batch.Count == 1 || exception is JournalUnavailableException)
        {
            batch.ForEach(load => load.TrySetException(exception));
        }
        catch (Exception)
        {
            // Some payment cannot be read, and nothing says which: halve the batch until it is alone.
            var half = batch.Count / 2;
            await LoadAsync(batch[..half]);
            await LoadAsync(batch[half..]);
        }
    }

    private static void Complete(PendingLoad load, StoredRows? rows)
    {
        try
        {
            load.TrySetResult(rows?.ToPayment(load.Key));
        }
        catch (InvalidDataException exception)
        {
            load.TrySetException(exception);
        }
    }

    // By the index of their key; null where there is no such payment.
    private static async Task<StoredRows?[]> ReadAsync(NpgsqlConnection connection, List<PendingLoad> batch)
    {
        await using var command = new NpgsqlCommand(PaymentSql.Load, connection);
        command.Parameters.Add(Parameters.Of(batch.ConvertAll(static load => load.Key.Merchant)));
        command.Parameters.Add(Parameters.Of(batch.ConvertAll(static load => load.Key.Payment.Value)));
        var found = new StoredRows?[batch.Count];
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                ref var rows = ref found[StoredRows.IndexOf(reader)];
                rows ??= new StoredRows(reader);
                rows.Add(reader);
            }
        }

        for (var index = 0; index < found.Length; index++)
        {
            if (found[index] is { IsWithoutEvents: true } rows)
            {
                rows.IsArchived = await IsArchivedAsync(connection, batch[index].Key);
            }
        }

        return found;
    }

    // After the rows, so that what has been archived since is archived.
    private static async Task<bool> IsArchivedAsync(NpgsqlConnection connection, PaymentKey key)
    {
        await using var command = new NpgsqlCommand(PaymentSql.IsArchived, connection);
        command.Parameters.Add(Parameters.Of(key.Payment.Value));
        return await command.ExecuteScalarAsync() is true;
    }

    private sealed class PendingLoad(PaymentKey key, long since)
        : TaskCompletionSource<StoredPayment?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public PaymentKey Key { get; } = key;

        public long Since { get; } = since;
    }
}
