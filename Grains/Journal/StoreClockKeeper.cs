using Microsoft.Extensions.Hosting;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Journal;

/// <summary>Reads the database's clock every few seconds, so that no command has to wait for it.</summary>
public sealed class StoreClockKeeper(StoreClock clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await clock.ReadAsync(stoppingToken);
            }
            catch (JournalUnavailableException)
            {
                // The clock runs on, and knows how far it may be off by now. That the store is away others say.
            }
            catch (OperationCanceledException)
            {
                // The silo stops.
            }

            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
