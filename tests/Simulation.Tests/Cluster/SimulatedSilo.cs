using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Grains.Routing;
using PaymentCluster.Grains.Webhooks;
using PaymentCluster.Simulation.Tests.Journal;
using PaymentCluster.Simulation.Tests.Ports;
using PaymentCluster.Simulation.Tests.Providers;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Cluster;

/// <summary>One silo: a process with the product's own classes over simulated ports, on a machine with clocks. It can
/// be killed and frozen at every port.</summary>
internal sealed class SimulatedSilo
{
    private static readonly TimeSpan LongestFreeze = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestRestart = TimeSpan.FromMinutes(2);

    // More deaths and freezes than this tell nothing new, and take long.
    private const int MaxAilments = 12;

    private readonly World _world;
    private readonly SimulatedMachine _machine;
    private readonly Dictionary<PaymentKey, HostedPayment> _payments = [];
    private ConnectorCatalogue _connectors = null!;
    private IPaymentClock _clock = null!;
    private DuePayments _due = null!;
    private bool _isSweeping;
    private int _ailments;

    /// <summary>A silo that has just started.</summary>
    public SimulatedSilo(World world, string name)
    {
        (_world, Name, Life) = (world, name, new Life(name));
        _machine = new SimulatedMachine(world) { IsAhead = world.Weather.ClocksAreOff * (name == "silo 1" ? 1 : -1) };
        Journal = new SimulatedJournal(world, this);
        Compose();
    }

    public string Name { get; }

    public Life Life { get; private set; }

    public SimulatedJournal Journal { get; }

    /// <summary>What its payments share.</summary>
    public PaymentServices Services { get; private set; } = null!;

    /// <summary>Whether calls reach it.</summary>
    public bool IsUp => !Life.IsOver;

    /// <summary>What takes one delivery of a webhook in.</summary>
    public WebhookIntake Intake(SimulatedWebhook webhook) => new(
        _connectors,
        new Shop(_world),
        new DeliveredCalls(_world, this, webhook),
        Journal,
        new WebhookHints(_clock),
        Shop.Tokens,
        new SimulatedBudget(_world, this),
        Shop.Meter,
        _clock,
        TimeProvider.System,
        Log<WebhookIntake>());

    /// <summary>Calls a payment here; a command when all earlier ones are through, a read between their
    /// steps.</summary>
    public async Task<T> CallAsync<T>(PaymentKey key, Func<PaymentProcess, Task<T>> call, bool interleaves)
    {
        while (true)
        {
            if (!_payments.TryGetValue(key, out var payment) || payment.IsGone)
            {
                _payments[key] = payment = new HostedPayment(_world, this, key);
            }

            if (await payment.TryEnterAsync(interleaves))
            {
                try
                {
                    return await call(payment.Process);
                }
                finally
                {
                    payment.Leave(interleaves);
                }
            }
        }
    }

    /// <summary>Claims what is due and wakes it, one claim at a time.</summary>
    public async Task SweepAsync()
    {
        if (_isSweeping)
        {
            return;
        }

        _isSweeping = true;
        await _due.SweepAsync();
        _isSweeping = false;
    }

    /// <summary>Lets some time pass in this process.</summary>
    public Pause Wait(TimeSpan time) => _world.Wait(Life, time);

    /// <summary>A point between two steps, at which the process may be killed, stand still, have its clock set, or just
    /// take its time.</summary>
    /// <param name="step">What comes next, for the history.</param>
    public Pause Reach(string step)
    {
        var (choices, weather) = (_world.Choices, _world.Weather);
        if (_ailments == MaxAilments)
        {
            return Wait(TimeSpan.Zero);
        }

        if (choices.Happens(weather.Crash))
        {
            _world.Tell(Name, $"is killed before it {step}");
            Die();
            return Wait(TimeSpan.Zero);
        }

        if (choices.Happens(weather.ClockSteps))
        {
            _ailments++;
            _machine.IsAhead = choices.UpTo(LongestFreeze) * choices.Pick(1, -1);
            _world.Tell(Name, $"has its clock set: it is {_machine.IsAhead} ahead");
        }

        if (choices.Happens(weather.Freeze))
        {
            Freeze(step);
        }

        return Wait(choices.Happens(weather.Slow) ? choices.UpTo(LongestStep) : TimeSpan.Zero);
    }

    /// <summary>Makes the process stand still, or its whole machine.</summary>
    public void Freeze(string step)
    {
        _ailments++;
        var time = _world.Choices.UpTo(LongestFreeze);
        // A send window goes by both clocks of its machine. That both are wrong at once, no window withstands.
        var isSuspended = _world.Weather.ClockSteps == 0 && _world.Choices.Pick(false, true);
        _world.Tell(Name, $"is {(isSuspended ? "suspended" : "frozen")} for {time} before it {step}");
        Life.FrozenUntil = _world.Now + time;
        if (isSuspended)
        {
            _machine.Suspend(time);
        }
    }

    /// <summary>Ends what ails it.</summary>
    public void Heal()
    {
        Life.FrozenUntil = _world.Now;
        if (Life.IsOver)
        {
            Restart();
        }
    }

    private void Die()
    {
        _ailments++;
        Life.IsOver = true;
        _world.After(_world.Choices.UpTo(LongestRestart), World.Forever(Name), Restart);
    }

    private void Restart()
    {
        if (Life.IsOver)
        {
            _world.Tell(Name, $"starts");
            Life = new Life(Name);
            _payments.Clear();
            _isSweeping = false;
            Compose();
        }
    }

    // As PaymentsRegistration composes them.
    private void Compose()
    {
        var merchants = new Shop(_world);
        var options = _world.IsUnderPressure ? Shop.PaymentsUnderPressure : Shop.Payments;
        var calls = new SimulatedCalls(_world, this);
        var host = new SimulatedHost(_world, this);
        _connectors = new ConnectorCatalogue(
            _world.Providers.Select(provider => new SimulatedConnector(_world, this, provider)));
        _clock = new StoreClock(_machine, new SimulatedStoreTime(_world, this));
        var router = new PaymentRouter(_connectors, new ProviderScores(Shop.Routing, _machine));
        var instruments = new SimulatedInstruments(_world, this);
        var resolver = new InstrumentResolver(instruments, Log<InstrumentResolver>());
        var operations = new ProviderOperations(
            new PaymentProviders(_connectors, merchants, Log<PaymentProviders>()),
            resolver,
            new SimulatedBudget(_world, this),
            calls,
            new ProviderRequests(Shop.Tokens, options),
            _clock,
            host,
            Log<ProviderOperations>());
        Services = new PaymentServices(
            Journal,
            Journal,
            _clock,
            new PaymentRoutes(router, merchants, instruments, Log<PaymentRoutes>()),
            resolver,
            new SimulatedGuard(),
            operations,
            Shop.Tokens,
            new PaymentReplies(Shop.Tokens, options),
            new ActivePayments(options),
            new PaymentTelemetry(router),
            options,
            Log<PaymentProcess>());
        _due = new DuePayments(Journal, calls, host, options, _machine, Shop.Sweepers, Log<DuePayments>());
    }

    private ILogger<T> Log<T>() => new SimulatedLog<T>(_world);
}
