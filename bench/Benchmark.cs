using PaymentCluster.Bench.Processes;
using PaymentCluster.Bench.Reports;
using PaymentCluster.Bench.Scenarios;

namespace PaymentCluster.Bench;

/// <summary>Runs the scenarios one after the other, prints the table and keeps the result.</summary>
internal static class Benchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        BenchOptions options;
        try
        {
            options = BenchOptions.Parse(args);
        }
        catch (FormatException exception)
        {
            await Console.Error.WriteLineAsync($"bench: {exception.Message}");
            return 2;
        }

        var settings = await BenchDatabase.SettingsAsync();
        Console.WriteLine(
            $"Commit {Checkout.Commit()}, {Environment.ProcessorCount} processors; PostgreSQL "
            + string.Join(", ", settings.Select(setting => $"{setting.Key} {setting.Value}")));
        var rows = new List<Row>();
        foreach (var scenario in options.Scenarios)
        {
            Console.WriteLine($"{scenario} …");
            await foreach (var row in RunAsync(scenario, options))
            {
                rows.Add(row);
            }
        }

        rows = Compare(rows);
        Console.WriteLine();
        Console.Write(Table.Format(rows));
        var file = await ResultFile.WriteAsync(options, rows, TimeProvider.System.GetUtcNow());
        Console.WriteLine($"\n{Path.GetRelativePath(Checkout.Root, file)}");
        return rows.Exists(row => row.Failed > 0) ? 1 : 0;
    }

    private static IAsyncEnumerable<Row> RunAsync(string scenario, BenchOptions options) => scenario switch
    {
        "limit" => LimitScenario.RunAsync(options),
        "accept" => AcceptScenario.AcceptAsync(options),
        "own-commit" => AcceptScenario.OwnCommitAsync(options),
        "provider" => AcceptScenario.ProviderAsync(options),
        "read" => ReadScenario.RunAsync(options),
        "batch" => BatchScenario.RunAsync(options),
        "paper" => PaperScenario.RunAsync(options),
        "step" => StepScenario.RunAsync(options),
        "outcomes" => OutcomesScenario.RunAsync(options),
        "recovery" => RecoveryScenario.RunAsync(options),
        "growth" => GrowthScenario.RunAsync(options),
        "memory" => MemoryScenario.RunAsync(options),
        _ => throw new ArgumentOutOfRangeException(nameof(scenario), scenario, "no such scenario"),
    };

    // Absolute figures belong to a machine and its mood; these ratios are of one run.
    private static List<Row> Compare(List<Row> rows)
    {
        var limit = rows.Find(row => row.Scenario == "limit" && row.IsPeak)?.PerSecond;
        var own = rows.Find(row => row.Scenario == "own-commit" && row.IsPeak)?.PerSecond;
        return rows.ConvertAll(row => row.IsPeak && row.PerSecond > 0
            ? row with { OfLimit = row.PerSecond / limit, OfOwnCommit = row.PerSecond / own }
            : row);
    }
}
