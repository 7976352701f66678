using System.Diagnostics;
using Npgsql;
using PaymentCluster.Chaos.Tests.Hosts;

namespace PaymentCluster.Chaos.Tests.Checks;

/// <summary>I17: what was taken under load is given back.</summary>
internal static class Resources
{
    // Two pools of twenty connections at most per silo, one per gateway, and Orleans' own.
    private const int SessionsPerProcess = 45;
    private const int MaxThreads = 200;

    private const string SessionsSql =
        """
        select count(*), count(*) filter (where state like 'idle in transaction%'), count(*) filter (where wait_event_type = 'Lock')
        from pg_stat_activity where application_name = 'paymentcluster'
        """;

    // Sweepers and writers are at work between two looks: what is theirs is gone at one of the next.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    /// <summary>What is still held when the system has had time to give it back.</summary>
    public static async Task<List<Violation>> I17_resources_return(ChaosSystem system)
    {
        var started = Stopwatch.GetTimestamp();
        var found = await HeldAsync(system);
        while (found.Count > 0 && Stopwatch.GetElapsedTime(started) < Deadline)
        {
            await Task.Delay(Pause);
            found = await HeldAsync(system);
        }

        return found;
    }

    private static async Task<List<Violation>> HeldAsync(ChaosSystem system)
    {
        List<Violation> found = [];
        await using var connection = new NpgsqlConnection(system.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(SessionsSql, connection);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        var (sessions, idle, waiting) = (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
        if (sessions > SessionsPerProcess * system.Silos.Count)
        {
            found.Add(new Violation("I17", $"{sessions} sessions at the store"));
        }

        if (idle > 0 || waiting > 0)
        {
            found.Add(new Violation(
                "I17", $"{idle} sessions in a transaction that does nothing, {waiting} that wait for a lock"));
        }

        foreach (var process in system.Processes)
        {
            if (process.Pid is { } pid && Directory.Exists($"/proc/{pid}/task")
                && Directory.GetDirectories($"/proc/{pid}/task").Length is var threads and > MaxThreads)
            {
                found.Add(new Violation("I17", $"{process.Name} has {threads} threads"));
            }
        }

        return found;
    }
}
