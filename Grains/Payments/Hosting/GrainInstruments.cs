using System.Collections.Immutable;
using System.Data.Common;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Payments.Process;
using PaymentCluster.Grains.Vault;

namespace PaymentCluster.Grains.Payments.Hosting;

/// <summary>What customers saved, from their grains and the vault.</summary>
/// <param name="grains">Leads to customers.</param>
/// <param name="vault">Keeps cards.</param>
public sealed class GrainInstruments(IGrainFactory grains, ICardVault vault) : IPaymentInstruments
{
    /// <inheritdoc/>
    public Task<Reply<FoundInstrument>> FindAsync(string merchant, string customer, InstrumentChoice choice) =>
        Customer(merchant, customer).FindInstrument(choice);

    /// <inheritdoc/>
    public Task<Reply<CustomerView>> AgreeToCardAsync(string merchant, string customer, AgreeToCard agreement) =>
        Customer(merchant, customer).AgreeToCard(agreement);

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> PreferredProvidersAsync(string merchant, string customer) =>
        Available(() => Customer(merchant, customer).PreferredProviders());

    /// <inheritdoc/>
    public Task<Reply<OpenedInstrument>> OpenAsync(string merchant, string customer, InstrumentChoice choice) =>
        Available(() => Customer(merchant, customer).OpenInstrument(choice));

    /// <inheritdoc/>
    public Task<string?> OpenAccountAsync(string merchant, string customer, string provider) =>
        Available(() => Customer(merchant, customer).OpenAccount(provider));

    /// <inheritdoc/>
    public Task<VaultCard?> OpenCardAsync(string merchant, string token) =>
        Available(() => vault.OpenAsync(merchant, token));

    private static async Task<T> Available<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception exception)
            when (exception is DbException or TimeoutException or OrleansException or VaultUnreadableException)
        {
            throw new InstrumentsUnavailableException(exception);
        }
    }

    private ICustomerGrain Customer(string merchant, string customer) =>
        grains.Grain<ICustomerGrain>(CustomerKey.Of(merchant, customer).ToString());
}
