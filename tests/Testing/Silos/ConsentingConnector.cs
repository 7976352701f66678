using System.Collections.Concurrent;
using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Testing.Silos;

/// <summary>A provider whose wallet is linked by the customer's consent on its page; in memory, and unavailable where
/// the test says.</summary>
internal sealed class ConsentingConnector() : CustomersConnector(TestSilo.Provider), IConsentingConnector
{
    /// <summary>What a customer decided on a page.</summary>
    public enum Decision
    {
        Open,
        Agreed,
        Declined,
    }

    public const string Wallet = "agreepay";

    private int _pages;

    public ImmutableHashSet<string> ConsentWallets { get; } = [Wallet];

    /// <summary>The pages, by their references, with what was decided there.</summary>
    public ConcurrentDictionary<string, Decision> Pages { get; } = new();

    /// <summary>Where each page sends the browser back.</summary>
    public ConcurrentDictionary<string, Uri> Callbacks { get; } = new();

    /// <summary>The links that were not given up.</summary>
    public ConcurrentDictionary<string, bool> Links { get; } = new();

    public Task<ProviderResult<WalletConsent>> RequestWalletConsentAsync(
        WalletRequest request, Uri callback, ProviderCredentials credentials) => Respond(() =>
        {
            var reference = $"page_{Interlocked.Increment(ref _pages)}";
            Pages[reference] = Decision.Open;
            Callbacks[reference] = callback;
            return new WalletConsent(reference, $"https://agree.example/{reference}");
        });

    public Task<ProviderResult<ProviderWallet>> CompleteWalletConsentAsync(
        WalletRequest request, string reference, ProviderCredentials credentials)
    {
        if (Pages[reference] == Decision.Declined)
        {
            return Task.FromResult<ProviderResult<ProviderWallet>>(new ProviderResult<ProviderWallet>.Refused(
                new Failure { Code = "declined", Message = "The customer declined.", Party = FailureParty.Customer }));
        }

        return Respond(() =>
        {
            var isLinked = Pages[reference] == Decision.Agreed;
            if (isLinked)
            {
                Links[$"link_of_{reference}"] = true;
            }

            return isLinked
                ? Linked($"link_of_{reference}")
                : new ProviderWallet { Reference = reference, Linked = false };
        });
    }

    public Task<ProviderResult<ProviderWallet>> ReadWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials) => Respond(() =>
            Links.ContainsKey(reference)
                ? Linked(reference)
                : new ProviderWallet { Reference = reference, Linked = false });

    public Task<ProviderResult<bool>> UnlinkWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials) => Respond(() =>
        {
            Links.TryRemove(reference, out _);
            return true;
        });

    private static ProviderWallet Linked(string reference) =>
        new() { Reference = reference, Linked = true, Token = new Secret($"token-canary-{reference}") };
}
