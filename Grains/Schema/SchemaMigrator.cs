using System.Collections.Immutable;
using Npgsql;

namespace PaymentCluster.Grains.Schema;

/// <summary>Migrates a database to this build's schema. Any number of processes may run it concurrently: one migrates,
/// the others wait. Payments continue meanwhile.</summary>
public static class SchemaMigrator
{
    // "PayClu": any number that nothing else in the database locks.
    private const long AdvisoryLock = 0x50_61_79_43_6C_75;

    // A statement that waits for a table's lock holds up all that come after it: payments wait no longer than this.
    private const string LockTimeout = "1s";
    private const int MaxTries = 60;

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

    private static readonly TimeSpan PauseBetweenTries = TimeSpan.FromSeconds(1);

    /// <summary>Makes the steps that the database lacks, each in one transaction.</summary>
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
            await ExecuteAsync(connection, $"select pg_advisory_lock({AdvisoryLock})", cancellation);
            var applied = await SchemaHistory.ReadAsync(connection, cancellation);
            var pending = SchemaHistory.Pending(scripts, applied);
            foreach (var script in pending)
            {
                await ApplyAsync(connection, script, cancellation);
            }

            return new MigrationResult
            {
                Applied = pending.Length,
                Latest = pending.IsEmpty ? applied[^1].ToString() : pending[^1].ToString(),
            };
        }
        catch (NpgsqlException exception)
        {
            throw new SchemaException($"The database cannot be migrated: {exception.Message}", exception);
        }
    }

    // Where another session holds a lock on a table for longer, the step is given up and tried again.
    private static async Task ApplyAsync(
        NpgsqlConnection connection, MigrationScript script, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await ApplyOnceAsync(connection, script, cancellation);
                return;
            }
            catch (PostgresException exception) when (
                tries < MaxTries && exception.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                await Task.Delay(PauseBetweenTries, cancellation);
            }
            catch (PostgresException exception)
            {
                throw new SchemaException($"Migration {script} failed: {exception.MessageText}", exception);
            }
        }
    }

    private static async Task ApplyOnceAsync(
        NpgsqlConnection connection, MigrationScript script, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"set local lock_timeout = '{LockTimeout}'", cancellation);
        await ExecuteAsync(connection, CreateHistorySql, cancellation);
        await ExecuteAsync(connection, script.Sql, cancellation);
        await RecordAsync(connection, script, cancellation);
        await transaction.CommitAsync(cancellation);
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

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>What a migration did.</summary>
public sealed record MigrationResult
{
    /// <summary>How many steps were made; 0 where the database had all of them.</summary>
    public required int Applied { get; init; }

    /// <summary>The last step that the database has had, which may be a newer build's.</summary>
    public required string Latest { get; init; }
}
