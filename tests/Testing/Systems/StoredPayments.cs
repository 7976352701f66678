using Npgsql;

namespace PaymentCluster.Testing.Systems;

/// <summary>What the store holds, read beside the server.</summary>
public sealed record StoredPayments
{
    /// <summary>The names of all attempts ever started, which are all that a provider may have received.</summary>
    public required HashSet<string> Attempts { get; init; }

    /// <summary>Captured over all payments, in minor units.</summary>
    public required long Captured { get; init; }

    public static async Task<StoredPayments> ReadAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            """
            SELECT 'att_' || substr(payment_text(payment_id), 5) || '_' || row_number() OVER (PARTITION BY payment_id ORDER BY version)
            FROM payment_events WHERE type = 'attempt_started'
            """);
        var attempts = new HashSet<string>(StringComparer.Ordinal);
        await using (var rows = await command.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
            {
                attempts.Add(rows.GetString(0));
            }
        }

        await using var sum = source.CreateCommand("SELECT coalesce(sum(captured_amount), 0)::bigint FROM payments");
        return new StoredPayments { Attempts = attempts, Captured = (long)(await sum.ExecuteScalarAsync())! };
    }
}
