using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace PaymentCluster.Grains.Schema;

/// <summary>One numbered step of the schema, a file of <c>sql/</c> that is built into this assembly. Once released it
/// never changes.</summary>
internal sealed record MigrationScript(int Number, string Name, string Sql, string Sha256)
{
    /// <summary>The last migration without a statement of its oldest build.</summary>
    public const int LastWithoutMinVersion = 4;

    private const string Folder = "sql/";
    private const string Extension = ".sql";
    private const string MinVersionLine = "-- min_version: ";

    /// <summary>The oldest builds that may still run on the schema after this step, as the number of the last migration
    /// that they know; stated by the script's first line. The first scripts state nothing: they admit only builds that
    /// know them.</summary>
    public int MinVersion { get; } = MinVersionOf(Sql) ?? Number;

    /// <summary>All steps of this build, in order.</summary>
    public static ImmutableArray<MigrationScript> BuiltIn { get; } = Load(typeof(MigrationScript).Assembly);

    /// <summary>A step from its file name, <c>NNNN_name.sql</c>, and text.</summary>
    /// <exception cref="SchemaException">The name is not of that form, or the text does not state its
    /// <c>min_version</c>.</exception>
    public static MigrationScript Of(string fileName, string text)
    {
        var name = Path.GetFileNameWithoutExtension(fileName);
        if (name.Length < 6
            || name[4] != '_'
            || !int.TryParse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            throw new SchemaException($"'{fileName}' is not named like a migration, NNNN_name.sql.");
        }

        // A checkout with other line ends is the same script.
        var sql = text.ReplaceLineEndings("\n");
        var script = new MigrationScript(
            number, name[5..], sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
        return number <= LastWithoutMinVersion
            || (MinVersionOf(sql) is { } minVersion && minVersion >= 1 && minVersion <= number)
            ? script
            : throw new SchemaException(
                $"Migration {script} does not begin with '{MinVersionLine}N', where N is from 1 to {number}.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Number:0000}_{Name}";

    private static ImmutableArray<MigrationScript> Load(Assembly assembly)
    {
        var scripts = assembly.GetManifestResourceNames()
            .Where(
                name =>
                    name.StartsWith(Folder, StringComparison.Ordinal)
                        && name.EndsWith(Extension, StringComparison.Ordinal))
            .Select(name => Of(name[Folder.Length..], Read(assembly, name)))
            .OrderBy(script => script.Number)
            .ToImmutableArray();
        var doubled = scripts.GroupBy(script => script.Number).FirstOrDefault(group => group.Count() > 1);
        return doubled is null
            ? scripts
            : throw new SchemaException($"Two migrations have the number {doubled.Key:0000}.");
    }

    private static int? MinVersionOf(string sql)
    {
        var first = sql.AsSpan(0, Math.Max(sql.IndexOf('\n', StringComparison.Ordinal), 0));
        return first.StartsWith(MinVersionLine, StringComparison.Ordinal)
            && int.TryParse(
                first[MinVersionLine.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : null;
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
