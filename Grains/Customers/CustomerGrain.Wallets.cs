using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Faults;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Customers;

// Wallets that are linked, so that they are paid from without their page.
public sealed partial class CustomerGrain
{
    private const string TokenName = "token";

    private readonly Dictionary<string, Money> _balances = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<Reply<LinkedWalletView>> LinkWallet(LinkWallet command)
    {
        if (Known is null)
        {
            return Refuse<LinkedWalletView>(Unknown());
        }

        var code = command.Wallet;
        if (WalletOf(code) is { } known && (known.LinkedAt is not null || IsFresh(known, command)))
        {
            return Reply<LinkedWalletView>.Of(CustomerDecider.View(known, Balance(code)));
        }

        var refusal = Refusal.Of(ErrorCode.NoProvider, "None of the merchant's providers links such a wallet.", "wallet");
        var seats = await providers.WithAsync<ILinkedWallets>(_merchant);
        // The wallet's own company first.
        foreach (var seat in seats.OrderBy(seat => seat.Provider == code ? 0 : 1))
        {
            if (!await HaveForgottenAsync(departure => departure.Wallet?.Provider == seat.Provider))
            {
                refusal = NotForgotten();
                continue;
            }

            if (await RequestAsync(seat, command) is not { } answer)
            {
                continue;
            }

            if (answer is ProviderAnswer<StoredWallet>.Given { Value: var waiting })
            {
                FaultPoint.Reach(FaultPoint.AfterKeep);
                // After the provider: a crash here leaves a password, or a page, that nobody asks for; the customer asks
                // for another.
                await StoreAsync(CustomerDecider.SetWallet(_stored!, waiting));
                return Reply<LinkedWalletView>.Of(CustomerDecider.View(waiting, balance: null));
            }

            refusal = ProviderDesk.RefusalOf(answer, "wallet");
        }

        return Refuse<LinkedWalletView>(refusal);
    }

    /// <inheritdoc/>
    public async Task<Reply<LinkedWalletView>> ConfirmWallet(string wallet, Secret password)
    {
        if (Known is null)
        {
            return Refuse<LinkedWalletView>(Unknown());
        }

        if (WalletOf(wallet) is not { } waiting)
        {
            return Refuse<LinkedWalletView>(NotLinked());
        }

        if (waiting.LinkedAt is not null)
        {
            return Reply<LinkedWalletView>.Of(CustomerDecider.View(waiting, Balance(wallet)));
        }

        if (waiting.Page is not null)
        {
            return Refuse<LinkedWalletView>(Refusal.Of(
                ErrorCode.InvalidField, "This wallet is linked by the customer's consent on its own page, not by a password.", "otp"));
        }

        if (await providers.FindAsync<IWalletsByPassword>(_merchant, waiting.Provider) is not { } seat)
        {
            return Refuse<LinkedWalletView>(ProviderGone("wallet"));
        }

        var answer = await seat.Capability.ConfirmWalletLinkAsync(
            RequestOf(waiting, null, CustomerDecider.Account(_stored!, seat.Provider)), waiting.Reference, password, seat.Credentials);
        if (answer is not ProviderAnswer<ProviderWallet>.Given { Value: var given })
        {
            return Refuse<LinkedWalletView>(ProviderDesk.RefusalOf(answer, "otp"));
        }

        if (!given.Linked)
        {
            return Refuse<LinkedWalletView>(Refusal.Of(ErrorCode.ProviderRefused, "The provider did not link the wallet.", "otp"));
        }

        // After the provider: a crash here leaves a link whose token nobody knows, so that nobody pays with it; linking
        // again gives another.
        return Reply<LinkedWalletView>.Of(await TakeLinkAsync(waiting, given));
    }

