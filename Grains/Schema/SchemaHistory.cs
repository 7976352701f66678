using System.Collections.Immutable;
using Npgsql;

namespace PaymentCluster.Grains.Schema;

/// <summary>Which steps a database has had, and whether this build may run on them.</summary>
internal static class SchemaHistory
{
    // The column min_version is younger than the table: where it is missing, its value is null.
    private const string ReadSql =
        """
        select number, name, sha256, (to_jsonb(m) ->> 'min_version')::int
        from schema_migrations m order by number
        """;

    /// <summary>The steps that a database has had; none if it never had one.</summary>
    public static async Task<ImmutableArray<AppliedMigration>> ReadAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var exists = new NpgsqlCommand("select to_regclass('schema_migrations') is not null", connection);
        if (await exists.ExecuteScalarAsync(cancellation) is not true)
        {
            return [];
        }

        await using var command = new NpgsqlCommand(ReadSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var applied = ImmutableArray.CreateBuilder<AppliedMigration>();
        while (await reader.ReadAsync(cancellation))
        {
            var number = reader.GetInt32(0);
            applied.Add(new AppliedMigration(
                number, reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? number : reader.GetInt32(3)));
        }

        return applied.ToImmutable();
    }

    /// <summary>The steps that are still to be made. A database may be ahead of this build: by steps which state that a
    /// build as old as this one may run on them.</summary>
    /// <exception cref="SchemaException">The database has had a step that does not admit this build, or one that this
    /// build knows with other content, or one is missing before one that it has had.</exception>
    public static ImmutableArray<MigrationScript> Pending(
        ImmutableArray<MigrationScript> scripts, ImmutableArray<AppliedMigration> applied)
    {
        var known = scripts.ToDictionary(script => script.Number);
        var newest = scripts.IsEmpty ? 0 : scripts[^1].Number;
        foreach (var step in applied)
        {
            if (known.TryGetValue(step.Number, out var script))
            {
                RequireSame(script, step);
            }
            else
            {
                RequireAdmitted(newest, step);
            }
        }

        var last = applied.IsEmpty ? 0 : applied[^1].Number;
        var pending = scripts.Where(script => applied.All(step => step.Number != script.Number)).ToImmutableArray();
        var gap = pending.FirstOrDefault(script => script.Number < last);
        return gap is null
            ? pending
            : throw new SchemaException($"The database has had migration {last:0000}, but not {gap} before it.");
    }

    private static void RequireSame(MigrationScript script, AppliedMigration step)
    {
        if (script.Sha256 != step.Sha256 || script.Name != step.Name)
        {
            throw new SchemaException(
                $"Migration {script} is not the one that the database has had: a released migration must never be "
                    + "changed.");
        }
    }

    private static void RequireAdmitted(int newest, AppliedMigration step)
    {
        if (step.Number < newest)
        {
            throw new SchemaException(
                $"The database has had migration {step}, which this build does not know, although it knows later ones: "
                    + "start a build of the same line of versions.");
        }

        if (step.MinVersion > newest)
        {
            throw new SchemaException(
                $"The database has had migration {step}, which admits only builds that know migration "
                    + $"{step.MinVersion:0000}; this build knows {newest:0000} at most: start a newer build.");
        }
    }
}

/// <summary>A step that a database has had.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Sha256">The checksum of its text.</param>
/// <param name="MinVersion">The oldest builds that may run on the schema after it, as the number of the last migration
/// that they know.</param>
internal sealed record AppliedMigration(int Number, string Name, string Sha256, int MinVersion)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Number:0000}_{Name}";
}
