using System.Collections.Concurrent;
using System.Diagnostics;
using PaymentCluster.Chaos.Tests.Checks;
using PaymentCluster.Chaos.Tests.Hosts;
using PaymentCluster.Testing.Systems;

namespace PaymentCluster.Chaos.Tests.Faults;

/// <summary>Carries out a plan of faults, and puts everything right again at the end.</summary>
internal sealed class Nemesis(ChaosSystem system, IReadOnlyList<Strike> plan, Action<string> report)
{
    // Until a supervisor sees that a process ended.
    private static readonly TimeSpan SupervisorPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _targets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Blow, int> _struck = new();
    private readonly ConcurrentBag<FaultSpan> _faults = [];
    private readonly CancellationTokenSource _heal = new();
    private readonly StoreFaults _store = new(system, report);
    private readonly NetworkFaults _network = new(system);

    /// <summary>How often each fault was injected. One whose target was still busy with an earlier one is left
    /// out.</summary>
    public IReadOnlyDictionary<Blow, int> Struck => _struck;

    /// <summary>Who was at fault, and when; silos that ended themselves, or at a named point, among them.</summary>
    public IReadOnlyCollection<FaultSpan> Faults =>
    [
        .. _faults,
        .. system.Processes.SelectMany(process =>
            process.OwnEnds.Select(end => new FaultSpan(process.Name, end - SupervisorPause, end))),
    ];

    /// <summary>Strikes as planned, and returns when the load is over.</summary>
    public async Task RunAsync(TimeSpan load)
    {
        foreach (var provider in Load.Provider.All)
        {
            await _network.SetDialsAsync(provider.Name, StrikePlan.Everyday, 1, _heal.Token);
        }

        var start = Stopwatch.GetTimestamp();
        List<Task> running = [];
        foreach (var strike in plan)
        {
            await DelayAsync(strike.At - Stopwatch.GetElapsedTime(start));
            running.Add(Task.Run(() => StrikeAsync(strike)));
        }

        await DelayAsync(load - Stopwatch.GetElapsedTime(start));
        await _heal.CancelAsync();
        await Task.WhenAll(running);
    }

    /// <summary>Puts everything right: processes run, networks flow, dials are at rest, named points are
    /// disarmed.</summary>
    public async Task HealAsync()
    {
        system.DisarmFaultPoints();
        await _store.HealAsync();
        foreach (var silo in system.Silos)
        {
            NetworkFaults.Mend(silo.Store);
            NetworkFaults.Mend(silo.Providers);
        }

        foreach (var process in system.Processes)
        {
            await process.ThawAsync();
            await process.StartAsync();
        }

        system.Relay.IsUnruly = false;
        foreach (var provider in Load.Provider.All)
        {
            await _network.SetDialsAsync(
                provider.Name, new Dictionary<string, double>(StringComparer.Ordinal), 1, CancellationToken.None);
        }

        await system.IsReadyAsync(TimeSpan.FromSeconds(120));
    }

    private async Task StrikeAsync(Strike strike)
    {
        var target = _targets.GetOrAdd($"{strike.Target}{GroupOf(strike.Blow)}", _ => new SemaphoreSlim(1, 1));
        if (!await target.WaitAsync(0))
        {
            report($"{strike} (left out: still busy)");
            return;
        }

        var began = TimeProvider.System.GetUtcNow();
        try
        {
            report($"{strike}");
            _struck.AddOrUpdate(strike.Blow, 1, (_, count) => count + 1);
            await BlowAsync(strike);
        }
        catch (Exception exception)
        {
            // It met a process that had just ended, say. Whatever is left half done is put right at the end.
            report($"{strike} (failed: {exception.Message})");
        }
        finally
        {
            // Providers may do what they like: that is no reason to fail a call.
            if (strike.Blow is not (Blow.TurnDials or Blow.CutProviders or Blow.RefuseProviders or Blow.StallProviders)
                && strike.Target != "simulators")
            {
                _faults.Add(new FaultSpan(strike.Target, began, TimeProvider.System.GetUtcNow()));
            }

            target.Release();
        }
    }

    // A process, its networks and the store's sessions can be struck at the same time.
    private static string GroupOf(Blow blow) => blow switch
    {
        Blow.Kill or Blow.KillAndSetClock or Blow.Freeze or Blow.TurnDials => "",
        Blow.CrashStore or Blow.FreezeStore or Blow.FillDisk => "",
        Blow.TakeConnections or Blow.LockTable => " sessions",
        Blow.CutProviders or Blow.RefuseProviders or Blow.StallProviders => " to providers",
        Blow.CutStore or Blow.StallStore => " to store",
    };

    private Task BlowAsync(Strike strike) => strike.Blow switch
    {
        Blow.Kill or Blow.KillAndSetClock => KillAsync(strike),
        Blow.Freeze => FreezeAsync(strike),
        Blow.CrashStore => _store.CrashAsync(strike, _heal.Token),
        Blow.FreezeStore => _store.FreezeAsync(strike, _heal.Token),
        Blow.FillDisk => _store.FillDiskAsync(strike, _heal.Token),
        Blow.TakeConnections => _store.TakeConnectionsAsync(strike, _heal.Token),
        Blow.LockTable => _store.LockTableAsync(strike, _heal.Token),
        Blow.TurnDials => _network.TurnDialsAsync(strike, _heal.Token),
        Blow.CutProviders => NetworkFaults.CutAsync(SiloOf(strike).Providers, strike, _heal.Token),
        Blow.CutStore => NetworkFaults.CutAsync(SiloOf(strike).Store, strike, _heal.Token),
        Blow.RefuseProviders => NetworkFaults.RefuseAsync(SiloOf(strike).Providers, strike, _heal.Token),
        Blow.StallProviders => NetworkFaults.StallAsync(SiloOf(strike).Providers, strike, _heal.Token),
        Blow.StallStore => NetworkFaults.StallAsync(SiloOf(strike).Store, strike, _heal.Token),
    };

    private async Task KillAsync(Strike strike)
    {
        var process = ProcessOf(strike);
        if (strike.Blow == Blow.KillAndSetClock)
        {
            SiloOf(strike).ClockOffset = strike.Clock;
        }

        await process.KillAsync();
        await DelayAsync(strike.For);
        await process.StartAsync();
    }

    private async Task FreezeAsync(Strike strike)
    {
        var process = ProcessOf(strike);
        await process.FreezeAsync();
        await DelayAsync(strike.For);
        await process.ThawAsync();
    }

    private Supervised ProcessOf(Strike strike) => system.Processes.Single(process => process.Name == strike.Target);

    private SiloHost SiloOf(Strike strike) => system.Silos.Single(silo => silo.Process.Name == strike.Target);

    private Task DelayAsync(TimeSpan time) => NetworkFaults.WaitAsync(time, _heal.Token);
}
