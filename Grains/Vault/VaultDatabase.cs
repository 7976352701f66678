using Npgsql;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Vault;

/// <summary>The vault's own connections, under its own login: nothing else in a silo uses them, and no other login sees
/// its tables.</summary>
internal sealed class VaultDatabase : IAsyncDisposable
{
    private const int MaxConnections = 8;

    private readonly NpgsqlDataSource? _source;

    public VaultDatabase(string? connectionString)
    {
        if (!string.IsNullOrWhiteSpace(connectionString))
        {
            var complete = new NpgsqlConnectionStringBuilder(StoreConnection.Complete(connectionString))
            {
                MaxPoolSize = MaxConnections,
                ApplicationName = "paymentcluster-vault",
            };
            _source = NpgsqlDataSource.Create(complete);
        }
    }

    /// <summary>Whether there is a vault.</summary>
    public bool IsOpen => _source is not null;

    /// <summary>Runs a statement; how many rows it changed.</summary>
    public async Task<int> ExecuteAsync(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Runs a query.</summary>
    public async Task<List<T>> QueryAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, params NpgsqlParameter[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        if (_source is not null)
        {
            await _source.DisposeAsync();
        }
    }

    private NpgsqlCommand Command(string sql, NpgsqlParameter[] parameters)
    {
        var command = (_source ?? throw new InvalidOperationException("There is no vault here.")).CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
