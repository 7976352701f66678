using Npgsql;
using PaymentCluster.Grains.Abstractions.Caching;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Health;

/// <summary>Whether the database accepts writes. Callers that check at the same time share one check, so that none can
/// use up connections by checking often.</summary>
public sealed class StoreHealth
{
    private const string CheckSql = "select pg_is_in_recovery() or current_setting('transaction_read_only')::bool";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly PaymentDatabase _database;
    private readonly TimeProvider _time;
    private readonly SingleFlightCache<string, string?> _checks;

    /// <summary>Checks nothing yet.</summary>
    /// <param name="database">The store.</param>
    /// <param name="time">Measures the timeout.</param>
    public StoreHealth(PaymentDatabase database, TimeProvider time)
    {
        (_database, _time) = (database, time);
        _checks = new SingleFlightCache<string, string?>(
            _ => RunAsync(),
            new SingleFlightCacheOptions<string?> { Lifetime = TimeSpan.Zero, Capacity = 1 },
            time);
    }

    /// <summary>Why the database accepts no writes; null if it does.</summary>
    public Task<string?> CheckAsync() => _checks.GetAsync("").AsTask();

    private async Task<string?> RunAsync()
    {
        using var deadline = new CancellationTokenSource(Timeout, _time);
        try
        {
            await using var connection = await _database.Reads.OpenConnectionAsync(deadline.Token);
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
