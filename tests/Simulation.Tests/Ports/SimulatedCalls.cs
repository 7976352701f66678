using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Simulation.Tests.Checks;
using PaymentCluster.Simulation.Tests.Cluster;
using PaymentCluster.Simulation.Tests.Providers;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Ports;

/// <summary>Calls from a silo to payments, which may be on the other one.</summary>
internal class SimulatedCalls(World world, SimulatedSilo silo) : IPaymentCalls
{
    /// <inheritdoc/>
    public virtual async Task<bool> RecordAsync(PaymentKey key, RecordOutcome report)
    {
        world.Tell(silo.Name, $"{report.Source} about {report.Operation}: {report.Outcome.GetType().Name}");
        await silo.Reach("reports the outcome");
        return await CallAsync(key, payment => payment.RecordAsync(report));
    }

    /// <inheritdoc/>
    public virtual async Task<bool> RecordAsync(PaymentKey key, RecordProviderRefund report)
    {
        world.Tell(silo.Name, $"the provider refunded {report.Amount} of attempt {report.Attempt} itself");
        await silo.Reach("reports the refund");
        return await CallAsync(key, payment => payment.RecordAsync(report));
    }

    /// <inheritdoc/>
    public virtual async Task<bool> QueryAsync(PaymentKey key, int attempt, string provider)
    {
        await silo.Reach("requests a status query");
        return await CallAsync(key, payment => payment.QueryAsync(attempt, provider));
    }

    /// <inheritdoc/>
    public virtual async Task<bool> HintAsync(PaymentKey key, int attempt, string provider)
    {
        await silo.Reach("passes a hint on");
        return await CallAsync(key, payment => payment.HintAsync(attempt, provider));
    }

    /// <inheritdoc/>
    public async Task ResumeAsync(PaymentKey key)
    {
        world.Checker.Wakes(key);
        await silo.Reach("wakes what is due");
        await CallAsync(key, async payment =>
        {
            await payment.ResumeAsync();
            return true;
        });
    }

    private async Task<T> CallAsync<T>(PaymentKey key, Func<PaymentProcess, Task<T>> call)
    {
        var reply = await world.Cluster.CallAsync(silo.Life, key, call);
        return reply.Came ? reply.Value! : throw new TimeoutException("The payment does not respond.");
    }
}

/// <summary>The calls that one delivery of a webhook leads to.</summary>
internal sealed class DeliveredCalls(World world, SimulatedSilo silo, SimulatedWebhook webhook)
    : SimulatedCalls(world, silo)
{
    private readonly World _world = world;
    private readonly bool _wasTakenIn = world.Store.IsInInbox(webhook.EventId);

    /// <inheritdoc/>
    public override Task<bool> RecordAsync(PaymentKey key, RecordOutcome report) =>
        TakeInAsync(() => base.RecordAsync(key, report));

    /// <inheritdoc/>
    public override Task<bool> RecordAsync(PaymentKey key, RecordProviderRefund report) =>
        TakeInAsync(() => base.RecordAsync(key, report));

    /// <inheritdoc/>
    public override Task<bool> QueryAsync(PaymentKey key, int attempt, string provider) =>
        TakeInAsync(() => base.QueryAsync(key, attempt, provider));

    /// <inheritdoc/>
    public override Task<bool> HintAsync(PaymentKey key, int attempt, string provider) =>
        TakeInAsync(() => base.HintAsync(key, attempt, provider));

    private async Task<bool> TakeInAsync(Func<Task<bool>> effect)
    {
        Checker.TakesIn(_wasTakenIn);
        var isKnown = await effect();
        _world.Checker.TakenIn(webhook);
        return isKnown;
    }
}
