using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Payments.Hosting;

/// <summary>The budget of a merchant at a provider, counted by one grain.</summary>
/// <param name="grains">Leads to it.</param>
public sealed class GrainStatusQueryBudget(IGrainFactory grains) : IStatusQueryBudget
{
    /// <inheritdoc/>
    public Task<bool> TryAcquireAsync(string merchant, string provider, bool isUrgent) =>
        grains.Grain<IStatusQueryBudgetGrain>($"{merchant}/{provider}").TryAcquire(isUrgent);
}
