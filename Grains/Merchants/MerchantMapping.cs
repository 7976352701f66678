using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Routing;
using KeyUses = System.Collections.Immutable.ImmutableDictionary<string, System.DateTimeOffset?>;

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
    /// <param name="id">The merchant's id.</param>
    /// <param name="merchant">The document.</param>
    /// <param name="used">When keys were last used, where that was read.</param>
    public static MerchantView View(string id, MerchantDocument merchant, KeyUses? used = null) => new()
    {
        Id = id,
        Name = merchant.Name,
        UpiCollectAllowed = merchant.UpiCollectAllowed,
        CheckoutOrigins = merchant.CheckoutOrigins,
        Origins = merchant.Origins,
        CardVault = merchant.CardVault,
        Keys =
        [
            .. merchant.Keys.Where(key => key.HandedOut).Select(key => new ApiKeyView
            {
                Id = key.Id,
                Scope = key.Scope,
                CreatedAt = key.CreatedAt,
                RevokedAt = key.RevokedAt,
                ExpiresAt = key.Limits?.ExpiresAt,
                Networks = key.Limits?.Networks ?? [],
                LastUsedAt = used?.GetValueOrDefault(key.Id),
                ReplacedBy = key.ReplacedBy,
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
                Account = stored.Credentials.Account,
                EarlierAccounts =
                [
                    .. stored.EarlierAccounts.Select(earlier => new EarlierAccountView
                    {
                        Account = earlier.Credentials.Account,
                        ReplacedAt = earlier.ReplacedAt,
                        Until = earlier.Until,
                    }),
                ],
            }),
        ],
    };

    /// <summary>An API key that was made earlier, without the key; null if it is not listed.</summary>
    public static NewApiKey? Key(MerchantDocument merchant, string id) =>
        merchant.Keys.FirstOrDefault(key => key.Id == id) is { } made
            ? new NewApiKey
            {
                Id = id,
                Key = null,
                Scope = made.Scope,
                ExpiresAt = made.Limits?.ExpiresAt,
                ReplacedExpiresAt = merchant.Keys.FirstOrDefault(key => key.ReplacedBy == id)?.Limits?.ExpiresAt,
            }
            : null;

    /// <summary>What payments need to know.</summary>
    public static MerchantSettings Settings(MerchantDocument merchant) => new()
    {
        Name = merchant.Name,
        UpiCollectAllowed = merchant.UpiCollectAllowed,
        CheckoutOrigins = merchant.CheckoutOrigins,
        Origins = merchant.Origins,
        OrderTokens = merchant.OrderTokens ?? new OrderTokenKeys(),
        CardVault = merchant.CardVault,
        CustomersPrefer = merchant.CustomersPrefer,
        Providers = merchant.Providers.ToImmutableDictionary(
            stored => stored.Provider, stored => stored.Credentials, StringComparer.Ordinal),
        Routing = merchant.Routing?.Plan,
        Previous = merchant.Providers.Where(stored => stored.Previous is not null).ToImmutableDictionary(
            stored => stored.Provider, stored => stored.Previous!, StringComparer.Ordinal),
        Accounts = merchant.Providers.ToImmutableDictionary(
            stored => stored.Provider,
            stored => new ProviderAccounts { First = stored.FirstAccount, Earlier = stored.EarlierAccounts },
            StringComparer.Ordinal),
    };
}
