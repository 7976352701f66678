namespace PaymentCluster.Grains.Payments.Process;

/// <summary>How many status queries a merchant may still send to a provider.</summary>
public interface IStatusQueryBudget
{
    /// <summary>Takes one query from the budget; false if none is left.</summary>
    /// <param name="merchant">The merchant.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="isUrgent">Whether the outcome is unknown: half of the budget is kept for such queries.</param>
    Task<bool> TryAcquireAsync(string merchant, string provider, bool isUrgent);
}
