using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Payments;

/// <summary>Has due payments woken, again and again. Every silo runs one.</summary>
/// <param name="due">Wakes them.</param>
/// <param name="options">How often, and how many.</param>
/// <param name="time">The clock that paces the sweeps.</param>
public sealed class PaymentSweeper(DuePayments due, IOptions<PaymentOptions> options, TimeProvider time)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = options.Value;
        var perSweep = Math.Max(1, (int)(settings.SweepsPerSecond * settings.SweepInterval.TotalSeconds));
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(settings.SweepInterval * (1 + Jitter()), time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stoppingToken.IsCancellationRequested)
            {
                await due.WakeAsync(perSweep, settings.Lease);
            }
        }
    }

    // 0 to 1. The clock's last digits are random enough to keep silos that started together from sweeping together.
    private double Jitter() => time.GetTimestamp() / 16 % 1024 / 1024.0;
}
