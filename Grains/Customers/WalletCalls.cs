using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Faults;
using static PaymentCluster.Grains.Customers.ProviderCalls;

namespace PaymentCluster.Grains.Customers;

/// <summary>Calls about wallets that are linked.</summary>
/// <param name="providers">The merchants' providers.</param>
/// <param name="tokens">Encrypts and decrypts wallets' tokens.</param>
/// <param name="publicUrl">Where customers' browsers reach the gateway.</param>
internal sealed class WalletCalls(IMerchantProviders providers, WalletTokens tokens, Uri publicUrl)
{
    /// <summary>Requests a link.</summary>
    public async Task<OperationOutcome> RequestAsync(
        CustomerKey key, CustomerOperation.RequestLink operation, CustomerDocument customer)
    {
        if (await providers.FindAsync<ILinkedWallets>(key.Merchant, operation.Provider) is not { } connected)
        {
            return new OperationOutcome.Failed(CustomerRefusals.NoWalletProvider, IsFinal: true, WasCalled: false);
        }

        var outcome = connected.Capability switch
        {
            IWalletsByPassword capability =>
                await RequestPasswordAsync(key, connected, capability, operation, customer),
            IWalletsByConsent capability when capability.ConsentWallets.Contains(operation.Command.Wallet) =>
                await RequestPageAsync(key, connected, capability, operation, customer),
            _ => new OperationOutcome.Failed(CustomerRefusals.NoWalletProvider, IsFinal: true, WasCalled: false),
        };
        if (outcome is OperationOutcome.LinkRequested)
        {
            FaultPoint.Reach(FaultPoint.AfterKeep);
        }

        return outcome;
    }

    private static async Task<OperationOutcome> RequestPasswordAsync(
        CustomerKey key,
        ConnectedProvider<ILinkedWallets> connected,
        IWalletsByPassword capability,
        CustomerOperation.RequestLink operation,
        CustomerDocument customer)
    {
        (string? Id, StoredAccount? New, OperationOutcome.Failed? Failure) registered = connected.Accounts is null
            ? default
            : await RegisterAsync(key, connected, customer);
        if (registered.Failure is { } failure)
        {
            return failure;
        }

        var response = await capability.RequestWalletLinkAsync(
            new WalletRequest
            {
                Wallet = operation.Command.Wallet,
                Customer = PersonOf(key, customer),
                ProviderCustomer = registered.Id,
            },
            connected.Credentials);
        OperationOutcome outcome = response is ProviderResult<string>.Given { Value: var reference }
            ? new OperationOutcome.LinkRequested(reference, PageUrl: null)
            : FailureOf(response, "wallet");
        return outcome with { Account = registered.New };
    }

    private async Task<OperationOutcome> RequestPageAsync(
        CustomerKey key,
        ConnectedProvider<ILinkedWallets> connected,
        IWalletsByConsent capability,
        CustomerOperation.RequestLink operation,
        CustomerDocument customer)
    {
        var (wallet, id) = (operation.Command.Wallet, Uri.EscapeDataString(key.Customer));
        var response = await capability.RequestWalletConsentAsync(
            new WalletRequest { Wallet = wallet, Customer = PersonOf(key, customer) },
            new Uri(publicUrl, $"/return/{key.Merchant}/wallets/{id}/{wallet}/{operation.Nonce}"),
            connected.Credentials);
        return response is ProviderResult<WalletConsent>.Given { Value: var consent }
            ? new OperationOutcome.LinkRequested(consent.Reference, consent.Url)
            : FailureOf(response, "wallet");
    }

    /// <summary>Confirms a one-time password.</summary>
    public async Task<OperationOutcome> ConfirmAsync(
        CustomerKey key, CustomerOperation.ConfirmLink operation, CustomerDocument customer)
    {
        var wallet = operation.Wallet;
        if (await providers.FindAsync<IWalletsByPassword>(key.Merchant, wallet.Provider) is not { } connected)
        {
            return Gone("wallet");
        }

        var account = CustomerChanges.Account(customer, wallet.Provider);
        return Read(key, wallet, "otp", await connected.Capability.ConfirmWalletLinkAsync(
            RequestOf(key, customer, wallet, null, account),
            wallet.Reference,
            operation.Password,
            connected.Credentials));
    }

    /// <summary>Completes a consent.</summary>
    public async Task<OperationOutcome> CompleteAsync(
        CustomerKey key, StoredWallet wallet, CustomerDocument customer) =>
        await providers.FindAsync<IWalletsByConsent>(key.Merchant, wallet.Provider) is { } connected
            ? Read(key, wallet, "wallet", await connected.Capability.CompleteWalletConsentAsync(
                RequestOf(key, customer, wallet, null, null), wallet.Reference, connected.Credentials))
            : Gone("wallet");

    /// <summary>Reads a linked wallet.</summary>
    public async Task<OperationOutcome> ReadAsync(CustomerKey key, StoredWallet wallet, CustomerDocument customer) =>
        await providers.FindAsync<ILinkedWallets>(key.Merchant, wallet.Provider) is { } connected
            ? await ReadAsync(key, connected, customer, wallet) switch
            {
                // Only what a link's confirmation gives is kept.
                ProviderResult<ProviderWallet>.Given { Value: var read } => new OperationOutcome.WalletRead(read, null),
                var failed => FailureOf(failed, "wallet"),
            }
            : Gone("wallet");

    private Task<ProviderResult<ProviderWallet>> ReadAsync(
        CustomerKey key, ConnectedProvider<ILinkedWallets> connected, CustomerDocument customer, StoredWallet wallet) =>
        connected.Capability.ReadWalletAsync(
            RequestOf(
                key, customer, wallet, tokens.Open(key, wallet), CustomerChanges.Account(customer, wallet.Provider)),
            wallet.Reference,
            connected.Credentials);

    /// <summary>What charging a linked wallet needs.</summary>
    public async Task<Reply<OpenedInstrument>> ResolveAsync(
        CustomerKey key, CustomerDocument customer, StoredWallet wallet)
    {
        if (await providers.FindAsync<ILinkedWallets>(key.Merchant, wallet.Provider) is not { } connected)
        {
            return Reply<OpenedInstrument>.Refused(CustomerRefusals.ProviderGone("wallet.provider"));
        }

        if (tokens.Open(key, wallet) is { } kept)
        {
            return Reply<OpenedInstrument>.Of(
                new OpenedInstrument { ProviderToken = kept, Link = wallet.Reference });
        }

        return await ReadAsync(key, connected, customer, wallet) switch
        {
            ProviderResult<ProviderWallet>.Given { Value.Token: { } token } => Reply<OpenedInstrument>.Of(
                new OpenedInstrument { ProviderToken = token, Link = wallet.Reference }),
            ProviderResult<ProviderWallet>.Given => Reply<OpenedInstrument>.Refused(Refusal.Of(
                ErrorCode.InstrumentUnusable,
                "The provider gives no token for the wallet; link it again.",
                "wallet.provider")),
            var failed => Reply<OpenedInstrument>.Refused(FailureOf(failed, "wallet.provider").Refusal),
        };
    }

    private OperationOutcome Read(
        CustomerKey key, StoredWallet wallet, string field, ProviderResult<ProviderWallet> response)
    {
        if (response is not ProviderResult<ProviderWallet>.Given { Value: var read })
        {
            return FailureOf(response, field);
        }

        if (read.Linked)
        {
            FaultPoint.Reach(FaultPoint.AfterKeep);
        }

        return new OperationOutcome.WalletRead(read, read.Token is { } token ? tokens.Seal(key, wallet, token) : null);
    }
}
