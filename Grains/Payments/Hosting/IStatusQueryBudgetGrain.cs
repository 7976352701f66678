namespace PaymentCluster.Grains.Payments.Hosting;

/// <summary>
/// How many status queries a merchant may still send to a provider, for the whole cluster: providers count an account's
/// requests, not the machines that they come from. Its key is <c>{merchant}/{provider}</c>.
/// </summary>
[Alias("question-budget")]
public interface IStatusQueryBudgetGrain : IGrainWithStringKey
{
    /// <summary>Takes one query from the budget; false if it is exhausted. Half of the budget is reserved for urgent
    /// queries: those about an unknown outcome.</summary>
    [Alias("take")]
    Task<bool> TryAcquire(bool isUrgent);
}
