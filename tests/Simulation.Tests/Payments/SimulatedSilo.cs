using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Simulation.Tests.Journal;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Payments;

/// <summary>One silo: a process with a clock, activations of payments, and effects under way. It can be killed and
/// frozen between any two of its steps.</summary>
internal sealed class SimulatedSilo
{
    private static readonly TimeSpan LongestFreeze = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestRestart = TimeSpan.FromMinutes(2);

    // More deaths and freezes than this tell nothing new, and take long.
    private const int MaxAilments = 12;

    private readonly World _world;
    private readonly Dictionary<PaymentKey, SimulatedGrain> _activations = [];
    private int _ailments;

    /// <summary>A silo that has just started.</summary>
    public SimulatedSilo(World world, string name, TimeSpan clockIsAhead)
    {
        (_world, Name, Life) = (world, name, new Life(name));
        Clock = new SimulatedClock(world, clockIsAhead);
        Journal = new SimulatedJournal(world, this);
        Effects = new SimulatedEffects(world, this);
        Sweeper = new SimulatedSweeper(world, this);
    }

    public string Name { get; }

    public Life Life { get; private set; }

    public TimeProvider Clock { get; }

    public SimulatedJournal Journal { get; }

    public SimulatedEffects Effects { get; private set; }

    public SimulatedSweeper Sweeper { get; private set; }

    /// <summary>Whether calls reach it.</summary>
    public bool IsUp => !Life.IsOver;

    /// <summary>The payment's activation here, made if need be.</summary>
    public SimulatedGrain Activation(PaymentKey key)
    {
        if (!_activations.TryGetValue(key, out var grain))
        {
            _activations.Add(key, grain = new SimulatedGrain(_world, this, key));
        }

        return grain;
    }

    /// <summary>Lets some time pass in this process.</summary>
    public Pause Wait(TimeSpan time) => _world.Wait(Life, time);

    /// <summary>A point between two steps, at which the process may be killed, stand still, or just take its
    /// time.</summary>
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

        if (choices.Happens(weather.Freeze))
        {
            Freeze(step);
        }

        return Wait(choices.Happens(weather.Slow) ? choices.UpTo(LongestStep) : TimeSpan.Zero);
    }

    /// <summary>Makes the process stand still.</summary>
    public void Freeze(string step)
    {
        _ailments++;
        var time = _world.Choices.UpTo(LongestFreeze);
        _world.Tell(Name, $"is frozen for {time} before it {step}");
        Life.FrozenUntil = _world.Now + time;
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
            Effects = new SimulatedEffects(_world, this);
            Sweeper = new SimulatedSweeper(_world, this);
            _activations.Clear();
        }
    }
}
