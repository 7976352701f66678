using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Simulation.Tests.Cluster;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Ports;

/// <summary>A silo's way to the merchant's status-query budgets.</summary>
internal sealed class SimulatedBudget(World world, SimulatedSilo silo) : IStatusQueryBudget
{
    /// <inheritdoc/>
    public async ValueTask<QueryPermit> AcquireAsync(StatusQuery query, CancellationToken needless)
    {
        await silo.Reach("takes a query from the budget");
        if (world.Choices.Happens(world.Weather.LostCalls / 2))
        {
            throw new TimeoutException("The budget does not respond.");
        }

        return world.Budgets.TryAcquire(query.Account.Provider, query.Priority <= QueryPriority.Unknown)
            ? QueryPermit.Granted
            : QueryPermit.Left;
    }
}

/// <summary>How many status queries were taken in the last minute, per provider.</summary>
internal sealed class Budgets(World world, int perMinute)
{
    private readonly Dictionary<string, Queue<DateTimeOffset>> _taken = new(StringComparer.Ordinal);

    public bool TryAcquire(string provider, bool isUrgent)
    {
        if (!_taken.TryGetValue(provider, out var taken))
        {
            _taken.Add(provider, taken = new Queue<DateTimeOffset>());
        }

        while (taken.TryPeek(out var oldest) && oldest <= world.Now - TimeSpan.FromMinutes(1))
        {
            taken.Dequeue();
        }

        if (taken.Count >= (isUrgent ? perMinute : perMinute / 2))
        {
            world.Tell(provider, $"the status-query budget is exhausted");
            return false;
        }

        taken.Enqueue(world.Now);
        world.Checker.QueryGranted(provider);
        return true;
    }
}
