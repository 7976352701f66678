using Npgsql;
using PaymentCluster.Chaos.Tests.Hosts;

namespace PaymentCluster.Chaos.Tests.Faults;

/// <summary>What can go wrong with PostgreSQL.</summary>
internal sealed class StoreFaults(ChaosSystem system, Action<string> report)
{
    private const int Connections = 140;
    private const int MaxStarts = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private bool _isFrozen;

    /// <summary>It dies at once, and restarts.</summary>
    public async Task CrashAsync(Strike strike, CancellationToken heal)
    {
        if (await system.Postgres.IsRunningAsync())
        {
            await system.Postgres.CrashAsync();
        }

        await NetworkFaults.WaitAsync(strike.For, heal);
        await StartAsync();
    }

    /// <summary>It is frozen, its own timeouts with it.</summary>
    public async Task FreezeAsync(Strike strike, CancellationToken heal)
    {
        await system.Postgres.FreezeAsync();
        _isFrozen = true;
        await NetworkFaults.WaitAsync(strike.For, heal);
        await ThawAsync();
    }

    /// <summary>Its disk is full, for its tables and its log alike.</summary>
    public async Task FillDiskAsync(Strike strike, CancellationToken heal)
    {
        system.Disk!.Fill();
        // So that a new segment is needed, and the log meets the end of the disk and not only the tables.
        await TryAsync("select pg_switch_wal()");
        await NetworkFaults.WaitAsync(strike.For, heal);
        system.Disk.Free();
        if (!await system.Postgres.IsRunningAsync())
        {
            report("          PostgreSQL ended by the full disk");
            await StartAsync();
        }
    }

    /// <summary>Other sessions hold all remaining connections.</summary>
    public async Task TakeConnectionsAsync(Strike strike, CancellationToken heal)
    {
        List<NpgsqlConnection> taken = [];
        try
        {
            for (var number = 0; number < Connections; number++)
            {
                var connection = new NpgsqlConnection(system.Database);
                taken.Add(connection);
                await connection.OpenAsync(heal);
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException
            or TimeoutException)
        {
            // There are no more.
        }

        await NetworkFaults.WaitAsync(strike.For, heal);
        foreach (var connection in taken)
        {
            await connection.DisposeAsync();
        }
    }

    /// <summary>Another session locks what every payment needs.</summary>
    public async Task LockTableAsync(Strike strike, CancellationToken heal)
    {
        var table = Draws.Of(strike.Seed, "table")
            .Pick("payments", "payment_events", "payment_schedule", "ledger_balances", "webhook_inbox");
        try
        {
            await using var connection = new NpgsqlConnection(system.Database);
            await connection.OpenAsync(heal);
            await using var transaction = await connection.BeginTransactionAsync(heal);
            await using (var command = new NpgsqlCommand(
                $"set local lock_timeout = '2s'; lock table {table} in share mode", connection))
            {
                await command.ExecuteNonQueryAsync(heal);
            }

            await NetworkFaults.WaitAsync(strike.For, heal);
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException
            or TimeoutException)
        {
            // The store is away, for other reasons.
        }
    }

    /// <summary>It runs, and has space.</summary>
    public async Task HealAsync()
    {
        await ThawAsync();
        system.Disk?.Free();
        if (!await system.Postgres.IsRunningAsync())
        {
            await StartAsync();
        }
    }

    private async Task ThawAsync()
    {
        if (_isFrozen)
        {
            await system.Postgres.ThawAsync();
        }

        _isFrozen = false;
    }

    // After a crash, processes of the dead server may hold its memory for a moment.
    private async Task StartAsync()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await system.Postgres.StartAgainAsync(ChaosSystem.PostgresSettings);
                return;
            }
            catch (InvalidOperationException) when (tries < MaxStarts)
            {
                await Task.Delay(Pause);
            }
        }
    }

    private async Task TryAsync(string sql)
    {
        try
        {
            await using var connection = new NpgsqlConnection(system.Database);
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            // It is what was wanted.
        }
    }
}
