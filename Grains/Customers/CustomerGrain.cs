using System.Buffers.Text;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Faults;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Vault;

namespace PaymentCluster.Grains.Customers;

/// <inheritdoc cref="ICustomerGrain"/>
/// <remarks>
/// What a customer has is kept in two places, here and at a provider or in the vault, and a crash may part them at any
/// await. The order keeps two promises. What is offered to be paid with is kept elsewhere already: keeping comes first,
/// the document after it, and a crash between leaves something that nobody was told of, which the next attempt finds again.
/// What is forgotten is offered to nobody: the document comes first, and notes what is to go elsewhere; the next command
/// goes on with it.
/// </remarks>
/// <param name="customer">What is stored.</param>
/// <param name="providers">The merchant's providers.</param>
/// <param name="vault">Keeps cards' numbers.</param>
/// <param name="cipher">Seals wallets' tokens.</param>
/// <param name="random">Where ids come from.</param>
/// <param name="options">How long what providers say holds.</param>
/// <param name="payments">Where customers' browsers reach the gateway.</param>
/// <param name="time">When it is.</param>
/// <param name="logger">The log.</param>
public sealed partial class CustomerGrain(
    [PersistentState("customer", MerchantsRegistration.Storage)] IPersistentState<CustomerDocument> customer,
    ProviderDesk providers,
    ICardVault vault,
    CredentialCipher cipher,
    ISecretSource random,
    IOptions<CustomersOptions> options,
    IOptions<PaymentOptions> payments,
    TimeProvider time,
    ILogger<CustomerGrain> logger) : Grain, ICustomerGrain
{
    private const int IdBytes = 16;

    private string _merchant = "";
    private string _id = "";

    // What is durable: reads run between the awaits of a command, and what is being written may come to nothing.
    private CustomerDocument? _stored;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        (_merchant, _id) = (key[..slash], key[(slash + 1)..]);
        _stored = customer.RecordExists ? customer.State : null;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<Reply<CustomerView>> Put(PutCustomer command)
    {
        await SettleAsync();
        var next = CustomerDecider.Put(_stored, command, Now());
        if (_stored is null || next != _stored)
        {
            await StoreAsync(next);
        }

        return Reply<CustomerView>.Of(CustomerDecider.View(_id, _stored!));
    }

    /// <inheritdoc/>
    public Task<CustomerView?> Get()
    {
        LeaveIfUnknown();
        return Task.FromResult(_stored is null ? null : CustomerDecider.View(_id, _stored));
    }

    /// <inheritdoc/>
    public async Task<Reply<CustomerView>> Erase()
    {
        if (_stored is null)
        {
            return Refuse<CustomerView>(Unknown());
        }

        if (_stored.ErasedAt is null)
        {
            // Cards that providers keep and that never came to light are found by the customer's ids there.
            await OpenAccountsAsync();
            await StoreAsync(CustomerDecider.Erase(_stored, Now()));
            _checks.Forget();
            _balances.Clear();
            LogErased(_merchant);
        }

        await SettleAsync(isUrgent: true);
        return _stored.Departures.IsEmpty
            ? Reply<CustomerView>.Of(CustomerDecider.View(_id, _stored))
            : Refuse<CustomerView>(StillElsewhere());
    }

    /// <inheritdoc/>
    public Task<WalletView?> GetWallet()
    {
        LeaveIfUnknown();
        return Task.FromResult(Known is { } known ? CustomerDecider.View(known) : null);
    }

    /// <inheritdoc/>
    public async Task<Reply<WalletView>> PutWallet(PutWallet command)
    {
        if (Known is not { } known)
        {
            return Refuse<WalletView>(Unknown());
        }

        if (CustomerDecider.Check(known, command) is { } refusal)
        {
            return Refuse<WalletView>(refusal);
        }

        // First the merchant, whose payments then ask: a crash between leaves a question too many.
        if (!command.Preferences.PreferredProviders.IsEmpty
            && await providers.MerchantAsync(_merchant) is { CustomersPrefer: false })
        {
            await GrainFactory.GetGrain<IMerchantGrain>(_merchant).NotePreferences();
        }

        await StoreAsync(CustomerDecider.Put(_stored!, command.Preferences));
        return Wallet();
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> PreferredProviders()
    {
        LeaveIfUnknown();
        return Task.FromResult(Known?.Preferences.PreferredProviders ?? []);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<InstrumentView>> Instruments(Money amount) => CustomerDecider.Instruments(
        Known ?? new CustomerDocument(), amount, await providers.OfferAsync(_merchant), _balances, Now());

    /// <inheritdoc/>
    public Task<Reply<FoundInstrument>> FindInstrument(InstrumentChoice choice)
    {
        LeaveIfUnknown();
        return Task.FromResult(CustomerDecider.Find(_stored, choice, Now()));
    }

    /// <inheritdoc/>
    public async Task<Reply<OpenedInstrument>> OpenInstrument(InstrumentChoice choice)
    {
        var found = CustomerDecider.Find(_stored, choice, Now());
        if (found.Refusal is { } refusal)
        {
            return Refuse<OpenedInstrument>(refusal);
        }

        return choice switch
        {
            { CardToken: { } token } => await OpenCardAsync(CustomerDecider.Card(_stored!, token)!),
            { Wallet: { } code } => await OpenWalletAsync(_stored!.Wallets.First(wallet => wallet.Wallet == code)),
            _ => Reply<OpenedInstrument>.Of(new OpenedInstrument()),
        };
    }

    private CustomerDocument? Known => _stored is { ErasedAt: null } ? _stored : null;

    // Cards are kept, and wallets linked, for somebody whom the provider knows. Made where it is first needed: the
    // grain's turns make it once, and a provider answers the same customer for the same id, so that a crash before the
    // document is written is made good by asking again.
    private async Task<ProviderAnswer<string>> AccountAsync<T>(ProviderSeat<T> seat)
        where T : class
    {
        if (CustomerDecider.Account(_stored!, seat.Provider) is { } known)
        {
            return new ProviderAnswer<string>.Given(known);
        }

        var answer = await seat.Accounts!.OpenCustomerAsync(Person(), seat.Credentials);
        if (answer is ProviderAnswer<string>.Given { Value: var id })
        {
            FaultPoint.Reach(FaultPoint.AfterKeep);
            await StoreAsync(CustomerDecider.SetAccount(_stored!, new StoredAccount { Provider = seat.Provider, Id = id }));
        }

        return answer;
    }

    private async Task OpenAccountsAsync()
    {
        if (_stored!.Consents.IsEmpty)
        {
            return;
        }

        foreach (var seat in await providers.WithAsync<ISavedCards>(_merchant))
        {
            if (seat.Accounts is not null)
            {
                await AccountAsync(seat);
            }
        }
    }

    private Customer Person() => new() { Id = _id, Name = _stored!.Name, Email = _stored.Email, Phone = _stored.Phone };

    private Reply<WalletView> Wallet() => Reply<WalletView>.Of(CustomerDecider.View(_stored!));

    private async Task StoreAsync(CustomerDocument next)
    {
        var before = customer.State;
        customer.State = next;
        FaultPoint.Reach(FaultPoint.BeforeDocument);
        try
        {
            await customer.WriteStateAsync();
            _stored = next;
            FaultPoint.Reach(FaultPoint.AfterDocument);
        }
        catch (InconsistentStateException exception)
        {
            // A second activation was faster. This one's word is worth nothing any more.
            customer.State = before;
            DeactivateOnIdle();
            throw new TimeoutException("The customer is being changed elsewhere; try again.", exception);
        }
        catch
        {
            // Whether it was written is not known: read it again before anything is decided on it.
            customer.State = before;
            DeactivateOnIdle();
            throw;
        }
    }

    private string NewId(string prefix)
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        random.Fill(bytes);
        return prefix + Base64Url.EncodeToString(bytes);
    }

    private DateTimeOffset Now() => time.GetUtcNow();

    private static Refusal Unknown() => Refusal.Of(ErrorCode.CustomerNotFound, "The merchant has no such customer.");

    private static Refusal StillElsewhere() => Refusal.Of(
        ErrorCode.Unavailable, "It is forgotten here, but a provider that keeps it is out of reach; repeat this until it is forgotten there as well.");

    private Reply<T> Refuse<T>(Refusal refusal)
        where T : class
    {
        LeaveIfUnknown();
        return Reply<T>.Refused(refusal);
    }

    // Asking for customers that do not exist must not fill the memory.
    private void LeaveIfUnknown()
    {
        if (_stored is null)
        {
            DeactivateOnIdle();
        }
    }
}