    /// <inheritdoc/>
    public async Task<Reply<LinkedWalletView>> ReadWallet(string wallet)
    {
        if (Known is null)
        {
            return Refuse<LinkedWalletView>(Unknown());
        }

        if (WalletOf(wallet) is not { } known)
        {
            return Refuse<LinkedWalletView>(NotLinked());
        }

        if (known.LinkedAt is null)
        {
            return known.Page is null
                ? Reply<LinkedWalletView>.Of(CustomerDecider.View(known, balance: null))
                : await CompleteAsync(known);
        }

        if (await providers.FindAsync<ILinkedWallets>(_merchant, known.Provider) is not { } seat)
        {
            return Refuse<LinkedWalletView>(ProviderGone("wallet"));
        }

        var answer = await AskAsync(seat, known);
        if (answer is not ProviderAnswer<ProviderWallet>.Given { Value: var given })
        {
            return Refuse<LinkedWalletView>(ProviderDesk.RefusalOf(answer, "wallet"));
        }

        if (!given.Linked)
        {
            // The customer gave it up at the provider.
            _balances.Remove(wallet);
            await StoreAsync(CustomerDecider.RemoveWallet(_stored!, known));
            return Refuse<LinkedWalletView>(NotLinked());
        }

        Note(wallet, given.Balance);
        return Reply<LinkedWalletView>.Of(CustomerDecider.View(known, given.Balance));
    }

    /// <inheritdoc/>
    public async Task<Reply<WalletView>> UnlinkWallet(string wallet)
    {
        if (Known is null)
        {
            return Refuse<WalletView>(Unknown());
        }

        if (WalletOf(wallet) is not { } known)
        {
            // As with a card that is not there: what was begun is finished before it is answered.
            await SettleAsync(isUrgent: true);
            return Refuse<WalletView>(NotLinked());
        }

        // First the document: from here on nobody pays from it. The provider's link goes next, or by the next command.
        _balances.Remove(wallet);
        await StoreAsync(CustomerDecider.RemoveWallet(_stored!, known));
        await SettleAsync(isUrgent: true);
        return Wallet();
    }

    // Null: the provider has no such wallet.
    private Task<ProviderAnswer<StoredWallet>?> RequestAsync(ProviderSeat<ILinkedWallets> seat, LinkWallet command) =>
        seat.Capability switch
        {
            IWalletsByPassword capability => RequestPasswordAsync(seat, capability, command.Wallet),
            IWalletsByConsent capability => RequestConsentAsync(seat, capability, command),
            _ => Task.FromResult<ProviderAnswer<StoredWallet>?>(null),
        };

    private async Task<ProviderAnswer<StoredWallet>?> RequestPasswordAsync(
        ProviderSeat<ILinkedWallets> seat, IWalletsByPassword capability, string wallet)
    {
        string? account = null;
        if (seat.Accounts is not null)
        {
            var opened = await AccountAsync(seat);
            if (opened is not ProviderAnswer<string>.Given { Value: var id })
            {
                return opened.As<StoredWallet>();
            }

            account = id;
        }

        var answer = await capability.RequestWalletLinkAsync(
            new WalletRequest { Wallet = wallet, Customer = Person(), ProviderCustomer = account }, seat.Credentials);
        return answer is ProviderAnswer<string>.Given { Value: var reference }
            ? new ProviderAnswer<StoredWallet>.Given(
                new StoredWallet { Wallet = wallet, Provider = seat.Provider, Reference = reference })
            : answer.As<StoredWallet>();
    }

    private Task<ProviderAnswer<ProviderWallet>> AskAsync(ProviderSeat<ILinkedWallets> seat, StoredWallet wallet) =>
        seat.Capability.ReadWalletAsync(
            RequestOf(wallet, OpenToken(wallet), CustomerDecider.Account(_stored!, seat.Provider)), wallet.Reference, seat.Credentials);

    private async Task<LinkedWalletView> TakeLinkAsync(StoredWallet waiting, ProviderWallet given)
    {
        FaultPoint.Reach(FaultPoint.AfterKeep);
        var linked = waiting with
        {
            Reference = given.Reference, LinkedAt = Now(), Token = given.Token is { } token ? Seal(waiting, token) : null,
        };
        await StoreAsync(CustomerDecider.SetWallet(_stored!, linked));
        Note(waiting.Wallet, given.Balance);
        return CustomerDecider.View(linked, given.Balance);
    }

