using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Simulation.Tests.Checks;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Clients;

/// <summary>All clients of a run: mostly one order, sometimes more, each requested by one client or by two at
/// once.</summary>
internal sealed class SimulatedClients(World world)
{
    private readonly List<SimulatedClient> _clients = [];
    private int _payments;
    private int _keys;

    /// <summary>Lets them begin.</summary>
    public void Begin()
    {
        var orders = world.Choices.Pick(1, 1, 1, 2);
        for (var number = 1; number <= orders; number++)
        {
            var order = new SimulatedOrder(world.Choices, $"order_{number}");
            world.Wallets.MayChange($"customer of {order.Id}");
            Add(order);
            if (world.Choices.Happens(200))
            {
                Add(order);
            }
        }
    }

    /// <summary>An id for a payment that may come to be.</summary>
    public PaymentId NextPayment() => new() { Value = new Guid(++_payments, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]) };

    /// <summary>A name for a request.</summary>
    public string NextKey() => $"key-{++_keys}";

    /// <summary>Every client got a response in the end.</summary>
    public void AtEnd() => Checker.Require(
        _clients.TrueForAll(client => client.IsDone), "I20", "every client that retries gets a response");

    private void Add(SimulatedOrder order)
    {
        var client = new SimulatedClient(world, $"client {_clients.Count + 1}", order);
        _clients.Add(client);
        world.Begin(client.Life, client.RunAsync);
    }
}
