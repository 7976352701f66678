using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Journal;

namespace PaymentCluster.Grains.Payments;

/// <summary>
/// Wakes payments that are due: after a crash, for retries, questions and expiries. Every silo runs one; a lease keeps
/// two from waking the same payment, and a payment whose waker died is due again when the lease is over. It decides
/// nothing: the payment does.
/// </summary>
public sealed partial class PaymentSweeper(
    IPaymentJournal journal,
    IGrainFactory grains,
    IOptions<PaymentOptions> options,
    TimeProvider time,
    ILogger<PaymentSweeper> logger) : BackgroundService
{
    private static readonly ParallelOptions Wakers = new() { MaxDegreeOfParallelism = 16 };

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
                await SweepAsync(perSweep, settings.Lease);
            }
        }
    }

    // 0 to 1. The clock's last digits are random enough to keep silos that started together from sweeping together.
    private double Jitter() => time.GetTimestamp() / 16 % 1024 / 1024.0;

    private async Task SweepAsync(int limit, TimeSpan lease)
    {
        try
        {
            var due = await journal.ClaimDueAsync(limit, lease);
            await Parallel.ForEachAsync(due, Wakers, WakeAsync);
        }
        catch (JournalUnavailableException exception)
        {
            LogStoreAway(exception);
        }
    }

    private async ValueTask WakeAsync(PaymentKey key, CancellationToken cancellationToken)
    {
        try
        {
            await grains.GetGrain<IPaymentGrain>(key.ToString()).Resume();
        }
        catch (Exception exception)
        {
            // One payment that cannot be woken must not keep the others asleep; it is due again when the lease is over.
            LogNotWoken(exception, key.Merchant, key.Payment);
        }
    }

    [LoggerMessage(
        LogEvents.SweeperStoreUnavailable,
        LogLevel.Warning,
        "The payment store is unavailable; the sweeper tries again")]
    private partial void LogStoreAway(Exception exception);

    [LoggerMessage(
        LogEvents.SweeperPaymentNotWoken,
        LogLevel.Error,
        "{Merchant} {PaymentId} could not be woken; the next sweep tries again")]
    private partial void LogNotWoken(Exception exception, string merchant, PaymentId paymentId);
}
