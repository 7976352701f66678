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

    private readonly string _server;

    private SystemDatabase(string server) => _server = server;

    /// <summary>Where processes find the server; several, of which one is the primary, for one that may fail over.
    /// Default: the server that it was created on.</summary>
    public string? Hosts { get; set; }

    /// <summary>For migrations.</summary>
    public string Owner => Of($"{_name}_owner");

    /// <summary>For everyday work.</summary>
    public string App => Of($"{_name}_login");

    /// <summary>For a gateway, to find the silos.</summary>
    public string Gateway => Of($"{_name}_gateway");

    /// <summary>For the vault of cards.</summary>
    public string Vault => Of($"{_name}_vault");

    private static string SharedServer => Environment.GetEnvironmentVariable("PAYMENTCLUSTER_TEST_DB")
        ?? throw new InvalidOperationException(
            "PAYMENTCLUSTER_TEST_DB is not set: run the tests with ./test, which starts a PostgreSQL for them.");

    /// <summary>Creates a database and migrates it.</summary>
    /// <param name="server">A superuser's connection string; null for the server that ./test starts.</param>
    public static async Task<SystemDatabase> CreateAsync(string? server = null)
    {
        var database = await CreateEmptyAsync(server);
        await SchemaMigrator.MigrateAsync(database.Owner);
        return database;
    }

    /// <summary>Creates a database without a schema.</summary>
    public static async Task<SystemDatabase> CreateEmptyAsync(string? server = null)
    {
        var database = new SystemDatabase(server ?? SharedServer);
        var name = database._name;
        await database.ExecuteAsync(
            """
            do $$ begin
                if not exists (select from pg_roles where rolname = 'paymentcluster_app') then create role paymentcluster_app nologin; end if;
                if not exists (select from pg_roles where rolname = 'paymentcluster_vault') then create role paymentcluster_vault nologin; end if;
                if not exists (select from pg_roles where rolname = 'paymentcluster_gateway') then create role paymentcluster_gateway nologin; end if;
            exception when duplicate_object or unique_violation then null;
            end $$
            """,
            $"create role {name}_owner login password '{database._password}'",
            $"create role {name}_login login password '{database._password}' in role paymentcluster_app",
            $"create role {name}_gateway login password '{database._password}' in role paymentcluster_gateway",
            $"create role {name}_vault login password '{database._password}' in role paymentcluster_vault",
            $"create database {name} owner {name}_owner");
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (Hosts is not null)
        {
            // It goes with its servers.
            return;
        }

        await ExecuteAsync(
            $"drop database {_name} with (force)",
            $"drop role {_name}_login",
            $"drop role {_name}_gateway",
            $"drop role {_name}_vault",
            $"drop role {_name}_owner");
    }

    private async Task ExecuteAsync(params string[] statements)
    {
        await using var connection = new NpgsqlConnection(_server);
        await connection.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private string Of(string login)
    {
        var builder = new NpgsqlConnectionStringBuilder(_server)
        {
            Database = _name,
            Username = login,
            Password = _password,
            MaxPoolSize = 20,
        };
        if (Hosts is { } hosts)
        {
            (builder.Host, builder.TargetSessionAttributes) = (hosts, "primary");
        }

        return builder.ConnectionString;
    }
}
