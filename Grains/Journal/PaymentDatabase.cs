using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Journal;

/// <summary>The connections to the store: one pool for the group commit's writers, one for reads over many rows, one
/// for everything else.</summary>
public sealed class PaymentDatabase : IAsyncDisposable
{
    // A prepared statement's plan is made once, often while the tables are still empty, and must hold for millions of
    // rows: for these statements only the indexes are ever right.
    private const string IndexesOnly =
        "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

    // Each statement's plan is made once: for arrays, PostgreSQL would make one for each execution, which costs more
    // than the statement.
    private const string PlannedOnce = $"{IndexesOnly} -c plan_cache_mode=force_generic_plan";

    /// <summary>What the writers' sessions are set to. The lock timeout keeps one stuck row from delaying all
    /// payments.</summary>
    internal const string WriterSettings =
        $"{PlannedOnce} -c enable_bitmapscan=off -c lock_timeout=2s -c statement_timeout=8s";

    // More than the server needs to say that a statement was canceled.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>Makes the pools; connects at first use.</summary>
    /// <param name="connectionString">The application's login.</param>
    /// <param name="readsOfMany">How long a read over many rows may take.</param>
    public PaymentDatabase(string connectionString, MerchantReadsOptions? readsOfMany = null)
    {
        var queryTimeout = (readsOfMany ?? new MerchantReadsOptions()).QueryTimeout;
        Reads = NpgsqlDataSource.Create(StoreConnection.Complete(connectionString, PlannedOnce));
        // The server ends the query, so that none goes on once its caller has gone.
        var many = new NpgsqlConnectionStringBuilder(StoreConnection.Complete(
            connectionString, $"{IndexesOnly} -c statement_timeout={(int)queryTimeout.TotalMilliseconds}"))
        {
            CommandTimeout = (int)Math.Ceiling((queryTimeout + Grace).TotalSeconds),
        };
        ReadsOfMany = NpgsqlDataSource.Create(many);
        // Without Npgsql's timeout, which would send the server a cancel request: the group commit has its own.
        var writes = new NpgsqlConnectionStringBuilder(StoreConnection.Complete(connectionString, WriterSettings))
        {
            CommandTimeout = 0,
        };
        Writes = NpgsqlDataSource.Create(writes);
    }

    /// <summary>For queries and small statements.</summary>
    public NpgsqlDataSource Reads { get; }

    /// <summary>For reads over many rows.</summary>
    internal NpgsqlDataSource ReadsOfMany { get; }

    /// <summary>For the group commit's writers.</summary>
    internal NpgsqlDataSource Writes { get; }

    /// <summary>Closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await Writes.DisposeAsync();
        await ReadsOfMany.DisposeAsync();
        await Reads.DisposeAsync();
    }

    /// <summary>Runs a query that may be repeated on a connection of <see cref="Reads"/>.</summary>
    /// <exception cref="JournalUnavailableException">The database is unavailable or did not respond in
    /// time.</exception>
    internal Task<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> query, CancellationToken cancellation) =>
        ReadAsync(Reads, query, cancellation);

    /// <summary>Runs a query over many rows that may be repeated. How many run at once is for
    /// <see cref="MerchantReads"/> to limit.</summary>
    /// <exception cref="JournalUnavailableException">The database is unavailable or did not respond in
    /// time.</exception>
    internal async Task<T> ReadManyAsync<T>(Func<NpgsqlConnection, Task<T>> query, CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(ReadsOfMany, query, cancellation);
        }
        catch (PostgresException exception) when (StoreFaults.IsLock(exception))
        {
            throw new JournalUnavailableException(exception);
        }
    }

    private static async Task<T> ReadAsync<T>(
        NpgsqlDataSource source, Func<NpgsqlConnection, Task<T>> query, CancellationToken cancellation)
    {
        for (var isLast = false; ; isLast = true)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellation);
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
