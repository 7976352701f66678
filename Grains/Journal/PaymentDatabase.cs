using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Journal;

/// <summary>The connections to the store: one pool for the group commit's writers, one for everything else.</summary>
public sealed class PaymentDatabase : IAsyncDisposable
{
    // A prepared statement's plan is made once, often while the tables are still empty, and must hold for millions of
    // rows: for these statements only the indexes are ever right.
    private const string IndexesOnly =
        "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

    // The lock timeout keeps one stuck row from delaying all payments.
    private const string WriterSettings =
        $"{IndexesOnly} -c plan_cache_mode=force_generic_plan -c enable_bitmapscan=off "
        + "-c lock_timeout=2s -c statement_timeout=8s";

    /// <summary>Makes the pools; connects at first use.</summary>
    /// <param name="connectionString">The application's login.</param>
    public PaymentDatabase(string connectionString)
    {
        Reads = NpgsqlDataSource.Create(StoreConnection.Complete(connectionString, IndexesOnly));
        // Without Npgsql's timeout, which would send the server a cancel request: the group commit has its own.
        var writes = new NpgsqlConnectionStringBuilder(StoreConnection.Complete(connectionString, WriterSettings))
        {
            CommandTimeout = 0,
        };
        Writes = NpgsqlDataSource.Create(writes);
    }

    /// <summary>For queries and small statements.</summary>
    public NpgsqlDataSource Reads { get; }

    /// <summary>For the group commit's writers.</summary>
    internal NpgsqlDataSource Writes { get; }

    /// <summary>Closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await Writes.DisposeAsync();
        await Reads.DisposeAsync();
    }

    /// <summary>Runs a query that may be repeated on a connection of <see cref="Reads"/>.</summary>
    /// <exception cref="JournalUnavailableException">The database is unavailable or did not respond in
    /// time.</exception>
    internal async Task<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> query, CancellationToken cancellation)
    {
        for (var isLast = false; ; isLast = true)
        {
            try
            {
                await using var connection = await Reads.OpenConnectionAsync(cancellation);
                return await query(connection);
            }
            catch (PostgresException exception) when (!isLast && StoreFaults.Of(exception) is StoreFault.Lost)
            {
                // The pooled connection died with the server or its backend some time ago; the next one is new.
            }
            catch (NpgsqlException exception) when (!isLast && exception.InnerException is IOException)
            {
                // As above, seen from the network.
            }
            catch (Exception exception) when (
                !cancellation.IsCancellationRequested
                && StoreFaults.Of(exception) is StoreFault.Lost or StoreFault.Refused)
            {
                throw new JournalUnavailableException(exception);
            }
        }
    }
}
