using System.Collections.Concurrent;
using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Grains.Merchants;

/// <summary>What payments need to know of their merchant, as this silo remembers it. It prints no credential.</summary>
/// <param name="merchant">The merchant's id.</param>
/// <param name="settings">Its settings.</param>
/// <param name="cipher">Opens its credentials.</param>
public sealed class MerchantProfile(string merchant, MerchantSettings settings, CredentialCipher cipher)
{
    private readonly ConcurrentDictionary<string, ProviderCredentials> _opened = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Provider, string Account), ProviderCredentials> _earlier = new();

    /// <summary>The merchant's id.</summary>
    public string Merchant { get; } = merchant;

    /// <summary>The name that customers read.</summary>
    public string Name => settings.Name;

    /// <summary>The origins of the merchant's own pages, which may show the checkout page in a frame and call the
    /// API.</summary>
    public ImmutableArray<string> PageOrigins { get; } = [.. settings.Origins.Union(settings.CheckoutOrigins)];

    /// <summary>The keys that sign the merchant's order tokens.</summary>
    public OrderTokenKeys OrderTokens => settings.OrderTokens;

    /// <summary>Whether cards that were not issued in India may be kept in the vault.</summary>
    public bool CardVault => settings.CardVault;

    /// <summary>Whether some customer of the merchant's prefers a provider; otherwise no customer's preferences are
    /// read.</summary>
    public bool CustomersPrefer => settings.CustomersPrefer;

    /// <summary>Whether UPI collect is allowed.</summary>
    public bool UpiCollectAllowed => settings.UpiCollectAllowed;

    /// <summary>The providers with credentials, in the order of their names.</summary>
    public ImmutableArray<string> Providers { get; } = [.. settings.Providers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The credentials at one of <see cref="Providers"/>, opened at the first use and kept in memory as long
    /// as this object.</summary>
    /// <exception cref="KeyNotFoundException">The merchant has none there.</exception>
    /// <exception cref="CredentialsUnreadableException">They cannot be opened.</exception>
    public ProviderCredentials Open(string provider) => _opened.GetOrAdd(
        provider, name => new ProviderCredentials(Merchant, cipher.Open(Merchant, name, settings.Providers[name])));

    /// <summary>The account at one of <see cref="Providers"/> that takes new payments; null while it is not
    /// known.</summary>
    public string? AccountOf(string provider) => settings.Providers[provider].Account;

    /// <summary>The credentials of an account, also of an earlier one; null if the merchant has none of it.</summary>
    /// <exception cref="CredentialsUnreadableException">They cannot be opened.</exception>
    public ProviderCredentials? Open(ProviderAccount account)
    {
        if (!settings.Providers.TryGetValue(account.Provider, out var present))
        {
            return null;
        }

        var accounts = settings.Accounts.GetValueOrDefault(account.Provider);
        var sought = account.Account ?? accounts?.First;
        return sought is null || sought == present.Account
            ? Open(account.Provider)
            : accounts?.Earlier.FirstOrDefault(earlier => earlier.Credentials.Account == sought) is { } earlier
                ? _earlier.GetOrAdd(
                    (account.Provider, sought),
                    _ => new ProviderCredentials(
                        Merchant, cipher.Open(Merchant, account.Provider, earlier.Credentials)))
                : null;
    }

    /// <summary>How payments find their provider; null if the merchant says nothing about it.</summary>
    public RoutingPlan? Routing => settings.Routing;

    /// <summary>The accounts whose webhooks are accepted at a time, each with credentials that verify them: the present
    /// ones, those before, and those of earlier accounts.</summary>
    /// <exception cref="CredentialsUnreadableException">They cannot be opened.</exception>
    public IEnumerable<(string? Account, ProviderCredentials Credentials)> WebhookCredentials(
        string provider, DateTimeOffset now)
    {
        yield return (AccountOf(provider), Open(provider));
        if (settings.Previous.TryGetValue(provider, out var previous) && now < previous.Until)
        {
            yield return (
                previous.Credentials.Account,
                new ProviderCredentials(Merchant, cipher.Open(Merchant, provider, previous.Credentials)));
        }

        foreach (var earlier in settings.Accounts.GetValueOrDefault(provider)?.Earlier ?? [])
        {
            if (Open(new ProviderAccount(Merchant, provider, earlier.Credentials.Account)) is { } credentials)
            {
                yield return (earlier.Credentials.Account, credentials);
            }
        }
    }

    /// <summary>Why a customer may not be sent to a URL; null if they may.</summary>
    /// <param name="returnUrl">The URL; null for none.</param>
    /// <param name="isByPage">Whether it goes through a page: then it must be on a registered origin. That of a
    /// merchant's server must be so only if the merchant registered the origins of its sites.</param>
    public Refusal? CannotReturnTo(string? returnUrl, bool isByPage) =>
        returnUrl is null
        || (!isByPage && settings.Origins.IsEmpty)
        || PageOrigins.Any(origin => MerchantForm.IsOn(returnUrl, origin))
            ? null
            : Refusal.Of(
                ErrorCode.InvalidField,
                "'return_url' is not on one of the merchant's registered origins.",
                "return_url");

    /// <inheritdoc/>
    public override string ToString() => $"profile of {Merchant}";
}
