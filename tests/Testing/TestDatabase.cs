using System.Security.Cryptography;
using Npgsql;
using PaymentCluster.Grains.Schema;

namespace PaymentCluster.Testing;

/// <summary>
/// A database of a test's own on the server that <c>PAYMENTCLUSTER_TEST_DB</c> names (an Npgsql connection string of a
/// superuser; <c>./test</c> sets it), with logins of the application's, the gateway's and the vault's; all are gone
/// afterwards.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    /// <summary>The environment variable that names the server.</summary>
    public const string Variable = "PAYMENTCLUSTER_TEST_DB";

    private readonly string _server;

    private TestDatabase(string server, string name, string password)
    {
        _server = server;
        Name = name;
        OwnerConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        AppConnectionString = new NpgsqlConnectionStringBuilder(server)
        {
            Database = name,
            Username = AppLogin,
            Password = password,
        }.ConnectionString;
        GatewayConnectionString = new NpgsqlConnectionStringBuilder(server)
        {
            Database = name,
            Username = GatewayLogin,
            Password = password,
        }.ConnectionString;
        VaultConnectionString = new NpgsqlConnectionStringBuilder(server)
        {
            Database = name,
            Username = VaultLogin,
            Password = password,
        }.ConnectionString;
    }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>The application's login, a member of <c>paymentcluster_app</c> once the schema is there.</summary>
    public string AppLogin => $"{Name}_app";

    /// <summary>The gateway's login, a member of <c>paymentcluster_gateway</c> once the schema is there.</summary>
    public string GatewayLogin => $"{Name}_gateway";

    /// <summary>The vault's login, a member of <c>paymentcluster_vault</c> once the schema is there.</summary>
    public string VaultLogin => $"{Name}_vault";

    /// <summary>For the owner, a superuser.</summary>
    public string OwnerConnectionString { get; }

    /// <summary>For the application.</summary>
    public string AppConnectionString { get; }

    /// <summary>For a gateway, to find the silos.</summary>
    public string GatewayConnectionString { get; }

    /// <summary>For the vault.</summary>
    public string VaultConnectionString { get; }

    /// <summary>The server's connection string from the environment.</summary>
    /// <exception cref="InvalidOperationException">It is not set.</exception>
    public static string Server => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } server
        ? server
        : throw new InvalidOperationException(
            $"{Variable} is not set: run the tests with ./test, or name a PostgreSQL server's superuser.");

    /// <summary>Creates a database and migrates it.</summary>
    public static async Task<TestDatabase> CreateAsync()
    {
        var database = await CreateEmptyAsync(Server);
        await database.MigrateAsync();
        return database;
    }

    /// <summary>Creates a database without a schema, on the server of this superuser.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync(string server)
    {
        var name = $"test_{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        var database = new TestDatabase(server, name, RandomNumberGenerator.GetHexString(24));
        await ExecuteAsync(server, $"create database {name} template template0");
        var password = new NpgsqlConnectionStringBuilder(database.AppConnectionString).Password;
        await ExecuteAsync(server, $"create role {database.AppLogin} login password '{password}'");
        await ExecuteAsync(server, $"create role {database.GatewayLogin} login password '{password}'");
        await ExecuteAsync(server, $"create role {database.VaultLogin} login password '{password}'");
        return database;
    }

    /// <summary>Migrates the database and gives the logins their rights.</summary>
    public async Task MigrateAsync()
    {
        await SchemaMigrator.MigrateAsync(OwnerConnectionString);
        await ExecuteAsync($"grant paymentcluster_app to {AppLogin}");
        await ExecuteAsync($"grant paymentcluster_gateway to {GatewayLogin}");
        await ExecuteAsync($"grant paymentcluster_vault to {VaultLogin}");
    }

    /// <summary>Runs a statement as the owner.</summary>
    public Task ExecuteAsync(string sql) => ExecuteAsync(OwnerConnectionString, sql);

    /// <summary>Reads one value as the owner.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await OpenAsync(OwnerConnectionString);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>An open connection of the owner's, outside any pool.</summary>
    public Task<NpgsqlConnection> OpenOwnerAsync() => OpenAsync(OwnerConnectionString);

    /// <summary>Drops the database and the logins.</summary>
    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync(_server, $"drop database if exists {Name} with (force)");
        await ExecuteAsync(_server, $"drop role if exists {AppLogin}");
        await ExecuteAsync(_server, $"drop role if exists {GatewayLogin}");
        await ExecuteAsync(_server, $"drop role if exists {VaultLogin}");
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = await OpenAsync(connectionString);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    // Without a pool nothing holds on to a database that is about to be dropped.
    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
