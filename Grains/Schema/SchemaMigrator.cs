using System.Collections.Immutable;
using Npgsql;

namespace PaymentCluster.Grains.Schema;

/// <summary>Migrates a database to this build's schema. Any number of processes may run it concurrently: one migrates,
/// the others wait. Payments continue meanwhile.</summary>
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
        );
        alter table schema_migrations add column if not exists min_version int
        """;

    /// <summary>Makes the steps that the database lacks, each in one transaction, and then the partitions of the next
    /// months.</summary>
    /// <param name="ownerConnectionString">A login that owns the database, or may create tables and roles in
    /// it.</param>
    /// <param name="cancellation">Gives up between two statements; a step is then made wholly or not at all.</param>
    /// <exception cref="SchemaException">The database cannot be reached, does not admit this build, or a step
    /// failed.</exception>
    public static Task<MigrationResult> MigrateAsync(
        string ownerConnectionString, CancellationToken cancellation = default) =>
        MigrateAsync(ownerConnectionString, MigrationScript.BuiltIn, cancellation);

    internal static async Task<MigrationResult> MigrateAsync(
        string ownerConnectionString, ImmutableArray<MigrationScript> scripts, CancellationToken cancellation = default)
    {
        // The lock belongs to the session: a connection of its own, which ends with this method whatever happens.
        var settings = new NpgsqlConnectionStringBuilder(ownerConnectionString) { Pooling = false, CommandTimeout = 0 };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await SchemaStep.ExecuteAsync(
                connection, $"select pg_advisory_lock({AdvisoryLock})", cancellation);
            var applied = await SchemaHistory.ReadAsync(connection, cancellation);
            var pending = SchemaHistory.Pending(scripts, applied);
            foreach (var script in pending)
            {
                await ApplyAsync(connection, script, cancellation);
            }

            return new MigrationResult
            {
                PartitionsUntil = await PaymentPartitions.MakeAheadAsync(connection, cancellation),
                Applied = pending.Length,
                Latest = pending.IsEmpty ? applied[^1].ToString() : pending[^1].ToString(),
            };
        }
        catch (NpgsqlException exception)
        {
            throw new SchemaException($"The database cannot be migrated: {exception.Message}", exception);
        }
    }

    private static async Task ApplyAsync(
        NpgsqlConnection connection, MigrationScript script, CancellationToken cancellation)
    {
        try
        {
            await SchemaStep.RunAsync(
                connection,
                async () =>
                {
                    await SchemaStep.ExecuteAsync(connection, CreateHistorySql, cancellation);
                    await SchemaStep.ExecuteAsync(connection, script.Sql, cancellation);
                    await RecordAsync(connection, script, cancellation);
                },
                cancellation);
        }
        catch (PostgresException exception)
        {
            throw new SchemaException($"Migration {script} failed: {exception.MessageText}", exception);
        }
    }

    private static async Task RecordAsync(
        NpgsqlConnection connection, MigrationScript script, CancellationToken cancellation)
    {
        await using var record = new NpgsqlCommand(
            "insert into schema_migrations (number, name, sha256, min_version) values ($1, $2, $3, $4)", connection);
        record.Parameters.Add(new NpgsqlParameter<int> { TypedValue = script.Number });
        record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = script.Name });
        record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = script.Sha256 });
        record.Parameters.Add(new NpgsqlParameter<int> { TypedValue = script.MinVersion });
        await record.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>What a migration did.</summary>
public sealed record MigrationResult
{
    /// <summary>How many steps were made; 0 where the database had all of them.</summary>
    public required int Applied { get; init; }

    /// <summary>The last step that the database has had, which may be a newer build's.</summary>
    public required string Latest { get; init; }

    /// <summary>Until when payments have partitions of their months; null where the schema has none.</summary>
    public required DateTimeOffset? PartitionsUntil { get; init; }
}
