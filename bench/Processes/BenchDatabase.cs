using System.Security.Cryptography;
using Npgsql;
using PaymentCluster.Bench.Load;
using PaymentCluster.Grains.Schema;

namespace PaymentCluster.Bench.Processes;

/// <summary>A database for one scenario, on the server that the environment names, with the application's login;
/// dropped afterwards.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    /// <summary>The environment variable with a superuser's connection string (Npgsql); <c>bench/run</c> sets
    /// it.</summary>
    public const string Variable = "PAYMENTCLUSTER_BENCH_DB";

    private readonly string _name = $"bench_{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
    private readonly string _password = RandomNumberGenerator.GetHexString(24);
    private NpgsqlDataSource? _observer;

    private BenchDatabase()
    {
    }

    /// <summary>For migrations, and for looking.</summary>
    public string Owner => new NpgsqlConnectionStringBuilder(Server)
    {
        Database = _name, CommandTimeout = 0, ApplicationName = "bench",
    }.ConnectionString;

    /// <summary>For the application.</summary>
    public string App => new NpgsqlConnectionStringBuilder(Owner)
    {
        Username = $"{_name}_login", Password = _password,
    }.ConnectionString;

    /// <summary>The process that all of PostgreSQL's others come from.</summary>
    public int Postmaster { get; private set; }

    private static string Server => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } server
        ? server
        : throw new InvalidOperationException($"{Variable} is not set: start the benchmark with bench/run.");

    public static async Task<BenchDatabase> CreateAsync()
    {
        var database = new BenchDatabase();
        await using var server = NpgsqlDataSource.Create(Server);
        foreach (var statement in (string[])
            [
                """
                do $$ begin
                    if not exists (select from pg_roles where rolname = 'paymentcluster_app') then create role paymentcluster_app nologin; end if;
                    if not exists (select from pg_roles where rolname = 'paymentcluster_vault') then create role paymentcluster_vault nologin; end if;
                end $$
                """,
                $"create role {database._name}_login login password '{database._password}' in role paymentcluster_app",
                $"create database {database._name} template template0",
                "checkpoint",
            ])
        {
            await using var command = server.CreateCommand(statement);
            await command.ExecuteNonQueryAsync();
        }

        await SchemaMigrator.MigrateAsync(database.Owner);
        database._observer = NpgsqlDataSource.Create(database.Owner);
        database.Postmaster = ProcessTimes.ParentOf(await database.ReadAsync<int>("select pg_backend_pid()"));
        return database;
    }

    /// <summary>The server's settings that a result depends on.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> SettingsAsync()
    {
        await using var server = NpgsqlDataSource.Create(Server);
        await using var command = server.CreateCommand(
            """
            select name, current_setting(name) from pg_settings
            where name in ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'wal_compression',
                           'shared_buffers', 'max_wal_size', 'checkpoint_timeout', 'wal_sync_method')
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            settings[reader.GetString(0)] = reader.GetString(1);
        }

        return settings;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _observer!.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ReadAsync<T>(string sql)
    {
        await using var command = _observer!.CreateCommand(sql);
        command.CommandTimeout = 0;
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Payments that have been completed: the ledger knows, in rows whose number does not grow.</summary>
    public async Task<long> CompletedAsync() => await ReadAsync<long>(
        "select coalesce(sum(debits), 0)::bigint from ledger_balances where account like 'receivable:%'")
            / Requests.Amount;

    /// <summary>Transactions that have written, and bytes of the write-ahead log.</summary>
    public async Task<(long Commits, long Wal)> WritesAsync() => (
        await ReadAsync<long>("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"),
        (long)await ReadAsync<decimal>("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn"));

    public async ValueTask DisposeAsync()
    {
        if (_observer is not null)
        {
            await _observer.DisposeAsync();
        }

        NpgsqlConnection.ClearAllPools();
        await using var server = NpgsqlDataSource.Create(Server);
        foreach (var statement in (string[])[$"drop database {_name} with (force)", $"drop role {_name}_login"])
        {
            await using var command = server.CreateCommand(statement);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync();
        }
    }
}
