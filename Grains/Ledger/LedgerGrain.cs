using System.Collections.Immutable;
using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Ledger;

namespace PaymentCluster.Grains.Ledger;

/// <summary>A merchant's books, read from the store.</summary>
[StatelessWorker, Reentrant]
public sealed class LedgerGrain(LedgerStore store) : Grain, ILedgerGrain
{
    /// <inheritdoc/>
    public Task<ImmutableArray<AccountBalance>> Accounts() => store.AccountsAsync(this.GetPrimaryKeyString());

    /// <inheritdoc/>
    public Task<ImmutableArray<TrialBalanceLine>> TrialBalance() => store.TrialBalanceAsync(this.GetPrimaryKeyString());
}
