using Npgsql;
using PaymentCluster.Testing;

namespace PaymentCluster.Storage.Tests;

/// <summary>A database of its own with the tables that Orleans' providers use, and nothing else.</summary>
public sealed class Database : IAsyncLifetime
{
    private TestDatabase? _database;

    public string ConnectionString => _database!.OwnerConnectionString;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateEmptyAsync(TestDatabase.Server);
        await ExecuteAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "0001_orleans.sql")));
    }

    public async Task DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    public Task ExecuteAsync(string sql) => _database!.ExecuteAsync(sql);

    public async Task<object?[]> RowAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync(), $"No row: {sql}");
        var row = new object?[reader.FieldCount];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = await reader.IsDBNullAsync(i) ? null : reader.GetValue(i);
        }

        Assert.False(await reader.ReadAsync(), $"More than one row: {sql}");
        return row;
    }
}
