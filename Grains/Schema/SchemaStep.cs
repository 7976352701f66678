using Npgsql;

namespace PaymentCluster.Grains.Schema;

/// <summary>One transaction that changes the schema while payments continue.</summary>
internal static class SchemaStep
{
    // A statement that waits for a table's lock holds up all that come after it: payments wait no longer than this.
    private const string SetLockTimeout = "set local lock_timeout = '1s'";
    private const int MaxTries = 60;

    private static readonly TimeSpan PauseBetweenTries = TimeSpan.FromSeconds(1);

    /// <summary>Runs a statement, or several.</summary>
    public static Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation) =>
        RunAsync(connection, () => ExecuteAsync(connection, sql, cancellation), cancellation);

    /// <summary>Runs a transaction. Where another session holds a lock on a table for longer than a second, it is
    /// given up and tried again, for two minutes.</summary>
    public static async Task RunAsync(
        NpgsqlConnection connection, Func<Task> change, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                await ExecuteAsync(connection, SetLockTimeout, cancellation);
                await change();
                await transaction.CommitAsync(cancellation);
                return;
            }
            catch (PostgresException exception) when (tries < MaxTries && exception.SqlState
                is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                await Task.Delay(PauseBetweenTries, cancellation);
            }
        }
    }

    /// <summary>Runs a statement of the owner's, within whatever transaction there is.</summary>
    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
