using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Grains.Merchants;

/// <summary>What is shown of a merchant's document.</summary>
internal static class MerchantMapping
{
    /// <summary>A merchant's routing.</summary>
    public static RoutingView View(StoredRouting? routing) => new()
    {
        Version = routing?.Version ?? 0, Plan = routing?.Plan ?? new RoutingPlan(), UpdatedAt = routing?.UpdatedAt,
    };

    /// <summary>The merchant as its operator sees it, without keys that were never handed out.</summary>
    public static MerchantView View(string id, MerchantDocument merchant) => new()
    {
        Id = id,
        Name = merchant.Name,
        UpiCollectAllowed = merchant.UpiCollectAllowed,
        CheckoutOrigins = merchant.CheckoutOrigins,
        CardVault = merchant.CardVault,
        Keys =
        [
            .. merchant.Keys.Where(key => key.HandedOut).Select(key => new ApiKeyView
            {
                Id = key.Id, Scope = key.Scope, CreatedAt = key.CreatedAt, RevokedAt = key.RevokedAt,
            }),
        ],
        Providers =
        [
            .. merchant.Providers.Select(stored => new ProviderView
            {
                Provider = stored.Provider,
                Credentials = stored.Credentials.Names,
                UpdatedAt = stored.Credentials.UpdatedAt,
                PreviousUntil = stored.Previous?.Until,
            }),
        ],
    };

    /// <summary>What payments need to know.</summary>
    public static MerchantSettings Settings(MerchantDocument merchant) => new()
    {
        Name = merchant.Name,
        UpiCollectAllowed = merchant.UpiCollectAllowed,
        CheckoutOrigins = merchant.CheckoutOrigins,
        CardVault = merchant.CardVault,
        CustomersPrefer = merchant.CustomersPrefer,
        Providers = merchant.Providers.ToImmutableDictionary(
            stored => stored.Provider, stored => stored.Credentials, StringComparer.Ordinal),
        Routing = merchant.Routing?.Plan,
        Previous = merchant.Providers.Where(stored => stored.Previous is not null).ToImmutableDictionary(
            stored => stored.Provider, stored => stored.Previous!, StringComparer.Ordinal),
    };
}
