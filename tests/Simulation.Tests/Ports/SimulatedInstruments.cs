using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Grains.Vault;
using PaymentCluster.Simulation.Tests.Clients;
using PaymentCluster.Simulation.Tests.Cluster;
using PaymentCluster.Simulation.Tests.Schedule;

namespace PaymentCluster.Simulation.Tests.Ports;

/// <summary>A silo's way to what customers saved, and to the vault.</summary>
internal sealed class SimulatedInstruments(World world, SimulatedSilo silo) : IPaymentInstruments
{
    /// <inheritdoc/>
    public async Task<Reply<FoundInstrument>> FindAsync(string merchant, string customer, InstrumentChoice choice)
    {
        await silo.Reach("looks for the instrument");
        ThrowIfAway(new TimeoutException("The customer does not respond."));
        world.Checker.Resolves(customer);
        return world.Wallets.Of(customer).Find(choice);
    }

    /// <inheritdoc/>
    public async Task<Reply<CustomerView>> AgreeToCardAsync(string merchant, string customer, AgreeToCard agreement)
    {
        await silo.Reach("stores the consent");
        ThrowIfAway(new TimeoutException("The customer does not respond."));
        world.Checker.Resolves(customer);
        return Reply<CustomerView>.Of(new CustomerView { Id = customer, CreatedAt = World.Start });
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> PreferredProvidersAsync(string merchant, string customer) =>
        Task.FromResult(ImmutableArray<string>.Empty);

    /// <inheritdoc/>
    public async Task<Reply<OpenedInstrument>> OpenAsync(string merchant, string customer, InstrumentChoice choice)
    {
        await silo.Reach("opens the instrument");
        ThrowIfAway(new InstrumentsUnavailableException(new TimeoutException("The customer does not respond.")));
        return world.Wallets.Of(customer).Open(choice);
    }

    /// <inheritdoc/>
    public async Task<string?> OpenAccountAsync(string merchant, string customer, string provider)
    {
        await silo.Reach("opens the customer's account");
        ThrowIfAway(new InstrumentsUnavailableException(new TimeoutException("The customer does not respond.")));
        return $"{provider}:{customer}";
    }

    /// <inheritdoc/>
    public async Task<VaultCard?> OpenCardAsync(string merchant, string token)
    {
        await silo.Reach("opens the vault");
        ThrowIfAway(new InstrumentsUnavailableException(new TimeoutException("The vault does not respond.")));
        return world.Wallets.IsInVault(token) ? SimulatedOrder.InVault : null;
    }

    private void ThrowIfAway(Exception exception)
    {
        if (world.Choices.Happens(world.Weather.Instruments))
        {
            throw exception;
        }
    }
}
