using System.Diagnostics;
using PaymentCluster.Bench.Processes;
using PaymentCluster.Bench.Reports;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Bench.Scenarios;

/// <summary><c>limit</c>: payments, accepted in one commit and completed in another, by a client that does nothing
/// else: what the store gives here. Rows, statements and connections are the journal's own, no caller waits, and every
/// batch is full. A second client, pgbench with the same statements, says whether that is the store's limit or the
/// first client's.</summary>
internal static class LimitScenario
{
    /// <summary>Payments of a transaction.</summary>
    public const int Batch = 512;

    /// <summary>Transactions under way.</summary>
    public const int Writers = 2;

    // Two clients of one store agree when both are only as fast as it is.
    private const double Agreement = 0.15;

    public static async IAsyncEnumerable<Row> RunAsync(BenchOptions options)
    {
        await using var database = await BenchDatabase.CreateAsync();
        await using var store = new PaymentDatabase(database.App);
        await StatementPlans.RequireAsync(store);
        var payments = LimitPayments.Decide();
        await LoadAsync(store, payments, options.WarmUp / 2);
        var own = await MeasureAsync(
            database, $"{Writers} writers, batches of {Batch}", () => LoadAsync(store, payments, options.Seconds));
        yield return own with { IsPeak = true };
        var pgbench = new Pgbench(database.App, payments);
        if (!Pgbench.IsInstalled)
        {
            Console.WriteLine("pgbench is not installed: nothing says whether limit is the store's.");
            yield break;
        }

        await pgbench.LoadAsync(options.WarmUp / 2);
        var second = await MeasureAsync(
            database, $"pgbench, {Writers} clients, batches of {Batch}", () => pgbench.LoadAsync(options.Seconds));
        await StatementPlans.RequireAsync(store);
        yield return second with
        {
            More = second.More
                .Add("of the first client", second.PerSecond / own.PerSecond)
                .Add("store µs of the first client's", second.StoreCpu / own.StoreCpu)
                .Add("agrees", Math.Abs(1 - (second.PerSecond / own.PerSecond)) <= Agreement ? 1 : 0),
        };
    }

    private static async Task<Row> MeasureAsync(BenchDatabase database, string load, Func<Task<long>> run)
    {
        var before = await SampleAsync(database);
        var written = await run();
        var after = await SampleAsync(database);
        return new Row
        {
            Scenario = "limit",
            Load = load,
            PerSecond = written / Stopwatch.GetElapsedTime(before.At, after.At).TotalSeconds,
            StoreCpu = (after.Store - before.Store) * 1e6 / written,
            LoaderCpu = (after.Own - before.Own) * 1e6 / written,
            Commits = (after.Commits - before.Commits) / (double)written,
            WalBytes = (after.Wal - before.Wal) / (double)written,
        };
    }

    private static async Task<long> LoadAsync(PaymentDatabase store, LimitPayments payments, double seconds)
    {
        var until = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        var written = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ =>
            Task.Run(() => WriteAsync(store, payments, until))));
        return written.Sum();
    }

    private static async Task<long> WriteAsync(PaymentDatabase store, LimitPayments payments, long until)
    {
        await using var connection = await store.Writes.OpenConnectionAsync();
        var transaction = new PaymentTransaction();
        var written = 0L;
        while (Stopwatch.GetTimestamp() < until)
        {
            var batch = payments.Next(Batch).ToList();
            await transaction.WriteAsync(connection, Pending(batch.Select(payment => payment.Accept)), false);
            await transaction.WriteAsync(connection, Pending(batch.Select(payment => payment.Complete)), false);
            written += Batch;
        }

        return written;
    }

    private static Pending<PaymentCommit, CommitResult>[] Pending(IEnumerable<PaymentCommit> commits) =>
        [.. commits.Select(commit => new Pending<PaymentCommit, CommitResult>(commit))];

    private static async Task<(long At, double Store, double Own, long Commits, long Wal)> SampleAsync(
        BenchDatabase database)
    {
        var (commits, wal) = await database.WritesAsync();
        return (
            Stopwatch.GetTimestamp(),
            ProcessTimes.OfFamily(database.Postmaster),
            ProcessTimes.OfFamily(Environment.ProcessId),
            commits,
            wal);
    }
}
