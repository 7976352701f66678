using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors;

namespace PaymentCluster.Grains.Payments.Hosting;

/// <inheritdoc cref="IStatusQueryBudgetGrain"/>
/// <remarks>It stores nothing: where it is activated again, at most one minute's budget is granted again.</remarks>
/// <param name="connectors">The providers' budgets.</param>
/// <param name="options">A budget that replaces theirs.</param>
public sealed class StatusQueryBudgetGrain(ConnectorCatalogue connectors, IOptions<PaymentOptions> options)
    : Grain, IStatusQueryBudgetGrain, IDisposable
{
    // The more segments, the more evenly permits return.
    private const int Segments = 12;

    private SlidingWindowRateLimiter? _queries;
    private int _perMinute;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        var provider = key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (connectors.TryGet(provider, out var connector))
        {
            _perMinute = options.Value.StatusQueriesPerMinute ?? connector.Capabilities.StatusQueriesPerMinute;
            _queries = new SlidingWindowRateLimiter(new SlidingWindowRateLimiterOptions
            {
                PermitLimit = _perMinute,
                Window = TimeSpan.FromMinutes(1),
                SegmentsPerWindow = Segments,
                QueueLimit = 0,
                AutoReplenishment = true,
            });
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Stops counting.</summary>
    public void Dispose() => _queries?.Dispose();

    /// <inheritdoc/>
    public Task<bool> TryAcquire(bool isUrgent)
    {
        if (_queries is null || (!isUrgent && _queries.GetStatistics()!.CurrentAvailablePermits <= _perMinute / 2))
        {
            return Task.FromResult(false);
        }

        using var lease = _queries.AttemptAcquire();
        return Task.FromResult(lease.IsAcquired);
    }
}
