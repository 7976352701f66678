namespace PaymentCluster.Grains.Providers;

/// <summary>
/// How many questions a merchant may still ask a provider, for the whole cluster: providers count an account's
/// requests, not the machines that they come from. Its key is <c>{merchant}/{provider}</c>.
/// </summary>
[Alias("question-budget")]
public interface IQuestionBudgetGrain : IGrainWithStringKey
{
    /// <summary>Takes one question from the budget; false if there is none left. Half of the budget is kept for
    /// questions that are urgent: those about what is unknown.</summary>
    [Alias("take")]
    Task<bool> Take(bool isUrgent);
}
