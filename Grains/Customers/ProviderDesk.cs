using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Customers;

/// <summary>A merchant's providers that have a capability besides payments, with what opens them.</summary>
/// <param name="merchants">Knows which providers a merchant has.</param>
/// <param name="connectors">Know what providers can do.</param>
/// <param name="logger">The log.</param>
public sealed partial class ProviderDesk(MerchantDirectory merchants, ConnectorCatalogue connectors, ILogger<ProviderDesk> logger)
{
    /// <summary>The merchant, as this silo remembers it; null if there is none.</summary>
    public ValueTask<MerchantProfile?> MerchantAsync(string merchant) => merchants.GetAsync(merchant);

    /// <summary>What each of a merchant's providers takes.</summary>
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

    /// <summary>The merchant's providers with a capability, in the order of their names.</summary>
    public async ValueTask<ImmutableArray<ProviderSeat<T>>> WithAsync<T>(string merchant)
        where T : class
    {
        var seats = ImmutableArray.CreateBuilder<ProviderSeat<T>>();
        foreach (var provider in (await merchants.GetAsync(merchant))?.Providers ?? [])
        {
            if (await FindAsync<T>(merchant, provider) is { } seat)
            {
                seats.Add(seat);
            }
        }

        return seats.ToImmutable();
    }

    /// <summary>One provider with a capability; null if the merchant has no account there any more, or it lacks
    /// it.</summary>
    public async ValueTask<ProviderSeat<T>?> FindAsync<T>(string merchant, string provider)
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
            return new ProviderSeat<T>(provider, capability, connector as ICustomerAccounts, profile.Open(provider));
        }
        catch (CredentialsUnreadableException exception)
        {
            LogUnreadable(exception, merchant, provider);
            return null;
        }
    }

    /// <summary>Why something was not done, for the caller.</summary>
    public static Refusal RefusalOf<T>(ProviderAnswer<T> answer, string? field = null) => answer switch
    {
        ProviderAnswer<T>.Refused refused => Refusal.Of(ErrorCode.ProviderRefused, refused.Failure.Message, field),
        ProviderAnswer<T>.Unavailable => Refusal.Of(ErrorCode.Unavailable, "The provider is out of reach; try again."),
        ProviderAnswer<T>.Given or _ => throw new InvalidOperationException("The provider did not refuse."),
    };

    [LoggerMessage(LogEvents.CustomerCredentialsUnreadable, LogLevel.Error, "The credentials of {Merchant} at {Provider} cannot be opened")]
    private partial void LogUnreadable(Exception exception, string merchant, string provider);
}

/// <summary>A provider's capability with what opens it for one merchant.</summary>
/// <typeparam name="T">The capability.</typeparam>
/// <param name="Provider">The provider.</param>
/// <param name="Capability">The capability.</param>
/// <param name="Accounts">Its customers, if it keeps any.</param>
/// <param name="Credentials">The merchant's credentials.</param>
public sealed record ProviderSeat<T>(string Provider, T Capability, ICustomerAccounts? Accounts, ProviderCredentials Credentials)
    where T : class;
