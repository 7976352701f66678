using Npgsql;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Merchants.Tests.Hosting;

/// <summary>A database of its own on the PostgreSQL that <c>./test</c> starts, with the product's tables.</summary>
public sealed class TestDatabase : IAsyncLifetime
{
    private readonly string _name = $"merchants_{Environment.ProcessId}_{Environment.TickCount64}";

    public string ConnectionString { get; private set; } = "";

    private static string Server => Environment.GetEnvironmentVariable("PAYMENTCLUSTER_TEST_DB")
        ?? throw new InvalidOperationException("PAYMENTCLUSTER_TEST_DB names no PostgreSQL; ./test starts one and sets it.");

    public async Task InitializeAsync()
    {
        await RunAsync(Server, $"CREATE DATABASE {_name}");
        ConnectionString = new NpgsqlConnectionStringBuilder(Server) { Database = _name, MaxPoolSize = 10 }.ConnectionString;
        var assembly = typeof(MerchantGrain).Assembly;
        foreach (var script in assembly.GetManifestResourceNames().Where(name => name.StartsWith("sql/", StringComparison.Ordinal)).Order())
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(script)!);
            await RunAsync(ConnectionString, await reader.ReadToEndAsync());
        }
    }

    public async Task DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await RunAsync(Server, $"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");
    }

    public async Task<string> ReadAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static async Task RunAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
