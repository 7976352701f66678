using System.Net.Sockets;
using Npgsql;

namespace PaymentCluster.Grains.Journal;

/// <summary>What a failure of the store means for the transaction that met it.</summary>
internal enum StoreFault
{
    /// <summary>Nothing was written and the same may succeed at once: a deadlock, a serialization failure.</summary>
    Repeat,

    /// <summary>Because of what some member holds: a constraint, a lock, a character that the store cannot take.
    /// Nothing was written.</summary>
    Member,

    /// <summary>Nothing was written, and not because of a member: no space, read-only, an internal error.</summary>
    Refused,

    /// <summary>There is no connection, or it ended before the response: what was sent may be durable.</summary>
    Lost,
}

/// <summary>Reads failures of the store.</summary>
internal static class StoreFaults
{
    /// <summary>What it means.</summary>
    public static StoreFault Of(Exception exception) => exception switch
    {
        PostgresException error => OfServer(error),
        CommitWarnedException => StoreFault.Lost,
        NpgsqlException or IOException or SocketException or TimeoutException => StoreFault.Lost,
        // A connection or data source that ended under us.
        ObjectDisposedException => StoreFault.Lost,
        _ => StoreFault.Member,
    };

    /// <summary>Whether another transaction held a lock for too long.</summary>
    public static bool IsLock(Exception exception) => exception
        is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled };

    /// <summary>A failure's name for logs: its code, never its text, which may quote data.</summary>
    public static string Name(Exception exception) =>
        exception is PostgresException error ? error.SqlState : (exception.InnerException ?? exception).GetType().Name;

    private static StoreFault OfServer(PostgresException error)
    {
        // A FATAL error ends the session at any point, also between a commit and its response.
        if (error.InvariantSeverity is "FATAL" or "PANIC")
        {
            return StoreFault.Lost;
        }

        return error.SqlState switch
        {
            PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => StoreFault.Repeat,
            PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled => StoreFault.Member,
            PostgresErrorCodes.ReadOnlySqlTransaction => StoreFault.Refused,
            // Insufficient resources, operator intervention, system error, internal error.
            ['5', '3', ..] or ['5', '7', ..] or ['5', '8', ..] or ['X', 'X', ..] => StoreFault.Refused,
            // A schema or a role that lacks something: every member would meet it.
            ['4', '2', ..] => StoreFault.Refused,
            _ => StoreFault.Member,
        };
    }
}
