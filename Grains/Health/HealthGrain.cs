using Npgsql;
using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Health;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Health;

/// <summary>Checks whether the database accepts writes.</summary>
[StatelessWorker]
public sealed class HealthGrain(PaymentDatabase database, TimeProvider time) : Grain, IHealthGrain
{
    private const string CheckSql = "select pg_is_in_recovery() or current_setting('transaction_read_only')::bool";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public Task<string?> Check() => CheckAsync(database, time);

    /// <summary>Why the database accepts no writes; null if it does.</summary>
    internal static async Task<string?> CheckAsync(PaymentDatabase database, TimeProvider time)
    {
        using var deadline = new CancellationTokenSource(Timeout, time);
        try
        {
            await using var connection = await database.Reads.OpenConnectionAsync(deadline.Token);
            await using var command = new NpgsqlCommand(CheckSql, connection);
            return await command.ExecuteScalarAsync(deadline.Token) is false ? null : "The database is read-only.";
        }
        catch (OperationCanceledException)
        {
            return $"The database did not respond within {Timeout.TotalSeconds:0} s.";
        }
        catch (NpgsqlException)
        {
            return "The database is unavailable.";
        }
    }
}
