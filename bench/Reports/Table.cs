using System.Globalization;
using System.Text;

namespace PaymentCluster.Bench.Reports;

/// <summary>The result as text.</summary>
internal static class Table
{
    private static readonly (string Title, Func<Row, string> Value)[] Columns =
    [
        ("scenario", row => row.Scenario),
        ("load", row => row.Load),
        ("done/s", row => Whole(row.PerSecond)),
        ("p50 ms", row => Fraction(row.Accept?.P50)),
        ("p99 ms", row => Fraction(row.Accept?.P99)),
        ("p99.9 ms", row => Fraction(row.Accept?.P999)),
        ("server µs", row => Whole(row.ServerCpu)),
        ("store µs", row => Whole(row.StoreCpu)),
        ("simul. µs", row => Whole(row.SimulatorsCpu)),
        ("loader µs", row => Whole(row.LoaderCpu)),
        ("commits", row => row.Commits > 0 ? row.Commits.ToString("0.000", CultureInfo.InvariantCulture) : ""),
        ("WAL B", row => Whole(row.WalBytes)),
        ("alloc. B", row => Whole(row.AllocatedBytes)),
        ("× limit", row => Ratio(row.OfLimit)),
        ("× own", row => Ratio(row.OfOwnCommit)),
        ("more", row =>
            string.Join("; ", row.More.Select(more => $"{more.Key} {Any(more.Value)}").Concat(Losses(row)))),
    ];

    /// <summary>The rows under their titles, every column as wide as it must be.</summary>
    public static string Format(IReadOnlyList<Row> rows)
    {
        var lines = rows.Select(row => Columns.Select(column => column.Value(row)).ToArray()).ToList();
        lines.Insert(0, [.. Columns.Select(column => column.Title)]);
        var used = Enumerable.Range(0, Columns.Length)
            .Where(column => lines.Skip(1).Any(line => line[column].Length > 0))
            .ToList();
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.AppendJoin("  ", used.Select(column =>
            {
                var width = lines.Max(other => other[column].Length);
                return column < 2 || column == Columns.Length - 1
                    ? line[column].PadRight(width)
                    : line[column].PadLeft(width);
            }));
            text.Length -= text.ToString().Length - text.ToString().TrimEnd(' ').Length;
            text.AppendLine();
        }

        return text.ToString();
    }

    private static IEnumerable<string> Losses(Row row)
    {
        if (row.Refused > 0)
        {
            yield return $"refused {row.Refused}";
        }

        if (row.Failed > 0)
        {
            yield return $"FAILED {row.Failed}";
        }
    }

    private static string Whole(double value) =>
        value > 0 ? Math.Round(value).ToString("0", CultureInfo.InvariantCulture) : "";

    private static string Fraction(double? value) => value?.ToString("0.0", CultureInfo.InvariantCulture) ?? "";

    private static string Ratio(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";

    private static string Any(double value) =>
        value.ToString(value >= 100 ? "0" : "0.##", CultureInfo.InvariantCulture);
}
