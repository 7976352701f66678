using System.Collections.Immutable;
using PaymentCluster.Bench.Processes;
using PaymentCluster.Bench.Reports;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Bench.Scenarios;

/// <summary><c>growth</c>: whether the system gets slower with what it stores, and what a payment takes
/// there.</summary>
internal static class GrowthScenario
{
    // One burst of a neighbour would decide a single run.
    private const int Runs = 3;

    // At saturation, where the figure is continuous.
    public static async IAsyncEnumerable<Row> RunAsync(BenchOptions options)
    {
        await using var system = await RunningSystem.StartAsync(simulated: false);
        await using var store = new PaymentDatabase(system.Database.App);
        var meter = new Meter(system);
        await meter.SaturateAsync(options);
        double? smallest = null;
        foreach (var stored in options.Stored)
        {
            await StoredPayments.FillAsync(system.Database, stored, StoredPayments.Finished);
            await StatementPlans.RequireAsync(store);
            var sizes = await StoreSizes.ReadAsync(system.Database);
            var runs = new List<Row>();
            for (var run = 0; run < (options.Quick ? 1 : Runs); run++)
            {
                var measured = await meter.RunAsync(meter.Orders(options, 0, options.WarmUp / 2));
                await meter.DrainAsync();
                runs.Add(measured.ToRow("growth", $"{stored} stored, saturated, median of {Runs}"));
            }

            await StatementPlans.RequireAsync(store);
            var row = runs.OrderBy(run => run.PerSecond).ElementAt(runs.Count / 2);
            smallest ??= row.PerSecond;
            yield return row with
            {
                More = row.More
                    .Add("of the smallest", row.PerSecond / smallest.Value)
                    .Add("slowest of the runs", runs.Min(run => run.PerSecond))
                    .Add("fastest of the runs", runs.Max(run => run.PerSecond))
                    .AddRange(sizes.Until(await StoreSizes.ReadAsync(system.Database))),
            };
        }
    }
}

/// <summary>How much the store holds, and how it got there.</summary>
internal sealed record StoreSizes
{
    // With the partitions, whose names begin with their tables'.
    private const string Payments = "^(payments|payment_events.*|payment_schedule|ledger_transfers.*|outbox)$";

    public required long Stored { get; init; }

    /// <summary>Bytes of the payments' tables, their indexes aside.</summary>
    public required long Tables { get; init; }

    /// <summary>Bytes of their indexes.</summary>
    public required long Indexes { get; init; }

    /// <summary>Updates of payments, and those that changed no index.</summary>
    public required long Updates { get; init; }

    public required long HotUpdates { get; init; }

    /// <summary>Pages that were written to the log whole, because a checkpoint came before.</summary>
    public required long PageImages { get; init; }

    public required long Vacuums { get; init; }

    public static async Task<StoreSizes> ReadAsync(BenchDatabase database) => new()
    {
        Stored = await database.ReadAsync<long>("select count(*) from payments"),
        Tables = await SumAsync(database, "pg_table_size(relid)"),
        Indexes = await SumAsync(database, "pg_indexes_size(relid)"),
        Updates = await SumAsync(database, "n_tup_upd * (relname = 'payments')::int"),
        HotUpdates = await SumAsync(database, "n_tup_hot_upd * (relname = 'payments')::int"),
        PageImages = await database.ReadAsync<long>("select wal_fpi from pg_stat_wal"),
        Vacuums = await SumAsync(database, "autovacuum_count"),
    };

    /// <summary>The figures of the time from here to there.</summary>
    public ImmutableSortedDictionary<string, double> Until(StoreSizes after)
    {
        var payments = (double)Math.Max(1, after.Stored - Stored);
        return Row.None
            .Add("stored table B", after.Tables / (double)after.Stored)
            .Add("stored index B", after.Indexes / (double)after.Stored)
            // Both since the tables were made: rows that were loaded are not updated, and counters arrive late.
            .Add("HOT share", after.HotUpdates / (double)Math.Max(1, after.Updates))
            .Add("page images", (after.PageImages - PageImages) / payments)
            .Add("autovacuums", after.Vacuums - Vacuums);
    }

    private static Task<long> SumAsync(BenchDatabase database, string value) => database.ReadAsync<long>(
        $"select sum({value})::bigint from pg_stat_user_tables where schemaname = 'public' and relname ~ '{Payments}'");
}
