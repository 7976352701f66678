using Microsoft.Extensions.Hosting;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Payments.Hosting;

/// <summary>Tells the shares of status-query budgets that time passes, and how many silos are alive.</summary>
/// <param name="shares">The shares.</param>
/// <param name="membership">Knows the silos.</param>
/// <param name="time">The clock.</param>
public sealed class StatusQueryClock(
    StatusQueryShares shares, IClusterMembershipService membership, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        // What waits would hold up the end of what is under way.
        shares.Stop();
        return base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                shares.Tick(membership.CurrentSnapshot.Members.Values.Count(
                    member => member.Status == SiloStatus.Active));
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }
}
