using PaymentCluster.Simulation.Tests.Checks;
using PaymentCluster.Simulation.Tests.Clients;
using PaymentCluster.Simulation.Tests.Cluster;
using PaymentCluster.Simulation.Tests.Journal;
using PaymentCluster.Simulation.Tests.Ports;
using PaymentCluster.Simulation.Tests.Providers;

namespace PaymentCluster.Simulation.Tests.Schedule;

/// <summary>
/// One run: its actors, its clock, and the one queue of all that is going to happen, by time. There is one thread; what
/// waits, waits in the queue. The order of steps is decided by how long each takes, and that by <see cref="Choices"/>.
/// </summary>
internal sealed class World
{
    /// <summary>When every run begins.</summary>
    public static readonly DateTimeOffset Start = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    // By then every deadline of the engine has passed: late successes (3 days), authorisations that run out (5),
    // refunds (7).
    private static readonly TimeSpan TimeToRest = TimeSpan.FromDays(12);

    private const int MaxSteps = 200_000;

    private readonly PriorityQueue<(Life Life, Action Continue), (DateTimeOffset At, long Order)> _steps = new();
    private readonly SimulatedProvider[] _providers;
    private Exception? _failure;
    private long _order;

    /// <summary>A world at its beginning.</summary>
    public World(Choices choices, History history)
    {
        (Choices, History) = (choices, history);
        Weather = Weather.Choose(choices);
        AccountChangesAfter = Weather.AccountChangesAfter;
        IsUnderPressure = choices.Pick(false, true);
        Budgets = new Budgets(this, choices.Pick(600, 20, 4));
        Wallets = new SavedWallets(this);
        HealsAt = Start + Weather.Lasts;
        Checker = new Checker(this);
        Store = new SimulatedStore(this);
        _providers = [new SimulatedProvider(this, "alpha"), new SimulatedProvider(this, "beta")];
        Cluster = new SimulatedCluster(this);
        Clients = new SimulatedClients(this);
    }

    public Choices Choices { get; }

    public History History { get; }

    public Weather Weather { get; private set; }

    public Checker Checker { get; }

    public SimulatedStore Store { get; }

    public SimulatedCluster Cluster { get; }

    public SimulatedClients Clients { get; }

    /// <summary>What customers saved.</summary>
    public SavedWallets Wallets { get; }

    /// <summary>When the merchant moves to another account at each provider; null: never. It outlasts the
    /// faults.</summary>
    public TimeSpan? AccountChangesAfter { get; }

    /// <summary>The merchant's status-query budgets.</summary>
    public Budgets Budgets { get; }

    /// <summary>Whether silos keep no payment in memory that is over.</summary>
    public bool IsUnderPressure { get; }

    /// <summary>The true time; the clocks of silos may be off.</summary>
    public DateTimeOffset Now { get; private set; } = Start;

    /// <summary>When the faults stop.</summary>
    public DateTimeOffset HealsAt { get; }

    /// <summary>Whether the faults have stopped.</summary>
    public bool IsHealed { get; private set; }

    /// <summary>The providers, in the order in which routing tries them.</summary>
    public IReadOnlyList<SimulatedProvider> Providers => _providers;

    /// <summary>The provider with this name.</summary>
    public SimulatedProvider Provider(string name) => Array.Find(_providers, provider => provider.Name == name)!;

    /// <summary>Plays the run to its end.</summary>
    /// <exception cref="BrokenInvariantException">The engine broke a promise.</exception>
    public void Run()
    {
        After(Weather.Lasts, Forever("world"), Heal);
        Clients.Begin();
        var end = HealsAt + TimeToRest;
        for (var steps = 0; _steps.TryDequeue(out var step, out var due) && due.At <= end; steps++)
        {
            if (step.Life.IsOver)
            {
                continue;
            }

            if (step.Life.FrozenUntil > due.At)
            {
                _steps.Enqueue(step, (step.Life.FrozenUntil, due.Order));
                continue;
            }

            Now = due.At;
            SynchronizationContext.SetSynchronizationContext(step.Life.ContextIn(this));
            step.Continue();
            ThrowIfFailed();
            Checker.Require(steps < MaxSteps, "I20", "a world without faults comes to rest");
        }

        SynchronizationContext.SetSynchronizationContext(null);
        Checker.AtEnd();
    }

    /// <summary>Something that must not happen happened in work that is not awaited: ends the run.</summary>
    public void Fail(Exception exception) => _failure ??= exception;

    /// <summary>A life that nothing ends.</summary>
    public static Life Forever(string name) => new(name);

    /// <summary>Lets something happen later, if the process still lives then.</summary>
    public void After(TimeSpan time, Life life, Action what)
    {
        if (!life.IsOver)
        {
            _steps.Enqueue((life, what), (time > TimeSpan.Zero ? Now + time : Now, _order++));
        }
    }

    /// <summary>Waits in a process.</summary>
    public Pause Wait(Life life, TimeSpan time) => new(this, life, time);

    /// <summary>Starts work that is not awaited, as its own strand. An exception that leaves it ends the run.</summary>
    public void Begin(Life life, Func<Task> work) => After(TimeSpan.Zero, life, () => _ = WatchAsync(work));

    /// <summary>Adds a line to the history.</summary>
    public void Tell(
        string actor, [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("")] Sentence what)
    {
        if (what.ToString() is { } text)
        {
            History.Add(Now - Start, actor, text);
        }
    }

    private async Task WatchAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            throw _failure as BrokenInvariantException
                ?? new BrokenInvariantException("I0", "no exception leaves the engine", _failure);
        }
    }

    private void Heal()
    {
        Tell("world", $"the faults stop");
        IsHealed = true;
        Weather = Weather.Calm;
        Cluster.Heal();
    }
}
