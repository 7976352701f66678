using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Providers;

/// <inheritdoc cref="IStatusQueryLagService"/>
/// <param name="id">Its id on this silo.</param>
/// <param name="silo">This silo.</param>
/// <param name="loggers">Logs for the runtime.</param>
/// <param name="queries">This silo's budgets of status queries.</param>
[Reentrant]
public sealed class StatusQueryLagService(
    GrainId id, Orleans.Runtime.Silo silo, ILoggerFactory loggers, StatusQueryShares queries)
    : GrainService(id, silo, loggers), IStatusQueryLagService
{
    /// <inheritdoc/>
    public Task<ImmutableArray<TimeSpan>> Of(string merchant, ImmutableArray<string> providers) =>
        Task.FromResult<ImmutableArray<TimeSpan>>([.. providers.Select(name => queries.LagOf(merchant, name))]);
}
