using System.Collections.Concurrent;
using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
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

    /// <summary>The merchant's id.</summary>
    public string Merchant { get; } = merchant;

    /// <summary>The name that customers read.</summary>
    public string Name => settings.Name;

    /// <summary>The origins of the merchant's own pages, which may show the checkout page in a frame.</summary>
    public ImmutableArray<string> CheckoutOrigins => settings.CheckoutOrigins;

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

    /// <summary>How payments find their provider; null if the merchant says nothing about it.</summary>
    public RoutingPlan? Routing => settings.Routing;

    /// <summary>The credentials at a provider that were replaced and still verify inbound webhooks at a time; null if
    /// there are none.</summary>
    /// <exception cref="CredentialsUnreadableException">They cannot be opened.</exception>
    public ProviderCredentials? OpenPrevious(string provider, DateTimeOffset now) =>
        settings.Previous.TryGetValue(provider, out var previous) && now < previous.Until
            ? new ProviderCredentials(Merchant, cipher.Open(Merchant, provider, previous.Credentials))
            : null;

    /// <inheritdoc/>
    public override string ToString() => $"profile of {Merchant}";
}
