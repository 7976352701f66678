using PaymentCluster.Grains.Abstractions.Providers;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>A status query that waits for its budget, or for a list that tells what it would. Everything but its end is
/// its share's, and is used under that share's lock.</summary>
/// <param name="query">The query.</param>
/// <param name="since">When its wait began.</param>
internal sealed class WaitingQuery(StatusQuery query, DateTimeOffset since)
{
    private readonly TaskCompletionSource<QueryPermit> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public QueryPriority Priority { get; private set; } = query.Priority;

    public ListableCharge? Charge => query.Charge;

    public DateTimeOffset Since => since;

    /// <summary>What the pages of the list that is being read say of its charge so far; null if nothing.</summary>
    public ProviderOutcome? Found { get; set; }

    /// <summary>Whether a list did not tell, so that a query has to.</summary>
    public bool IsMissed { get; set; }

    public bool IsOver => _end.Task.IsCompleted;

    public Task<QueryPermit> Task => _end.Task;

    public void Promote() => Priority = QueryPriority.Likely;

    public void End(QueryPermit permit) => _end.TrySetResult(permit);

    /// <summary>Keeps the outcome that tells more. There may be several payments on one order: a customer fails, and
    /// then pays.</summary>
    public void Find(ProviderOutcome outcome)
    {
        if (Found is null || Weight(outcome) > Weight(Found))
        {
            Found = outcome;
        }
    }

    /// <summary>Whether what was found is what a query would tell: the charge's own reference and amount, as a status
    /// query's result is compared. What is at odds, or fails another payment than ours, is left to the query.</summary>
    public bool TellsEnough => Found switch
    {
        ProviderOutcome.Succeeded success => success.Amount == Charge!.Amount && success.ProviderReference is not null
            && (success.Stage == ChargeStage.Captured || Priority != QueryPriority.Confirmation),
        ProviderOutcome.Pending or ProviderOutcome.Declined =>
            Found.ProviderReference == Charge!.ProviderReference && Priority != QueryPriority.Confirmation,
        _ => false,
    };

    /// <summary>Whether nothing that the rest of the list has can tell more.</summary>
    public bool IsDecided => Found is ProviderOutcome.Succeeded { Stage: ChargeStage.Captured };

    private static int Weight(ProviderOutcome outcome) => outcome switch
    {
        ProviderOutcome.Succeeded { Stage: ChargeStage.Captured } => 5,
        ProviderOutcome.Succeeded => 4,
        ProviderOutcome.Unknown => 3,
        ProviderOutcome.Pending => 2,
        _ => 1,
    };
}
