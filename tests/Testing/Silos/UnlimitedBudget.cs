using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Testing.Silos;

/// <summary>A budget of status queries that never ends.</summary>
internal sealed class UnlimitedBudget : IStatusQueryBudget
{
    public ValueTask<QueryPermit> AcquireAsync(StatusQuery query, CancellationToken needless) =>
        ValueTask.FromResult(QueryPermit.Granted);
}
