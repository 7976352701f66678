using PaymentCluster.Bench.Load;
using PaymentCluster.Bench.Processes;
using PaymentCluster.Bench.Reports;

namespace PaymentCluster.Bench.Scenarios;

/// <summary>Puts loads on a running system, and counts over exactly the seconds that count.</summary>
internal sealed class Meter(RunningSystem system)
{
    private const int MaxRounds = 5;

    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private int _runs;

    /// <summary>A plan for new orders.</summary>
    public LoadPlan Orders(BenchOptions options, double rate, double warmUp) => new()
    {
        Port = system.Port,
        Key = system.Key,
        Path = "/api/v1/payments",
        OrderPrefix = $"run{++_runs}_",
        Connections = options.Connections,
        Rate = rate,
        WarmUp = warmUp,
        Seconds = options.Seconds,
    };

    /// <summary>Runs a plan.</summary>
    public async Task<Measured> RunAsync(LoadPlan plan)
    {
        var samples = new List<Sample>();
        var load = await LoaderProcess.RunAsync(plan, async loader => samples.Add(await SampleAsync(loader)));
        return new Measured(samples[0], samples[1], load);
    }

    /// <summary>As much as the connections carry, until the server's code is compiled as well as it will be. That takes
    /// payments, not seconds: a busy machine gets more time.</summary>
    public async Task<Measured> SaturateAsync(BenchOptions options)
    {
        for (var round = 1; ; round++)
        {
            var measured = await RunAsync(Orders(options, 0, options.WarmUp));
            if (await DrainAsync() >= options.WarmPayments || round == MaxRounds)
            {
                return measured;
            }
        }
    }

    /// <summary>Waits until no more payments complete; returns their number.</summary>
    public async Task<long> DrainAsync()
    {
        using var limit = new CancellationTokenSource(Timeout);
        var before = -1L;
        while (true)
        {
            var now = await system.Database.CompletedAsync();
            if (now == before)
            {
                return now;
            }

            before = now;
            await Task.Delay(Quiet, limit.Token);
        }
    }

    private async Task<Sample> SampleAsync(int loader)
    {
        var (commits, wal) = await system.Database.WritesAsync();
        return new Sample
        {
            At = TimeProvider.System.GetTimestamp(),
            Completed = await system.Database.CompletedAsync(),
            Server = ProcessTimes.Of(system.ServerId),
            Store = ProcessTimes.OfFamily(system.Database.Postmaster),
            Simulators = system.SimulatorsId is { } simulators ? ProcessTimes.Of(simulators) : 0,
            Loader = ProcessTimes.Of(loader),
            Commits = commits,
            Wal = wal,
            Allocated = (await system.MemoryAsync()).Allocated,
        };
    }
}

/// <summary>All counters at one moment.</summary>
internal sealed record Sample
{
    public required long At { get; init; }

    public required long Completed { get; init; }

    public required double Server { get; init; }

    public required double Store { get; init; }

    public required double Simulators { get; init; }

    public required double Loader { get; init; }

    public required long Commits { get; init; }

    public required long Wal { get; init; }

    public required long Allocated { get; init; }
}

/// <summary>A load and what it cost.</summary>
internal sealed record Measured(Sample Before, Sample After, LoadResult Load)
{
    public double Seconds => TimeProvider.System.GetElapsedTime(Before.At, After.At).TotalSeconds;

    public double CompletedPerSecond => (After.Completed - Before.Completed) / Seconds;

    /// <summary>The row.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="load">The load.</param>
    /// <param name="units">What the costs are divided by; null for the payments completed.</param>
    public Row ToRow(string scenario, string load, long? units = null)
    {
        double count = Math.Max(1, units ?? After.Completed - Before.Completed);
        return new Row
        {
            Scenario = scenario,
            Load = load,
            PerSecond = count / Seconds,
            Accept = Load.Latency,
            ServerCpu = (After.Server - Before.Server) * 1e6 / count,
            StoreCpu = (After.Store - Before.Store) * 1e6 / count,
            SimulatorsCpu = (After.Simulators - Before.Simulators) * 1e6 / count,
            LoaderCpu = (After.Loader - Before.Loader) * 1e6 / count,
            Commits = (After.Commits - Before.Commits) / count,
            WalBytes = (After.Wal - Before.Wal) / count,
            AllocatedBytes = (After.Allocated - Before.Allocated) / count,
            Refused = Load.Refused,
            Failed = Load.Failed,
        };
    }
}
