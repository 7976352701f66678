using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Payments;

/// <summary>Has due payments woken, again and again. Every silo runs one.</summary>
/// <param name="due">Wakes them.</param>
/// <param name="options">How often.</param>
/// <param name="time">The clock that paces the sweeps.</param>
public sealed class PaymentSweeper(DuePayments due, IOptions<PaymentOptions> options, TimeProvider time)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.SweepInterval;
        var isMoreDue = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            var pause = Task.Delay(interval * (1 + Jitter()), time, ending.Token);
            await (isMoreDue ? Task.WhenAny(due.UntilRoomAsync(ending.Token), pause) : pause)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ending.CancelAsync();
            if (!stoppingToken.IsCancellationRequested)
            {
                isMoreDue = await due.SweepAsync();
            }
        }

        // As long as the host waits.
        await due.UntilIdleAsync();
    }

    // 0 to 1. The clock's last digits are random enough to keep silos that started together from sweeping together.
    private double Jitter() => time.GetTimestamp() / 16 % 1024 / 1024.0;
}
