using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Risk;

/// <inheritdoc cref="IAttemptCountersGrain"/>
public sealed class AttemptCountersGrain : Grain, IAttemptCountersGrain
{
    // About a megabyte where all are in use; a merchant has 16 such parts.
    private const int Capacity = 4_096;

    private readonly AttemptAlarms _alarms;
    private readonly AttemptCounters _counters;
    private readonly TimeSpan _lifetime;

    /// <summary>Makes the counters.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="alarms">Hears of what is blocked.</param>
    /// <param name="time">The clock.</param>
    public AttemptCountersGrain(IOptions<AttemptGuardOptions> options, AttemptAlarms alarms, TimeProvider time)
    {
        _alarms = alarms;
        _counters = new AttemptCounters(options.Value, Capacity, time) { Blocked = alarms.Open };
        _lifetime = options.Value.BlockedWithin + options.Value.BlockedFor;
    }

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _alarms.Watch(_counters);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _alarms.Unwatch(_counters);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<AttemptRestriction?> Begin(AttemptSubject subject, string? name) =>
        Task.FromResult(_counters.Begin(subject, name));

    /// <inheritdoc/>
    public Task<AttemptRestriction?> End(AttemptSubject subject, AttemptEnd end)
    {
        var restriction = _counters.End(subject, end);
        if (end == AttemptEnd.Unsuccessful)
        {
            // An activation that is idle for minutes would be deactivated, and what it counted with it.
            DelayDeactivation(_lifetime);
        }

        return Task.FromResult(restriction);
    }
}
