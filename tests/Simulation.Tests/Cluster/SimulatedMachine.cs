using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Cluster;

/// <summary>The clocks of a silo's machine: the wall's may be wrong and may be set, and the monotonic one stands still
/// while the machine is suspended.</summary>
internal sealed class SimulatedMachine(World world) : TimeProvider
{
    private TimeSpan _suspended;

    /// <summary>By how much the wall's clock is ahead of the true time.</summary>
    public TimeSpan IsAhead { get; set; }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => world.Now + IsAhead;

    /// <inheritdoc/>
    public override long GetTimestamp() => (world.Now - _suspended).Ticks;

    /// <summary>Stands still for a time that the monotonic clock does not count.</summary>
    public void Suspend(TimeSpan time) => _suspended += time;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException("What the simulation hosts sets no timer of its own.");
}

/// <summary>The store's clock, as a silo reads it.</summary>
internal sealed class SimulatedStoreTime(World world, SimulatedSilo silo) : IStoreTime
{
    private static readonly TimeSpan Way = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<StoreTimeReading> ReadAsync(Func<StoreClock.Moment> readMachine, CancellationToken cancellation)
    {
        if (world.Choices.Happens(world.Weather.Store / 2))
        {
            await silo.Wait(Way);
            throw new JournalUnavailableException(new TimeoutException("The store does not respond."));
        }

        var sentAt = readMachine();
        await silo.Wait(OneWay());
        var time = world.Now;
        await silo.Wait(OneWay());
        return new StoreTimeReading(sentAt, time, readMachine());
    }

    private TimeSpan OneWay() => world.Choices.Happens(world.Weather.Slow / 2) ? world.Choices.UpTo(LongestDelay) : Way;
}
