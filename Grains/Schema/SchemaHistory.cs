using System.Collections.Immutable;
using Npgsql;

namespace PaymentCluster.Grains.Schema;

/// <summary>Which steps a database has had, and whether they are this build's.</summary>
internal static class SchemaHistory
{
    private const string ReadSql = "select number, name, sha256 from schema_migrations order by number";

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
            applied.Add(new AppliedMigration(reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));
        }

        return applied.ToImmutable();
    }

    /// <summary>The steps that are still to be made.</summary>
    /// <exception cref="SchemaException">The database has had a step that this build does not know, or knows with other
    /// content, or one is missing before one that it has had.</exception>
    public static ImmutableArray<MigrationScript> Pending(
        ImmutableArray<MigrationScript> scripts, ImmutableArray<AppliedMigration> applied)
    {
        var known = scripts.ToDictionary(script => script.Number);
        foreach (var step in applied)
        {
            if (!known.TryGetValue(step.Number, out var script))
            {
                throw new SchemaException(
                    $"The database has had migration {step.Number:0000}_{step.Name}, which this version does not know: "
                        + "it is a newer one's.");
            }

            if (script.Sha256 != step.Sha256 || script.Name != step.Name)
            {
                throw new SchemaException(
                    $"Migration {script} is not the one that the database has had: a released migration must never be "
                        + "changed.");
            }
        }

        var last = applied.IsEmpty ? 0 : applied[^1].Number;
        var pending = scripts.Where(script => applied.All(step => step.Number != script.Number)).ToImmutableArray();
        var gap = pending.FirstOrDefault(script => script.Number < last);
        return gap is null
            ? pending
            : throw new SchemaException($"The database has had migration {last:0000}, but not {gap} before it.");
    }
}

/// <summary>A step that a database has had.</summary>
internal sealed record AppliedMigration(int Number, string Name, string Sha256);
