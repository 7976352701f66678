using System.Collections.Concurrent;
using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Testing.Silos;

/// <summary>A provider that keeps customers, cards and wallets, and knows UPI IDs; in memory, and unavailable where the
/// test says.</summary>
internal sealed class KeepingConnector(string provider = TestSilo.Provider)
    : CustomersConnector(provider), IKeepingConnector
{
    public const string Password = "123456";

    private int _links;
    private int _tokens;

    public override ConnectorCapabilities Capabilities => base.Capabilities with
    {
        Methods = [PaymentMethodKind.Card, PaymentMethodKind.Wallet],
    };

    /// <summary>What was charged.</summary>
    public ConcurrentQueue<ChargeRequest> Charges { get; } = new();

    /// <summary>What a charge comes to.</summary>
    public Func<ChargeRequest, ProviderOutcome> Bank { get; set; } = request => new ProviderOutcome.Succeeded
    {
        Stage = ChargeStage.Captured, Amount = request.Amount, ProviderReference = $"pay_{request.Attempt}",
    };

    /// <summary>Whether the token of a wallet is good for as long as the link; if not, for one payment.</summary>
    public bool TokensLast { get; set; } = true;

    /// <summary>Whether a customer's wallet has one name, however often it is linked.</summary>
    public bool NamesLast { get; set; }

    public ConcurrentQueue<string> Calls { get; } = new();

    public ConcurrentDictionary<string, ImmutableArray<ProviderCard>> Cards { get; } = new();

    public ConcurrentDictionary<string, string> Wallets { get; } = new();

    public static ProviderCard Card(string reference, string last4, string token = "provider-token-canary") => new()
    {
        Reference = reference,
        Token = new Secret(token),
        Last4 = last4,
        Network = "visa",
        ExpiryMonth = 12,
        ExpiryYear = 2030,
    };

    public Task<ProviderResult<UpiHolder>> VerifyUpiAsync(string vpa, ProviderCredentials credentials) =>
        Respond($"verify {vpa}", () => new UpiHolder(!vpa.StartsWith("nobody", StringComparison.Ordinal), "ASHA"));

    public Task<ProviderResult<string>> OpenCustomerAsync(Customer customer, ProviderCredentials credentials) =>
        Respond($"open {customer.Id}", () => $"cst_{customer.Id}");

    public Task<ProviderResult<ImmutableArray<ProviderCard>>> ListCardsAsync(
        string providerCustomer, ProviderCredentials credentials) =>
        Respond($"list {providerCustomer}", () => Cards.GetValueOrDefault(providerCustomer, []));

    public Task<ProviderResult<bool>> DeleteCardAsync(
        string providerCustomer, string reference, ProviderCredentials credentials) =>
        Respond($"delete {reference}", () =>
        {
            Cards[providerCustomer] = Cards.GetValueOrDefault(providerCustomer, []).RemoveAll(card =>
                card.Reference == reference);
            return true;
        });

    public Task<ProviderResult<string>> RequestWalletLinkAsync(
        WalletRequest request, ProviderCredentials credentials) =>
        Respond($"request {request.Wallet} of {request.ProviderCustomer}", () =>
            NamesLast ? $"{request.Wallet}_{request.ProviderCustomer}" : $"state_{Interlocked.Increment(ref _links)}");

    public Task<ProviderResult<ProviderWallet>> ConfirmWalletLinkAsync(
        WalletRequest request,
        string reference,
        Secret password,
        ProviderCredentials credentials) => password.Reveal() != Password
        ? Task.FromResult<ProviderResult<ProviderWallet>>(new ProviderResult<ProviderWallet>.Refused(
            new Failure
            {
                Code = "otp_wrong", Message = "The one-time password is wrong.", Party = FailureParty.Customer,
            }))
        : Respond($"confirm {reference}", () =>
        {
            Wallets[reference] = $"wallet-token-canary-{reference}";
            return TokensLast ? Linked(reference) : Linked(reference) with { Token = null };
        });

    public Task<ProviderResult<ProviderWallet>> ReadWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials) =>
        Respond($"read {reference}", () =>
        {
            if (!TokensLast && Wallets.ContainsKey(reference))
            {
                Wallets[reference] = $"wallet-token-canary-{Interlocked.Increment(ref _tokens)}";
                return Linked(reference);
            }

            return Wallets.TryGetValue(reference, out var token) && request.Token?.Reveal() == token
                ? Linked(reference)
                : new ProviderWallet { Reference = reference, Linked = false };
        });

    public Task<ProviderResult<bool>> UnlinkWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials) =>
        Respond($"unlink {reference}", () =>
        {
            Wallets.TryRemove(reference, out _);
            return true;
        });

    public override async Task<ProviderOutcome> ChargeAsync(ChargeRequest request, ProviderCredentials credentials)
    {
        await Task.Yield();
        Charges.Enqueue(request);
        return Bank(request);
    }

    private ProviderWallet Linked(string reference) => new()
    {
        Reference = reference,
        Linked = true,
        Balance = Money.Of(700, Currency.Inr),
        Token = new Secret(Wallets[reference]),
    };

    private Task<ProviderResult<T>> Respond<T>(string call, Func<T> response)
    {
        Calls.Enqueue(call);
        return Respond(response);
    }
}
