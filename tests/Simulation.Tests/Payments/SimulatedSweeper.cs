using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Payments;

/// <summary>A silo's looks at what is due, one at a time: the policy of <see cref="PaymentSweeper"/>.</summary>
internal sealed class SimulatedSweeper(World world, SimulatedSilo silo)
{
    private static readonly PaymentOptions Options = new();

    private bool _isLooking;

    /// <summary>Leases what is due, and wakes it.</summary>
    public async Task SweepAsync()
    {
        if (_isLooking)
        {
            return;
        }

        _isLooking = true;
        try
        {
            var due = await silo.Journal.ClaimDueAsync((int)(Options.SweepsPerSecond * Options.SweepInterval.TotalSeconds), Options.Lease);
            await silo.Reach("wakes what is due");
            foreach (var key in due)
            {
                world.Checker.Wakes(key);
                world.Begin(silo.Life, () => world.Cluster.CallAsync(silo.Life, key, grain => grain.ResumeAsync()));
            }
        }
        catch (JournalUnavailableException)
        {
            // It looks again.
        }

        _isLooking = false;
    }
}
