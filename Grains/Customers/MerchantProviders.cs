using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Customers;

/// <summary>A merchant's providers, as customers' operations need them.</summary>
internal interface IMerchantProviders
{
    /// <summary>What the merchant and its providers keep for customers.</summary>
    ValueTask<MerchantFacts> FactsAsync(string merchant);

    /// <summary>One provider with a capability; null if the merchant has no account there any more, or the provider
    /// lacks the capability.</summary>
    ValueTask<ConnectedProvider<T>?> FindAsync<T>(string merchant, string provider)
        where T : class;
}

/// <summary>What a merchant and its providers keep for customers.</summary>
internal sealed record MerchantFacts
{
    /// <summary>Whether the merchant keeps cards in the vault.</summary>
    public bool CardVault { get; init; }

    /// <summary>Whether payments read their customers' preferred providers.</summary>
    public bool CustomersPrefer { get; init; }

    /// <summary>The providers, in the order of their names.</summary>
    public ImmutableArray<ProviderFacts> Providers { get; init; } = [];

    /// <summary>The merchant's settings; null where it has none.</summary>
    public MerchantProfile? Profile { get; init; }
}

/// <summary>A merchant's providers, with the credentials that each needs.</summary>
/// <param name="merchants">The merchants' settings.</param>
/// <param name="connectors">The connectors.</param>
/// <param name="logger">Logs what cannot be decrypted.</param>
public sealed partial class MerchantProviders(
    MerchantDirectory merchants, ConnectorCatalogue connectors, ILogger<MerchantProviders> logger) : IMerchantProviders
{
    /// <summary>The merchant's settings, as this silo caches them; null if there is no such merchant.</summary>
    public ValueTask<MerchantProfile?> MerchantAsync(string merchant) => merchants.GetAsync(merchant);

    /// <summary>What each of a merchant's providers accepts.</summary>
    internal async ValueTask<InstrumentOffer> OfferAsync(string merchant)
    {
        var profile = await merchants.GetAsync(merchant);
        var providers = ImmutableDictionary.CreateBuilder<string, ConnectorCapabilities>(StringComparer.Ordinal);
        foreach (var provider in profile?.Providers ?? [])
        {
            if (connectors.TryGet(provider, out var connector))
            {
                providers[provider] = connector.Capabilities;
            }
        }

        return new InstrumentOffer(providers.ToImmutable(), profile?.UpiCollectAllowed ?? false);
    }

    /// <inheritdoc/>
    async ValueTask<MerchantFacts> IMerchantProviders.FactsAsync(string merchant) =>
        await merchants.GetAsync(merchant) is { } profile
            ? new MerchantFacts
            {
                CardVault = profile.CardVault,
                CustomersPrefer = profile.CustomersPrefer,
                Profile = profile,
                Providers = [.. profile.Providers.Select(FactsOf)],
            }
            : new MerchantFacts();

    /// <inheritdoc cref="IMerchantProviders.FindAsync"/>
    public async ValueTask<ConnectedProvider<T>?> FindAsync<T>(string merchant, string provider)
        where T : class
    {
        if (await merchants.GetAsync(merchant) is not { } profile
            || !profile.Providers.Contains(provider)
            || !connectors.TryGet(provider, out var connector)
            || connector is not T capability)
        {
            return null;
        }

        try
        {
            return new ConnectedProvider<T>(
                provider, capability, connector as ICustomerAccounts, profile.Open(provider));
        }
        catch (CredentialsUnreadableException exception)
        {
            LogUnreadable(exception, merchant, provider);
            return null;
        }
    }

    private ProviderFacts FactsOf(string provider)
    {
        connectors.TryGet(provider, out var connector);
        return ProviderFacts.Of(provider, connector);
    }

    [LoggerMessage(
        LogEvents.CustomerCredentialsUnreadable, LogLevel.Error,
        "Credentials of merchant {Merchant} at {Provider} cannot be decrypted")]
    private partial void LogUnreadable(Exception exception, string merchant, string provider);
}

/// <summary>A provider's capability, with the merchant's credentials there.</summary>
/// <typeparam name="T">The capability.</typeparam>
/// <param name="Provider">The provider.</param>
/// <param name="Capability">The capability.</param>
/// <param name="Accounts">Where customers are registered; null if the provider registers none.</param>
/// <param name="Credentials">The merchant's credentials.</param>
public sealed record ConnectedProvider<T>(
    string Provider, T Capability, ICustomerAccounts? Accounts, ProviderCredentials Credentials)
    where T : class;
