using System.Collections.Immutable;
using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Customers;

/// <inheritdoc cref="ICustomerGrain"/>
/// <remarks>It is reentrant: a call that waits for a provider holds up no other. What must not interleave, a decision
/// and the write of its document, is one turn of <see cref="CustomerProcess"/>.</remarks>
/// <param name="state">What is stored.</param>
/// <param name="services">What all customers share.</param>
[Reentrant]
public sealed class CustomerGrain(
    [PersistentState("customer", MerchantsRegistration.Storage)] IPersistentState<CustomerDocument> state,
    CustomerServices services) : Grain, ICustomerGrain
{
    private CustomerKey _key;
    private CustomerHandlers _calls = null!;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = CustomerKey.Parse(this.GetPrimaryKeyString());
        var process = new CustomerProcess(_key, new CustomerHost(this, state), services);
        _calls = new CustomerHandlers(_key, process, services);
        // Not awaited: the first caller does not wait for operations that an earlier activation left.
        process.Resume();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<Reply<CustomerView>> Put(PutCustomer command) => _calls.PutAsync(command);

    /// <inheritdoc/>
    public Task<CustomerView?> Get() => CompleteAsync(Task.FromResult(_calls.Get()));

    /// <inheritdoc/>
    public Task<Reply<CustomerView>> Erase(RequestKey? request = null) => CompleteAsync(_calls.EraseAsync(request));

    /// <inheritdoc/>
    public Task<WalletView?> GetWallet() => CompleteAsync(Task.FromResult(_calls.GetWallet()));

    /// <inheritdoc/>
    public Task<Reply<WalletView>> PutWallet(PutWallet command) => CompleteAsync(_calls.PutWalletAsync(
        command, () => GrainFactory.Grain<IMerchantGrain>(_key.Merchant).NotePreferences()));

    /// <inheritdoc/>
    public Task<Reply<SavedCardView>> SaveCard(SaveCard command) => CompleteAsync(_calls.SaveCardAsync(command));

    /// <inheritdoc/>
    public Task<Reply<CustomerView>> AgreeToCard(AgreeToCard command) =>
        CompleteAsync(_calls.AgreeToCardAsync(command));

    /// <inheritdoc/>
    public Task<string?> OpenAccount(string provider) => CompleteAsync(_calls.OpenAccountAsync(provider));

    /// <inheritdoc/>
    public Task<Reply<WalletView>> ListCards() => CompleteAsync(_calls.ListCardsAsync());

    /// <inheritdoc/>
    public Task<Reply<WalletView>> DeleteCard(string token, RequestKey? request = null) =>
        CompleteAsync(_calls.DeleteCardAsync(token, request));

    /// <inheritdoc/>
    public Task<Reply<UpiIdView>> ValidateUpi(string vpa) => CompleteAsync(_calls.ValidateUpiAsync(vpa));

    /// <inheritdoc/>
    public Task<Reply<SavedUpiView>> SaveUpi(string vpa, RequestKey? request = null) =>
        CompleteAsync(_calls.SaveUpiAsync(vpa, request));

    /// <inheritdoc/>
    public Task<Reply<WalletView>> DeleteUpi(string id, RequestKey? request = null) =>
        CompleteAsync(_calls.DeleteUpiAsync(id, request));

    /// <inheritdoc/>
    public Task<Reply<LinkedWalletView>> LinkWallet(LinkWallet command) =>
        CompleteAsync(_calls.LinkWalletAsync(command));

    /// <inheritdoc/>
    public Task<WalletReturn?> WalletReturned(string wallet, string nonce) =>
        CompleteAsync(_calls.WalletReturnedAsync(wallet, nonce));

    /// <inheritdoc/>
    public Task<Reply<LinkedWalletView>> ConfirmWallet(
        string wallet, Secret password, RequestKey? request = null) =>
        CompleteAsync(_calls.ConfirmWalletAsync(wallet, password, request));

    /// <inheritdoc/>
    public Task<Reply<LinkedWalletView>> ReadWallet(string wallet) => CompleteAsync(_calls.ReadWalletAsync(wallet));

    /// <inheritdoc/>
    public Task<Reply<WalletView>> UnlinkWallet(string wallet, RequestKey? request = null) =>
        CompleteAsync(_calls.UnlinkWalletAsync(wallet, request));

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> PreferredProviders() =>
        CompleteAsync(Task.FromResult(_calls.PreferredProviders()));

    /// <inheritdoc/>
    public Task<ImmutableArray<InstrumentView>> Instruments(Money amount) => _calls.InstrumentsAsync(amount);

    /// <inheritdoc/>
    public Task<Reply<FoundInstrument>> FindInstrument(InstrumentChoice choice) =>
        CompleteAsync(Task.FromResult(_calls.FindInstrument(choice)));

    /// <inheritdoc/>
    public Task<Reply<OpenedInstrument>> OpenInstrument(InstrumentChoice choice) =>
        CompleteAsync(_calls.ResolveInstrumentAsync(choice));

    // Calls to customers that do not exist must not fill the memory.
    private Task<T> CompleteAsync<T>(Task<T> call)
    {
        if (_calls.IsUnknown)
        {
            DeactivateOnIdle();
        }

        return call;
    }
}
