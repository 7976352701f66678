using Microsoft.Extensions.Time.Testing;

namespace PaymentCluster.Testing.Silos;

/// <summary>A clock that a test moves, for a whole silo: its timers run on the system's clock, because Orleans waits
/// for its own.</summary>
internal sealed class ManualTime() : FakeTimeProvider(new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero))
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime, period);
}
