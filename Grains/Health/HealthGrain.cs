using Npgsql;
using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Health;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Health;

/// <summary>Asks the store whether payments can be written now.</summary>
[StatelessWorker]
public sealed class HealthGrain(PaymentDatabase database, TimeProvider time) : Grain, IHealthGrain
{
    private const string CheckSql = "select pg_is_in_recovery() or current_setting('transaction_read_only')::bool";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public Task<string?> Check() => CheckAsync(database, time);

    /// <summary>What is wrong with the store now; null if nothing is.</summary>
    internal static async Task<string?> CheckAsync(PaymentDatabase database, TimeProvider time)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        try
        {
            await using var connection = await database.Reads.OpenConnectionAsync(deadline.Token);
            await using var command = new NpgsqlCommand(CheckSql, connection);
            return await command.ExecuteScalarAsync(deadline.Token) is false ? null : "The database is read-only.";
        }
        catch (OperationCanceledException)
        {
            return $"The database has not answered within {Patience.TotalSeconds:0} s.";
        }
        catch (NpgsqlException)
        {
            return "The database is out of reach.";
        }
    }
}
