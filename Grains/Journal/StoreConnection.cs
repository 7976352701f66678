using Npgsql;

namespace PaymentCluster.Grains.Journal;

/// <summary>What every connection of the application is set to, whatever its configuration leaves open.</summary>
public static class StoreConnection
{
    /// <summary>
    /// Completes an operator's connection string. What it states itself stays, but for two things: errors never quote
    /// rows, and a pooled connection is not reset when it is given back, because nothing of ours leaves state in a
    /// session.
    /// </summary>
    /// <param name="connectionString">As configured.</param>
    /// <param name="options">More of PostgreSQL's command-line options.</param>
    public static string Complete(string connectionString, string? options = null)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        var complete = new NpgsqlConnectionStringBuilder(connectionString)
        {
            IncludeErrorDetail = false,
            NoResetOnClose = true,
            Options = $"{given.Options} {options}".Trim() is { Length: > 0 } all ? all : null,
        };
        Default("Timeout", () => complete.Timeout = 5);
        Default("Command Timeout", () => complete.CommandTimeout = 10);
        // A caller that gives up does not wait for the server to agree.
        Default("Cancellation Timeout", () => complete.CancellationTimeout = -1);
        Default("Keepalive", () => complete.KeepAlive = 15);
        Default("TCP Keepalive", () => complete.TcpKeepAlive = true);
        // With several hosts: after a failover the new primary is looked for at once, not after Npgsql's 10 s.
        Default("Host Recheck Seconds", () => complete.HostRecheckSeconds = 1);
        Default("Max Auto Prepare", () => complete.MaxAutoPrepare = 50);
        Default("Auto Prepare Min Usages", () => complete.AutoPrepareMinUsages = 2);
        Default("Application Name", () => complete.ApplicationName = "paymentcluster");
        return complete.ConnectionString;

        void Default(string keyword, Action set)
        {
            // ContainsKey says whether a keyword exists; the builder lists only those that were given.
            if (!given.ContainsGiven(keyword))
            {
                set();
            }
        }
    }

    private static bool ContainsGiven(this NpgsqlConnectionStringBuilder builder, string keyword) =>
        builder.Keys.Contains(keyword, StringComparer.OrdinalIgnoreCase);
}
