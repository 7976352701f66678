using Npgsql;

namespace PaymentCluster.Semantics.Tests;

/// <summary>A database of its own with the tables that Orleans' providers use, on the server that <c>./test</c> starts.</summary>
public sealed class Database : IAsyncLifetime
{
    private readonly string _name = $"semantics_{Environment.ProcessId}_{TimeProvider.System.GetUtcNow().Ticks}";
    private readonly string _server = Environment.GetEnvironmentVariable("PAYMENTCLUSTER_TEST_DB")
        ?? throw new InvalidOperationException("PAYMENTCLUSTER_TEST_DB names no PostgreSQL server: run ./test, which starts one.");

    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server) { Database = _name }.ConnectionString;

    public async Task InitializeAsync()
    {
        await ExecuteAsync(_server, $"CREATE DATABASE {_name}");
        await ExecuteAsync(ConnectionString, await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "0001_orleans.sql")));
    }

    public async Task DisposeAsync() => await ExecuteAsync(_server, $"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");

    public Task ExecuteAsync(string sql) => ExecuteAsync(ConnectionString, sql);

    public async Task<object?[]> RowAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync(), $"No row: {sql}");
        var row = new object?[reader.FieldCount];
        for (var i = 0; i < row.Length; i++)
            row[i] = await reader.IsDBNullAsync(i) ? null : reader.GetValue(i);
        Assert.False(await reader.ReadAsync(), $"More than one row: {sql}");
        return row;
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
