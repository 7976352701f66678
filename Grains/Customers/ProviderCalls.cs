using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Faults;

namespace PaymentCluster.Grains.Customers;

/// <summary>What all calls to providers on a customer's behalf have in common.</summary>
internal static class ProviderCalls
{
    /// <summary>The provider's id of the customer, who is registered there if necessary: a provider saves cards and
    /// links wallets only for registered customers. It returns the same id for the same customer.</summary>
    public static async Task<(string? Id, StoredAccount? New, OperationOutcome.Failed? Failure)> RegisterAsync<T>(
        CustomerKey key, ConnectedProvider<T> connected, CustomerDocument customer)
        where T : class
    {
        if (CustomerChanges.Account(customer, connected.Provider) is { } known)
        {
            return (known, null, null);
        }

        if (connected.Accounts is not { } accounts)
        {
            return (null, null, Gone("provider"));
        }

        var response = await accounts.OpenCustomerAsync(PersonOf(key, customer), connected.Credentials);
        if (response is not ProviderResult<string>.Given { Value: var id })
        {
            return (null, null, FailureOf(response, null));
        }

        FaultPoint.Reach(FaultPoint.AfterKeep);
        return (id, new StoredAccount { Provider = connected.Provider, Id = id }, null);
    }

    /// <summary>The customer, as providers need them.</summary>
    public static Customer PersonOf(CustomerKey key, CustomerDocument customer) =>
        new() { Id = key.Customer, Name = customer.Name, Email = customer.Email, Phone = customer.Phone };

    /// <summary>The merchant has no account there any more.</summary>
    public static OperationOutcome.Failed Gone(string field) =>
        new(CustomerRefusals.ProviderGone(field), IsFinal: false, WasCalled: false);

    /// <summary>Why a provider did not do it.</summary>
    public static OperationOutcome.Failed FailureOf<T>(ProviderResult<T> response, string? field) => response switch
    {
        ProviderResult<T>.Refused refused => new OperationOutcome.Failed(
            Refusal.Of(ErrorCode.ProviderRefused, refused.Failure.Message, field), IsFinal: true),
        ProviderResult<T>.Unavailable =>
            new OperationOutcome.Failed(CustomerRefusals.ProviderUnavailable, IsFinal: false),
        ProviderResult<T>.Given or _ => throw new InvalidOperationException("The provider did not refuse."),
    };

    /// <summary>What a provider needs to know of a wallet. Unlinking an erased customer's wallet needs no
    /// name.</summary>
    public static WalletRequest RequestOf(
        CustomerKey key, CustomerDocument customer, StoredWallet wallet, Secret? token, string? account) => new()
        {
            Wallet = wallet.Wallet,
            Customer = PersonOf(key, customer),
            ProviderCustomer = account,
            Token = token,
        };
}
