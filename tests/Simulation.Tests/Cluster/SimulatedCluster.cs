using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Cluster;

/// <summary>A reply to a call, or none: then the callee may have executed it, or may not.</summary>
internal readonly record struct CallResult<T>(bool Came, T? Value);

/// <summary>Two silos, the directory of which payment lives on which (right most of the time), and calls to
/// payments.</summary>
internal sealed class SimulatedCluster
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private readonly World _world;
    private readonly SimulatedSilo[] _silos;
    private readonly Dictionary<PaymentKey, SimulatedSilo> _directory = [];
    private readonly Life _ground = World.Forever("ground");

    /// <summary>Two silos.</summary>
    public SimulatedCluster(World world)
    {
        _world = world;
        _silos = [new SimulatedSilo(world, "silo 1"), new SimulatedSilo(world, "silo 2")];
    }

    /// <summary>Ends what ails the silos.</summary>
    public void Heal() => Array.ForEach(_silos, silo => silo.Heal());

    /// <summary>A silo that is up; null if none is.</summary>
    public SimulatedSilo? AnySilo() => _silos.Count(silo => silo.IsUp) switch
    {
        0 => null,
        1 => _silos.First(silo => silo.IsUp),
        _ => _silos[_world.Choices.Below(_silos.Length)],
    };

    /// <summary>Calls a payment. The reply may be lost, whether or not the call was executed.</summary>
    public Task<CallResult<T>> CallAsync<T>(
        Life caller, PaymentKey key, Func<PaymentProcess, Task<T>> call, bool interleaves = false)
    {
        var reply = new TaskCompletionSource<CallResult<T>>();
        var weather = _world.Weather;
        _world.After(CallTimeout, caller, () => reply.TrySetResult(default));
        if (_world.Choices.Happens(weather.LostCalls) || SiloOf(key) is not { } silo)
        {
            return reply.Task;
        }

        var way = _world.Choices.Happens(weather.Slow) ? _world.Choices.UpTo(LongestCall) : TimeSpan.Zero;
        _world.After(way, silo.Life, () => _world.Begin(silo.Life, async () =>
        {
            var result = await RespondAsync(silo, key, call, interleaves);
            if (!_world.Choices.Happens(_world.Weather.LostCalls))
            {
                _world.After(TimeSpan.Zero, caller, () => reply.TrySetResult(result));
            }
        }));
        return reply.Task;
    }

    /// <summary>Remembers that a payment wants to be woken. The real sweeper looks each second; this one knows when
    /// there is something to see.</summary>
    public void WhenDue(PaymentKey key, DateTimeOffset due)
    {
        var wait = due - _world.Now;
        _world.After(wait > TimeSpan.Zero ? wait : SweepInterval, _ground, () => Sweep(key, due));
    }

    // What the store says passes a silo's call filter as a timeout, and reaches the caller at once.
    private static async Task<CallResult<T>> RespondAsync<T>(
        SimulatedSilo silo, PaymentKey key, Func<PaymentProcess, Task<T>> call, bool interleaves)
    {
        try
        {
            return new CallResult<T>(true, await silo.CallAsync(key, call, interleaves));
        }
        catch (Exception exception)
            when (exception is TimeoutException or JournalUnavailableException or JournalOverloadedException)
        {
            return default;
        }
    }

    private void Sweep(PaymentKey key, DateTimeOffset due)
    {
        if (_world.Store.DueAt(key) != due)
        {
            return;
        }

        if (AnySilo() is { } silo)
        {
            var jitter = _world.Weather.Slow > 0 ? _world.Choices.UpTo(SweepInterval) : TimeSpan.Zero;
            _world.After(jitter, silo.Life, () => _world.Begin(silo.Life, silo.SweepAsync));
        }

        _world.After(SweepInterval, _ground, () => Sweep(key, due));
    }

    private SimulatedSilo? SiloOf(PaymentKey key)
    {
        if (_directory.TryGetValue(key, out var silo)
            && silo.IsUp
            && !_world.Choices.Happens(_world.Weather.SplitDirectory))
        {
            return silo;
        }

        if (AnySilo() is { } other)
        {
            _directory[key] = other;
            return other;
        }

        return null;
    }
}
