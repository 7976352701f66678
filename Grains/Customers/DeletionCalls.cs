using System.Collections.Immutable;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Faults;
using PaymentCluster.Grains.Vault;
using static PaymentCluster.Grains.Customers.ProviderCalls;

namespace PaymentCluster.Grains.Customers;

/// <summary>Carries out pending deletions at the vault and at providers.</summary>
/// <param name="providers">The merchants' providers.</param>
/// <param name="vault">The card vault.</param>
/// <param name="tokens">Decrypts wallets' tokens.</param>
/// <param name="logger">Logs deletions that stay pending.</param>
internal sealed partial class DeletionCalls(
    IMerchantProviders providers, ICardVault vault, WalletTokens tokens, ILogger logger)
{
    /// <summary>Deletes. Anything missing counts as deleted.</summary>
    public async Task<OperationOutcome> DeleteAsync(
        CustomerKey key, PendingDeletion deletion, Func<CustomerDocument> document)
    {
        FaultPoint.Reach(FaultPoint.BeforeDelete);
        try
        {
            return deletion switch
            {
                { VaultToken: { } token } => await DeleteInVaultAsync(key, token),
                { Wallet: { } wallet } => await UnlinkAsync(key, wallet, deletion.ProviderCustomer, document()),
                { CardReference: { } reference, Provider: { } provider, ProviderCustomer: { } account } =>
                    await DeleteCardsAsync(key, provider, account, reference, document),
                _ => new OperationOutcome.Done(),
            };
        }
        catch (DbException exception)
        {
            LogPending(logger, exception, key.Merchant, "the vault is unavailable");
            return new OperationOutcome.Failed(CustomerRefusals.VaultUnavailable, IsFinal: false);
        }
    }

    private async Task<OperationOutcome> DeleteInVaultAsync(CustomerKey key, string token)
    {
        if (vault.IsOpen)
        {
            await (token == PendingDeletion.All
                ? vault.DeleteCustomerAsync(key.Merchant, key.Customer)
                : vault.DeleteAsync(key.Merchant, token));
        }

        return new OperationOutcome.Done();
    }

    // Without an account there the merchant can neither reach what is kept nor use it.
    private async Task<OperationOutcome> DeleteCardsAsync(
        CustomerKey key, string provider, string account, string reference, Func<CustomerDocument> document)
    {
        if (await providers.FindAsync<ISavedCards>(key.Merchant, provider) is not { } connected)
        {
            return new OperationOutcome.Done();
        }

        ImmutableArray<string> references = [reference];
        if (reference == PendingDeletion.All)
        {
            var response = await connected.Capability.ListCardsAsync(account, connected.Credentials);
            if (response is not ProviderResult<ImmutableArray<ProviderCard>>.Given { Value: var listed })
            {
                return Pending(key, $"cards at {provider}", FailureOf(response, null));
            }

            // A returning customer may have agreed to one of them again, also during this call.
            var customer = document();
            references =
            [
                .. listed.Where(card => !CustomerChanges.IsAgreed(customer, card)).Select(card => card.Reference),
            ];
        }

        foreach (var one in references)
        {
            var response = await connected.Capability.DeleteCardAsync(account, one, connected.Credentials);
            if (response is not ProviderResult<bool>.Given { Value: true })
            {
                return Pending(key, $"a card at {provider}", NotDone(response));
            }
        }

        return new OperationOutcome.Done();
    }

    // A pending wallet may be linked already, if a crash came before the document was written. So it is unlinked as
    // well.
    private async Task<OperationOutcome> UnlinkAsync(
        CustomerKey key, StoredWallet wallet, string? account, CustomerDocument customer)
    {
        if (await providers.FindAsync<ILinkedWallets>(key.Merchant, wallet.Provider) is not { } connected)
        {
            return new OperationOutcome.Done();
        }

        var (reference, token) = (wallet.Reference, tokens.Open(key, wallet));
        if (wallet is { LinkedAt: null, Page: not null } && connected.Capability is IWalletsByConsent capability)
        {
            var completed = await capability.CompleteWalletConsentAsync(
                RequestOf(key, customer, wallet, null, account), reference, connected.Credentials);
            switch (completed)
            {
                case ProviderResult<ProviderWallet>.Given { Value: { Linked: true } link }:
                    (reference, token) = (link.Reference, link.Token);
                    break;
                case ProviderResult<ProviderWallet>.Given:
                case ProviderResult<ProviderWallet>.Refused { Failure.Code: not FailureCodes.CredentialsRefused }:
                    return new OperationOutcome.Done();
                default:
                    return Pending(key, $"a wallet at {wallet.Provider}", FailureOf(completed, null));
            }
        }

        return await UnlinkAsync(key, wallet, connected, reference, RequestOf(key, customer, wallet, token, account));
    }

    private async Task<OperationOutcome> UnlinkAsync(
        CustomerKey key,
        StoredWallet wallet,
        ConnectedProvider<ILinkedWallets> connected,
        string reference,
        WalletRequest request)
    {
        var response = await connected.Capability.UnlinkWalletAsync(request, reference, connected.Credentials);
        return response is ProviderResult<bool>.Given { Value: true }
            ? new OperationOutcome.Done()
            : Pending(key, $"a wallet at {wallet.Provider}", NotDone(response));
    }

    private static OperationOutcome.Failed NotDone(ProviderResult<bool> response) =>
        response is ProviderResult<bool>.Given
            ? new OperationOutcome.Failed(CustomerRefusals.ProviderUnavailable, IsFinal: false)
            : FailureOf(response, null);

    private OperationOutcome.Failed Pending(CustomerKey key, string what, OperationOutcome.Failed failure)
    {
        LogPending(logger, null, key.Merchant, what);
        return failure;
    }

    [LoggerMessage(
        LogEvents.CustomerDeletionPending, LogLevel.Warning,
        "A deletion for a customer of {Merchant} is still pending: {What}")]
    private static partial void LogPending(ILogger logger, Exception? exception, string merchant, string what);
}
