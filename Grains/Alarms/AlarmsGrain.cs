using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Alarms;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Grains.Alarms;

/// <summary>A merchant's open alarms, read from the store.</summary>
[StatelessWorker, Reentrant]
public sealed class AlarmsGrain(AlarmStore store) : Grain, IAlarmsGrain
{
    /// <inheritdoc/>
    public Task<AlarmPage> List(PaymentId? after, int limit) =>
        store.ListAsync(this.GetPrimaryKeyString(), after, limit);
}
