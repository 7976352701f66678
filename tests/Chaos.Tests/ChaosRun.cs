using System.Diagnostics;
using System.Globalization;
using System.Text;
using PaymentCluster.Chaos.Tests.Checks;
using PaymentCluster.Chaos.Tests.Faults;
using PaymentCluster.Chaos.Tests.Hosts;
using PaymentCluster.Chaos.Tests.Load;

namespace PaymentCluster.Chaos.Tests;

/// <summary>One run: load and faults, healing, checks.</summary>
internal sealed class ChaosRun(ChaosOptions options)
{
    private readonly StringBuilder _text = new();
    private readonly Lock _gate = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private int _effects;
    private int _queries;

    /// <summary>Everything that was reported.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
            {
                return _text.ToString();
            }
        }
    }

    /// <summary>Runs, and returns all violations.</summary>
    public async Task<List<Violation>> RunAsync()
    {
        Report($"Seed {options.Seed}. To repeat: {options.Repeat()}");
        Report($"{options}");
        await using var system = await ChaosSystem.StartAsync(options);
        Report(system.Disk is null
            ? "PostgreSQL's disk cannot be filled here: only root may mount a small one."
            : $"PostgreSQL is on a disk of its own, {system.Disk.Folder}.");
        var plan = StrikePlan.Draw(options, system.Disk is not null);
        foreach (var strike in plan)
        {
            Report($"  planned {strike}");
        }

        var clients = Merchant.All.ToDictionary(
            merchant => merchant.Name,
            merchant => new Client(merchant.Name, system.GatewayAddress, system.Keys[merchant.Name], system.Clients),
            StringComparer.Ordinal);
        using var customers = new Customers(system.SimulatorsAddress, system.GatewayAddress, options.IsFrictionless);
        try
        {
            return await RunAsync(system, plan, clients, customers);
        }
        finally
        {
            foreach (var client in clients.Values)
            {
                client.Dispose();
            }
        }
    }

    private async Task<List<Violation>> RunAsync(
        ChaosSystem system, List<Strike> plan, Dictionary<string, Client> clients, Customers customers)
    {
        foreach (var silo in system.Silos)
        {
            silo.Providers.Seen = Count;
        }

        await using var ledger = new LedgerWatch(system.Database);
        ledger.Start();
        var nemesis = new Nemesis(system, plan, Report);
        using var load = new OpenLoop(options, clients, customers);

        Report("Load and faults.");
        var loading = load.RunAsync();
        await nemesis.RunAsync(options.Load);
        Report("Healing.");
        var healing = TimeProvider.System.GetUtcNow();
        await nemesis.HealAsync();
        await loading;
        List<Violation> found = [];
        try
        {
            await load.AllRespondedAsync();
        }
        catch (TimeoutException exception)
        {
            found.Add(new Violation("I20", exception.Message));
        }

        await load.EndAsync();
        Report($"The load is off: {load.Orders} orders. Everything has to come to its end.");
        var liveness = new Liveness(options, system, clients, customers);
        try
        {
            await liveness.AllEndsAsync();
            await liveness.FreshPaymentsSucceedAsync();
        }
        catch (TimeoutException exception)
        {
            found.Add(new Violation("I20", exception.Message));
        }

        Report("Checking.");
        await ledger.ReadAsync();
        var evidence = await GatherAsync(system, plan, customers);
        found.AddRange(liveness.Found);
        found.AddRange(ledger.Found);
        found.AddRange(Checker.Check(evidence));
        found.AddRange(await Resources.I17_resources_return(system));
        var availability = Availability.Of(evidence.Clients, healing, nemesis.Faults);
        Report($"availability: {availability}");
        Summarize(system, nemesis, ledger, evidence);
        if (found.Count > 0)
        {
            Accuse(found, evidence, system);
        }

        return found;
    }

    // What was promised is read before what has to hold it: webhooks are still coming in.
    private async Task<Evidence> GatherAsync(ChaosSystem system, List<Strike> plan, Customers customers) => new()
    {
        Clients = EvidenceReader.Pair(system.Clients.Lines),
        Deliveries = [.. system.Relay.Deliveries],
        Provider = await EvidenceReader.ReadProvidersAsync(system),
        Store = await EvidenceReader.ReadStoreAsync(system.Database),
        DecidedAgain = [.. customers.DecidedAgain],
        Requests = (_effects, _queries),
        VisibilityWindowWasBroken = plan.Exists(strike =>
            strike.Blow == Blow.StallProviders || (strike.Blow == Blow.Freeze && strike.Target == "simulators")),
    };

    private void Count(ReadOnlyMemory<byte> request)
    {
        if (request.Span.StartsWith("POST "u8))
        {
            Interlocked.Increment(ref _effects);
        }
        else
        {
            Interlocked.Increment(ref _queries);
        }
    }

    private static string StatusOf(int? status) => status?.ToString(CultureInfo.InvariantCulture) ?? "silence";

    private void Summarize(ChaosSystem system, Nemesis nemesis, LedgerWatch ledger, Evidence evidence)
    {
        var payments = evidence.Store.Payments.Values;
        Report($"{evidence.Store.Payments.Count} payments: {Tally(payments.Select(payment => payment.Status))}");
        Report("responses: "
            + Tally(evidence.Clients.Select(call => $"{call.Request.Verb} {StatusOf(call.Response?.Status)}")));
        Report("faults: "
            + $"{Tally(nemesis.Struck.SelectMany(struck => Enumerable.Repeat(struck.Key.ToString(), struck.Value)))}");
        Report($"at named points: {Tally(system.Processes.SelectMany(process => process.FaultPoints))}");
        Report($"on the networks: {Tally(system.Silos.SelectMany(silo => (IEnumerable<string>)
            [
                .. silo.Store.Done.SelectMany(done => Enumerable.Repeat($"store {done.Key}", done.Value)),
                .. silo.Providers.Done.SelectMany(done => Enumerable.Repeat($"provider {done.Key}", done.Value)),
            ]))}");
        var starts = system.Processes.Select(process =>
            $"{process.Name} {process.Starts} ({process.OwnEnds.Count} after its own end)");
        Report($"starts: {string.Join(", ", starts)}");
        var recoveries = payments.SelectMany(payment => payment.Of(
            "attempt_resent",
            "attempt_not_sent",
            "outcome_unknown",
            "refund_resent",
            "refund_outcome_unknown",
            "surplus_captured",
            "capture_refused",
            "review_required"));
        Report($"recoveries: {Tally(recoveries.Select(happened => happened.Type))}");
        Report("webhooks: " + Tally(evidence.Deliveries.Select(delivery =>
            $"{(delivery.IsForged ? "forged " : "")}{StatusOf(delivery.Status)}")));
        Report($"providers: {evidence.Requests.Effects} requests with an effect, "
            + $"{evidence.Requests.Queries} status queries, {evidence.Provider.Length} charges and refunds");
        Report($"the ledger was read {ledger.Reads} times; "
            + $"{Checker.All.Length} invariants were checked on the journals");
    }

    private void Accuse(List<Violation> found, Evidence evidence, ChaosSystem system)
    {
        if (found.Find(violation => violation.Payment is not null)?.Payment is { } payment)
        {
            Report(History.Of(evidence, payment));
        }

        Report(system.Log());
        // Last, because a reader may cut off the beginning.
        foreach (var violation in found.Take(20))
        {
            Report($"VIOLATED {violation.Invariant}: {violation.What} ({violation.Payment})");
        }

        Report($"{found.Count} violations: {Tally(found.Select(violation => violation.Invariant))}");
        Report($"Seed {options.Seed}, {options}\nTo repeat: {options.Repeat()}");
    }

    private static string Tally(IEnumerable<string> all) => string.Join(
        ", ",
        all.GroupBy(each => each, StringComparer.Ordinal)
            .OrderBy(each => each.Key, StringComparer.Ordinal)
            .Select(each => $"{each.Key} {each.Count()}"));

    private void Report(string line)
    {
        lock (_gate)
        {
            var text = string.Create(
                CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_started).TotalSeconds,6:0.0}  {line}\n");
            _text.Append(text);
            if (options.Report is { } file)
            {
                File.AppendAllText(file, text);
            }
        }
    }
}
