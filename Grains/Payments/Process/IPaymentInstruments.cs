using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Vault;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>What a merchant's customers saved, and the vault that keeps their cards.</summary>
public interface IPaymentInstruments
{
    /// <inheritdoc cref="ICustomerGrain.FindInstrument"/>
    Task<Reply<FoundInstrument>> FindAsync(string merchant, string customer, InstrumentChoice choice);

    /// <inheritdoc cref="ICustomerGrain.AgreeToCard"/>
    Task<Reply<CustomerView>> AgreeToCardAsync(string merchant, string customer, AgreeToCard agreement);

    /// <inheritdoc cref="ICustomerGrain.PreferredProviders"/>
    /// <exception cref="InstrumentsUnavailableException">It cannot be found out now.</exception>
    Task<ImmutableArray<string>> PreferredProvidersAsync(string merchant, string customer);

    /// <inheritdoc cref="ICustomerGrain.OpenInstrument"/>
    /// <exception cref="InstrumentsUnavailableException">It cannot be opened now.</exception>
    Task<Reply<OpenedInstrument>> OpenAsync(string merchant, string customer, InstrumentChoice choice);

    /// <inheritdoc cref="ICustomerGrain.OpenAccount"/>
    /// <exception cref="InstrumentsUnavailableException">It cannot be found out now.</exception>
    Task<string?> OpenAccountAsync(string merchant, string customer, string provider);

    /// <summary>A card in the vault; null if the merchant has none under this token.</summary>
    /// <exception cref="InstrumentsUnavailableException">It cannot be opened now.</exception>
    Task<VaultCard?> OpenCardAsync(string merchant, string token);
}

/// <summary>The customer or the vault cannot be reached, or what they keep cannot be opened.</summary>
/// <param name="cause">What failed.</param>
public sealed class InstrumentsUnavailableException(Exception cause)
    : Exception("What the customer saved is unavailable.", cause);
