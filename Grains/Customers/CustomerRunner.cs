using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Customers;

/// <summary>
/// Runs customers' operations: calls the vault and the providers, and says what came of it. It keeps nothing, and
/// decides nothing about a customer. Each call may be repeated: what is there already is found again, and what is not
/// there counts as deleted.
/// </summary>
/// <param name="cards">Calls about cards.</param>
/// <param name="wallets">Calls about wallets.</param>
/// <param name="deletions">Deletions.</param>
internal sealed class CustomerRunner(CardCalls cards, WalletCalls wallets, DeletionCalls deletions)
{
    /// <summary>Runs an operation.</summary>
    /// <param name="key">The customer.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="document">Reads the document as it is at the moment: consents may be added while this runs.</param>
    public async Task<OperationOutcome> RunAsync(
        CustomerKey key, CustomerOperation operation, Func<CustomerDocument> document) => operation switch
        {
            CustomerOperation.KeepCard keep => await cards.SaveAsync(key, keep),
            CustomerOperation.Register { Provider: var provider } =>
                await cards.RegisterAsync(key, provider, document()),
            CustomerOperation.ListCards { Provider: var provider } => await cards.ListAsync(key, provider, document()),
            CustomerOperation.RequestLink request => await wallets.RequestAsync(key, request, document()),
            CustomerOperation.ConfirmLink confirm => await wallets.ConfirmAsync(key, confirm, document()),
            CustomerOperation.CompleteConsent { Wallet: var wallet } =>
                await wallets.CompleteAsync(key, wallet, document()),
            CustomerOperation.ReadWallet { Wallet: var wallet } => await wallets.ReadAsync(key, wallet, document()),
            CustomerOperation.Delete { Deletion: var deletion } => await deletions.DeleteAsync(key, deletion, document),
            _ => throw new InvalidOperationException($"No such operation: {operation.GetType().Name}."),
        };

    /// <summary>What charging a saved instrument needs. Some providers' tokens live minutes: the one to pay with is
    /// read when it is used.</summary>
    public async Task<Reply<OpenedInstrument>> ResolveAsync(
        CustomerKey key, CustomerDocument customer, InstrumentChoice choice) => choice switch
        {
            { CardToken: { } token } => await cards.ResolveAsync(key, customer, CustomerChanges.Card(customer, token)!),
            { Wallet: { } code } => await wallets.ResolveAsync(key, customer, WalletDecider.Find(customer, code)!),
            _ => Reply<OpenedInstrument>.Of(new OpenedInstrument()),
        };
}
