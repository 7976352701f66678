using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Customers;

namespace PaymentCluster.Grains.Customers;

/// <inheritdoc cref="ITransactionsGrain"/>
[StatelessWorker, Reentrant]
public sealed class TransactionsGrain(TransactionStore store) : Grain, ITransactionsGrain
{
    /// <inheritdoc/>
    public Task<TransactionPage> List(TransactionQuery query) => store.ListAsync(this.GetPrimaryKeyString(), query);
}
