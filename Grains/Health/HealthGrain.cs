using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Health;

namespace PaymentCluster.Grains.Health;

/// <summary>Checks whether the database accepts writes.</summary>
/// <param name="store">Checks it.</param>
[StatelessWorker, Reentrant]
public sealed class HealthGrain(StoreHealth store) : Grain, IHealthGrain
{
    /// <inheritdoc/>
    public Task<string?> Check() => store.CheckAsync();
}
