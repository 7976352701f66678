using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors;
using PaymentCluster.Grains.Payments;

namespace PaymentCluster.Grains.Providers;

/// <inheritdoc cref="IQuestionBudgetGrain"/>
/// <remarks>It keeps nothing: where it begins anew, at most one minute's budget is given twice.</remarks>
/// <param name="connectors">Say how large the budget is.</param>
/// <param name="options">May say otherwise.</param>
public sealed class QuestionBudgetGrain(ConnectorCatalogue connectors, IOptions<PaymentOptions> options)
    : Grain, IQuestionBudgetGrain, IDisposable
{
    // What is counted in so many parts of a minute comes back as evenly.
    private const int Segments = 12;

    private SlidingWindowRateLimiter? _questions;
    private int _perMinute;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        var provider = key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (connectors.TryGet(provider, out var connector))
        {
            _perMinute = options.Value.QuestionsPerMinute ?? connector.Capabilities.QuestionsPerMinute;
            _questions = new SlidingWindowRateLimiter(new SlidingWindowRateLimiterOptions
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
    public void Dispose() => _questions?.Dispose();

    /// <inheritdoc/>
    public Task<bool> Take(bool isUrgent)
    {
        if (_questions is null || (!isUrgent && _questions.GetStatistics()!.CurrentAvailablePermits <= _perMinute / 2))
        {
            return Task.FromResult(false);
        }

        using var lease = _questions.AttemptAcquire();
        return Task.FromResult(lease.IsAcquired);
    }
}