    private async Task<Reply<OpenedInstrument>> OpenWalletAsync(StoredWallet wallet)
    {
        if (await providers.FindAsync<ILinkedWallets>(_merchant, wallet.Provider) is not { } seat)
        {
            return Refuse<OpenedInstrument>(ProviderGone("wallet.provider"));
        }

        if (OpenToken(wallet) is { } kept)
        {
            return Reply<OpenedInstrument>.Of(new OpenedInstrument { ProviderToken = kept, Link = wallet.Reference });
        }

        var answer = await AskAsync(seat, wallet);
        return answer is not ProviderAnswer<ProviderWallet>.Given { Value: var given }
            ? Refuse<OpenedInstrument>(ProviderDesk.RefusalOf(answer, "wallet.provider"))
            : given.Token is { } token
                ? Reply<OpenedInstrument>.Of(new OpenedInstrument { ProviderToken = token, Link = wallet.Reference })
                : Refuse<OpenedInstrument>(Refusal.Of(
                    ErrorCode.InstrumentUnusable, "The provider gives no token for the wallet; link it again.", "wallet.provider"));
    }

    // A wallet that waits may be linked all the same: the provider did it, and a crash came before the document. So the
    // provider is told of it as well.
    private async Task<bool> UnlinkAsync(StoredWallet wallet, string? account)
    {
        if (await providers.FindAsync<ILinkedWallets>(_merchant, wallet.Provider) is not { } seat)
        {
            return true;
        }

        var (reference, token) = (wallet.Reference, OpenToken(wallet));
        if (wallet is { LinkedAt: null, Page: not null } && seat.Capability is IWalletsByConsent capability)
        {
            switch (await capability.CompleteWalletConsentAsync(RequestOf(wallet, null, account), reference, seat.Credentials))
            {
                case ProviderAnswer<ProviderWallet>.Given { Value: { Linked: true } link }:
                    (reference, token) = (link.Reference, link.Token);
                    break;
                case ProviderAnswer<ProviderWallet>.Given:
                case ProviderAnswer<ProviderWallet>.Refused { Failure.Code: not FailureCodes.CredentialsRefused }:
                    return true;
                default:
                    return Left(wallet);
            }
        }

        var answer = await seat.Capability.UnlinkWalletAsync(RequestOf(wallet, token, account), reference, seat.Credentials);
        return answer is ProviderAnswer<bool>.Given { Value: true } || Left(wallet);
    }

    private bool Left(StoredWallet wallet)
    {
        LogLeft(null, $"a wallet at {wallet.Provider}");
        return false;
    }

    // An erased customer has no name, and needs none to be unlinked.
    private WalletRequest RequestOf(StoredWallet wallet, Secret? token, string? account) => new()
    {
        Wallet = wallet.Wallet, Customer = Person(), ProviderCustomer = account, Token = token,
    };

    private SealedCredentials Seal(StoredWallet wallet, Secret token) => cipher.Seal(
        _merchant, SealOf(wallet.Provider, wallet.Wallet), ImmutableDictionary<string, Secret>.Empty.Add(TokenName, token));

    private async Task ResealAsync(StoredWallet wallet)
    {
        try
        {
            var anew = cipher.Reseal(_merchant, SealOf(wallet.Provider, wallet.Wallet), wallet.Token!);
            await StoreAsync(CustomerDecider.SetWallet(_stored!, wallet with { Token = anew }));
        }
        catch (CredentialsUnreadableException exception)
        {
            LogLeft(exception, "a wallet's token cannot be sealed anew");
        }
    }

    // Without its master key a token is as good as none.
    private Secret? OpenToken(StoredWallet wallet)
    {
        try
        {
            return wallet.Token is { } token
                ? cipher.Open(_merchant, SealOf(wallet.Provider, wallet.Wallet), token)[TokenName]
                : null;
        }
        catch (CredentialsUnreadableException exception)
        {
            LogLeft(exception, "a wallet's token cannot be opened");
            return null;
        }
    }

    // What the token is bound to besides the merchant: another customer's does not open here.
    private string SealOf(string provider, string wallet) => $"wallet:{provider}:{wallet}:{_id}";

    private StoredWallet? WalletOf(string code) => _stored!.Wallets.FirstOrDefault(wallet => wallet.Wallet == code);

    private Money? Balance(string wallet) => _balances.TryGetValue(wallet, out var balance) ? balance : null;

    private void Note(string wallet, Money? balance)
    {
        if (balance is { } known)
        {
            _balances[wallet] = known;
        }
    }

    private static Refusal NotLinked() =>
        Refusal.Of(ErrorCode.InstrumentNotFound, "The customer has not linked such a wallet.", "wallet");
}
