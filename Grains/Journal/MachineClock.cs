#if FAULT_POINTS
using System.Globalization;
#endif
using Microsoft.Extensions.Configuration;

namespace PaymentCluster.Grains.Journal;

/// <summary>The machine's clock; in a Debug build a test can set it wrong.</summary>
public static class MachineClock
{
    /// <summary>The system's clock. In a Debug build <c>Faults:ClockOffset</c>, a time span, is added to its wall time:
    /// a machine whose clock is off.</summary>
    public static TimeProvider Of(IConfiguration configuration)
    {
#if FAULT_POINTS
        if (configuration["Faults:ClockOffset"] is { Length: > 0 } offset)
        {
            return new ShiftedClock(TimeSpan.Parse(offset, CultureInfo.InvariantCulture));
        }
#endif
        _ = configuration;
        return TimeProvider.System;
    }

#if FAULT_POINTS
    private sealed class ShiftedClock(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + offset;
    }
#endif
}
