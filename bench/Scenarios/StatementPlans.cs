using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Bench.Scenarios;

/// <summary>The plans of the journal's statements, as its own connections plan them: each row is found by its key. A
/// plan that reads the rows of a whole merchant is right for a few of them, and measures the plan.</summary>
internal static partial class StatementPlans
{
    private static readonly (string Name, string Sql)[] Statements =
    [
        (nameof(PaymentSql.UpdatePayments), PaymentSql.UpdatePayments),
        (nameof(PaymentSql.LockPayments), PaymentSql.LockPayments),
        (nameof(PaymentSql.UpsertSchedule), PaymentSql.UpsertSchedule),
        (nameof(PaymentSql.DeleteSchedule), PaymentSql.DeleteSchedule),
        (nameof(PaymentSql.FindConflicts), PaymentSql.FindConflicts),
        (nameof(PaymentSql.ReadBack), PaymentSql.ReadBack),
        (nameof(PaymentSql.Load), PaymentSql.Load),
    ];

    // What finds a row: the payment's id, or another key that is unique.
    private static readonly string[] Keys = ["payment_id = ", "order_id = ", "key = "];

    /// <summary>Plans every statement.</summary>
    /// <exception cref="InvalidOperationException">A plan does not find its rows by their keys.</exception>
    public static async Task RequireAsync(PaymentDatabase store)
    {
        foreach (var (name, sql) in Statements)
        {
            var plan = await PlanAsync(store, sql);
            using var document = JsonDocument.Parse(plan);
            if (Objection(document.RootElement[0].GetProperty("Plan")) is { } objection)
            {
                throw new InvalidOperationException($"The plan of {name} {objection}:\n{plan}");
            }
        }
    }

    /// <summary>What is wrong with a plan; null if nothing is.</summary>
    internal static string? Objection(JsonElement node)
    {
        if (node.TryGetProperty("Relation Name", out var relation)
            && node.GetProperty("Node Type").GetString() is { } type
            && type.EndsWith("Scan", StringComparison.Ordinal))
        {
            var condition = node.TryGetProperty("Index Cond", out var given) ? given.GetString()! : "";
            if (!Array.Exists(Keys, key => condition.Contains(key, StringComparison.Ordinal)))
            {
                return $"reads {relation.GetString()} by '{condition}', without a row's key";
            }
        }

        return node.TryGetProperty("Plans", out var parts)
            ? parts.EnumerateArray().Select(Objection).FirstOrDefault(objection => objection is not null)
            : null;
    }

    // Prepared and forced to be generic by the connection's own settings: PostgreSQL 15 cannot explain parameters.
    private static async Task<string> PlanAsync(PaymentDatabase store, string sql)
    {
        await using var connection = await store.Writes.OpenConnectionAsync();
        var parameters = Parameter().Matches(sql).Select(match => match.Value).Distinct(StringComparer.Ordinal).Count();
        await ExecuteAsync(connection, $"prepare planned as {sql}");
        try
        {
            await using var explain = new NpgsqlCommand(
                $"explain (format json) execute planned ({string.Join(", ", Enumerable.Repeat("null", parameters))})",
                connection);
            return (string)(await explain.ExecuteScalarAsync())!;
        }
        finally
        {
            await ExecuteAsync(connection, "deallocate planned");
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    [GeneratedRegex(@"\$\d+", RegexOptions.None, 1_000)]
    private static partial Regex Parameter();
}
