using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Payments;

/// <summary>A silo's clock: off by as much as clocks may be.</summary>
internal sealed class SimulatedClock(World world, TimeSpan isAhead) : TimeProvider
{
    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => world.Now + isAhead;

    /// <inheritdoc/>
    public override long GetTimestamp() => world.Now.Ticks;
}
