using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Lists;

/// <summary>A merchant's payments, read from the store.</summary>
[StatelessWorker, Reentrant]
public sealed class PaymentListGrain(PaymentListStore store) : Grain, IPaymentListGrain
{
    /// <inheritdoc/>
    public Task<PaymentPage> List(PaymentListQuery query) => store.ListAsync(this.GetPrimaryKeyString(), query);
}
