using System.Security.Cryptography;
using Npgsql;
using PaymentCluster.Grains.Schema;

namespace PaymentCluster.Testing.Systems;

/// <summary>A database of one test's own on the server that ./test starts, with an owner and a login that may only
/// work.</summary>
public sealed class SystemDatabase : IAsyncDisposable
{
    private readonly string _name = $"system_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
    private readonly string _password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private SystemDatabase()
    {
    }

    /// <summary>For migrations.</summary>
    public string Owner => Of($"{_name}_owner");

    /// <summary>For everyday work.</summary>
    public string App => Of($"{_name}_login");

    /// <summary>For the vault of cards.</summary>
    public string Vault => Of($"{_name}_vault");

    private static string Server => Environment.GetEnvironmentVariable("PAYMENTCLUSTER_TEST_DB")
        ?? throw new InvalidOperationException(
            "PAYMENTCLUSTER_TEST_DB is not set: run the tests with ./test, which starts a PostgreSQL for them.");

    /// <summary>Creates a database and migrates it.</summary>
    public static async Task<SystemDatabase> CreateAsync()
    {
        var database = await CreateEmptyAsync();
        await SchemaMigrator.MigrateAsync(database.Owner);
        return database;
    }

    /// <summary>Creates a database without a schema.</summary>
    public static async Task<SystemDatabase> CreateEmptyAsync()
    {
        var database = new SystemDatabase();
        var name = database._name;
        await ExecuteAsync(
            """
            do $$ begin
                if not exists (select from pg_roles where rolname = 'paymentcluster_app') then create role paymentcluster_app nologin; end if;
                if not exists (select from pg_roles where rolname = 'paymentcluster_vault') then create role paymentcluster_vault nologin; end if;
            exception when duplicate_object or unique_violation then null;
            end $$
            """,
            $"create role {name}_owner login password '{database._password}'",
            $"create role {name}_login login password '{database._password}' in role paymentcluster_app",
            $"create role {name}_vault login password '{database._password}' in role paymentcluster_vault",
            $"create database {name} owner {name}_owner");
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync(
            $"drop database {_name} with (force)",
            $"drop role {_name}_login",
            $"drop role {_name}_vault",
            $"drop role {_name}_owner");
    }

    private static async Task ExecuteAsync(params string[] statements)
    {
        await using var connection = new NpgsqlConnection(Server);
        await connection.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private string Of(string login) => new NpgsqlConnectionStringBuilder(Server)
    {
        Database = _name,
        Username = login,
        Password = _password,
        MaxPoolSize = 20,
    }.ConnectionString;
}
