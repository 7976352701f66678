using System.Collections.Immutable;
using Npgsql;

namespace PaymentCluster.Grains.Schema;

/// <summary>Migrates a database to this build's schema. Any number of processes may run it concurrently: one migrates,
/// the others wait.</summary>
public static class SchemaMigrator
{
    // "PayClu": any number that nothing else in the database locks.
    private const long AdvisoryLock = 0x50_61_79_43_6C_75;

    private const string CreateHistorySql =
        """
        create table if not exists schema_migrations (
            number     int primary key,
            name       text        not null,
            sha256     text        not null,
            applied_at timestamptz not null default now()
        )
        """;

    /// <summary>Makes the steps that the database lacks, each in one transaction.</summary>
    /// <param name="ownerConnectionString">A login that owns the database, or may create tables and roles in
    /// it.</param>
    /// <param name="cancellation">Gives up between two statements; a step is then made wholly or not at all.</param>
    /// <returns>How many steps were made.</returns>
    /// <exception cref="SchemaException">The database cannot be reached, is not this build's, or a step
    /// failed.</exception>
    public static Task<int> MigrateAsync(string ownerConnectionString, CancellationToken cancellation = default) =>
        MigrateAsync(ownerConnectionString, MigrationScript.BuiltIn, cancellation);

    internal static async Task<int> MigrateAsync(
        string ownerConnectionString, ImmutableArray<MigrationScript> scripts, CancellationToken cancellation = default)
    {
        // The lock belongs to the session: a connection of its own, which ends with this method whatever happens.
        var settings = new NpgsqlConnectionStringBuilder(ownerConnectionString) { Pooling = false, CommandTimeout = 0 };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await ExecuteAsync(connection, $"select pg_advisory_lock({AdvisoryLock})", cancellation);
            var pending = SchemaHistory.Pending(scripts, await SchemaHistory.ReadAsync(connection, cancellation));
            foreach (var script in pending)
            {
                await ApplyAsync(connection, script, cancellation);
            }

            return pending.Length;
        }
        catch (NpgsqlException exception)
        {
            throw new SchemaException($"The database cannot be migrated: {exception.Message}", exception);
        }
    }

    private static async Task ApplyAsync(
        NpgsqlConnection connection, MigrationScript script, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            // Also created by 0003_roles.sql, which grants the application the right to read it.
            await ExecuteAsync(connection, CreateHistorySql, cancellation);
            await ExecuteAsync(connection, script.Sql, cancellation);
        }
        catch (PostgresException exception)
        {
            throw new SchemaException($"Migration {script} failed: {exception.MessageText}", exception);
        }

        await using var record = new NpgsqlCommand(
            "insert into schema_migrations (number, name, sha256) values ($1, $2, $3)", connection);
        record.Parameters.Add(new NpgsqlParameter<int> { TypedValue = script.Number });
        record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = script.Name });
        record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = script.Sha256 });
        await record.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
