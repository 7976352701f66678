namespace PaymentCluster.Grains.Payments.Process;

/// <summary>How many status queries a merchant may still send to a provider.</summary>
public interface IStatusQueryBudget
{
    /// <summary>Takes one query from the budget, and waits for it if others are before it. A call never leaves its
    /// silo.</summary>
    /// <param name="merchant">The merchant.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="priority">Which queries go first; of one priority, the one that waits longest.</param>
    /// <param name="needless">Ends the wait: the outcome is known meanwhile.</param>
    /// <returns>False if the query is not to be sent: too many wait already, or it is needless. The payment's schedule
    /// brings back what is still needed.</returns>
    ValueTask<bool> AcquireAsync(
        string merchant, string provider, QueryPriority priority, CancellationToken needless);
}

/// <summary>Which status queries go first.</summary>
public enum QueryPriority
{
    /// <summary>The outcome is unknown: money may have moved.</summary>
    Unknown = 1,

    /// <summary>The provider works on it, or a customer does.</summary>
    Accepted = 2,

    /// <summary>The outcome is known, and is only confirmed.</summary>
    Confirmation = 3,
}
