using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace PaymentCluster.Grains.Journal;

/// <summary>The time that payments are decided by, the same on every silo, and the clocks of this machine, by which it
/// does something in time or leaves it.</summary>
public interface IPaymentClock
{
    /// <summary>The store's time, in whole microseconds, as PostgreSQL keeps it: what is read back must be what was
    /// decided.</summary>
    DateTimeOffset Now { get; }

    /// <summary>The clocks of this machine.</summary>
    TimeProvider Machine { get; }

    /// <summary>Completes when <see cref="Now"/> is exact enough to decide by: at once, unless the clock is in
    /// doubt.</summary>
    ValueTask SynchronizedAsync();
}

/// <summary>A clock that is trusted, where there is no store to compare it with.</summary>
/// <param name="time">The trusted clock.</param>
public sealed class PaymentClock(TimeProvider time) : IPaymentClock
{
    /// <inheritdoc/>
    public DateTimeOffset Now => InMicroseconds(time.GetUtcNow());

    /// <inheritdoc/>
    public TimeProvider Machine => time;

    /// <inheritdoc/>
    public ValueTask SynchronizedAsync() => ValueTask.CompletedTask;

    internal static DateTimeOffset InMicroseconds(DateTimeOffset time) =>
        time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}

/// <summary>Registers a clock where no store provides one.</summary>
public static class PaymentClockRegistration
{
    /// <summary>Adds the clock of the host's <see cref="TimeProvider"/>, unless there is a payment clock.</summary>
    public static void TryAddPaymentClock(this IServiceCollection services) => services.TryAddSingleton<IPaymentClock>(
        provider => new PaymentClock(provider.GetRequiredService<TimeProvider>()));
}
