using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Customers;

// UPI ids, and wallets that are linked by a one-time password.
public sealed partial class CustomerGrain
{
    private const string TokenName = "token";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (UpiIdView View, DateTimeOffset At)> _checks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Money> _balances = new(StringComparer.Ordinal);
    private readonly Queue<DateTimeOffset> _asked = new();

    /// <inheritdoc/>
    public async Task<Reply<UpiIdView>> ValidateUpi(string vpa)
    {
        if (Known is null)
        {
            return Refuse<UpiIdView>(Unknown());
        }

        var now = Now();
        if (_checks.TryGetValue(vpa, out var seen) && now - seen.At < options.Value.UpiCheckLifetime)
        {
            return Reply<UpiIdView>.Of(seen.View);
        }

        while (_asked.TryPeek(out var first) && now - first >= Minute)
        {
            _asked.Dequeue();
        }

        if (_asked.Count >= options.Value.UpiChecksPerMinute)
        {
            return Refuse<UpiIdView>(Refusal.Of(
                ErrorCode.RateLimited, $"For one customer {options.Value.UpiChecksPerMinute} UPI ids may be asked about in a minute."));
        }

        // Counted before it is asked: those that are asked at once are as many.
        _asked.Enqueue(now);
        return await AskAboutAsync(vpa);
    }

    /// <inheritdoc/>
    public async Task<Reply<SavedUpiView>> SaveUpi(string vpa)
    {
        if (Known is not { } known)
        {
            return Refuse<SavedUpiView>(Unknown());
        }

        if (known.UpiIds.FirstOrDefault(upi => upi.Vpa == vpa) is { } saved)
        {
            return Reply<SavedUpiView>.Of(CustomerDecider.View(saved));
        }

        if (known.UpiIds.Length >= CustomerDecider.MaxSaved)
        {
            return Refuse<SavedUpiView>(TooMany("UPI ids"));
        }

        var added = new StoredUpiId { Id = NewId("upi_"), Vpa = vpa, SavedAt = Now() };
        await StoreAsync(CustomerDecider.AddUpiId(known, added));
        return Reply<SavedUpiView>.Of(CustomerDecider.View(added));
    }

    /// <inheritdoc/>
    public async Task<Reply<WalletView>> DeleteUpi(string id)
    {
        if (Known is not { } known)
        {
            return Refuse<WalletView>(Unknown());
        }

        if (known.UpiIds.All(upi => upi.Id != id))
        {
            return Refuse<WalletView>(Refusal.Of(ErrorCode.InstrumentNotFound, "The customer has no such saved UPI id.", "id"));
        }

        await StoreAsync(CustomerDecider.RemoveUpiId(known, id));
        return Wallet();
    }

    /// <inheritdoc/>
    public async Task<Reply<LinkedWalletView>> LinkWallet(string wallet)
    {
        if (Known is null)
        {
            return Refuse<LinkedWalletView>(Unknown());
        }

        if (WalletOf(wallet) is { LinkedAt: not null } linked)
        {
            return Reply<LinkedWalletView>.Of(CustomerDecider.View(linked, Balance(wallet)));
        }

        var refusal = Refusal.Of(ErrorCode.NoProvider, "None of the merchant's providers links such a wallet.", "wallet");
        var seats = await providers.WithAsync<ILinkedWallets>(_merchant);
        // The wallet's own company first.
        foreach (var seat in seats.OrderBy(seat => seat.Provider == wallet ? 0 : 1))
        {
            if (await RequestAsync(seat, wallet) is not { } answer)
            {
                continue;
            }

            if (answer is ProviderAnswer<string>.Given { Value: var reference })
            {
                // After the provider: a crash here leaves a password that nobody asks for; the customer asks for another.
                var waiting = new StoredWallet { Wallet = wallet, Provider = seat.Provider, Reference = reference };
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

        if (await providers.FindAsync<ILinkedWallets>(_merchant, waiting.Provider) is not { } seat)
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
        var linked = waiting with
        {
            Reference = given.Reference, LinkedAt = Now(), Token = given.Token is { } token ? Seal(waiting, token) : null,
        };
        await StoreAsync(CustomerDecider.SetWallet(_stored!, linked));
        Note(wallet, given.Balance);
        return Reply<LinkedWalletView>.Of(CustomerDecider.View(linked, given.Balance));
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
            return Reply<LinkedWalletView>.Of(CustomerDecider.View(known, balance: null));
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
            return Refuse<WalletView>(NotLinked());
        }

        // First the document: from here on nobody pays from it. The provider's link goes next, or by the next command.
        _balances.Remove(wallet);
        await StoreAsync(CustomerDecider.RemoveWallet(_stored!, known));
        await SettleAsync(isUrgent: true);
        return Wallet();
    }

    private async Task<Reply<UpiIdView>> AskAboutAsync(string vpa)
    {
        var refusal = Refusal.Of(ErrorCode.NoProvider, "None of the merchant's providers answers questions about UPI ids.");
        foreach (var seat in await providers.WithAsync<IUpiVerification>(_merchant))
        {
            var answer = await seat.Capability.VerifyUpiAsync(vpa, seat.Credentials);
            if (answer is ProviderAnswer<UpiHolder>.Given { Value: var holder })
            {
                var view = new UpiIdView { Vpa = vpa, Valid = holder.Exists, Name = holder.Name };
                if (_checks.Count >= CustomerDecider.MaxSaved)
                {
                    _checks.Clear();
                }

                _checks[vpa] = (view, Now());
                return Reply<UpiIdView>.Of(view);
            }

            refusal = ProviderDesk.RefusalOf(answer, "vpa");
        }

        return Refuse<UpiIdView>(refusal);
    }

    // Null: the provider keeps customers, and does not take this one.
    private async Task<ProviderAnswer<string>?> RequestAsync(ProviderSeat<ILinkedWallets> seat, string wallet)
    {
        string? account = null;
        if (seat.Accounts is not null)
        {
            var answer = await AccountAsync(seat);
            if (answer is not ProviderAnswer<string>.Given { Value: var id })
            {
                return answer;
            }

            account = id;
        }

        return await seat.Capability.RequestWalletLinkAsync(
            new WalletRequest { Wallet = wallet, Customer = Person(), ProviderCustomer = account }, seat.Credentials);
    }

    private Task<ProviderAnswer<ProviderWallet>> AskAsync(ProviderSeat<ILinkedWallets> seat, StoredWallet wallet) =>
        seat.Capability.ReadWalletAsync(
            RequestOf(wallet, OpenToken(wallet), CustomerDecider.Account(_stored!, seat.Provider)), wallet.Reference, seat.Credentials);

    private async Task<Reply<OpenedInstrument>> OpenWalletAsync(StoredWallet wallet)
    {
        if (await providers.FindAsync<ILinkedWallets>(_merchant, wallet.Provider) is not { } seat)
        {
            return Refuse<OpenedInstrument>(ProviderGone("wallet.provider"));
        }

        if (OpenToken(wallet) is { } kept)
        {
            return Reply<OpenedInstrument>.Of(new OpenedInstrument { ProviderToken = kept });
        }

        var answer = await AskAsync(seat, wallet);
        return answer is not ProviderAnswer<ProviderWallet>.Given { Value: var given }
            ? Refuse<OpenedInstrument>(ProviderDesk.RefusalOf(answer, "wallet.provider"))
            : given.Token is { } token
                ? Reply<OpenedInstrument>.Of(new OpenedInstrument { ProviderToken = token })
                : Refuse<OpenedInstrument>(Refusal.Of(
                    ErrorCode.InstrumentUnusable, "The provider gives no token for the wallet; link it again.", "wallet.provider"));
    }

    private async Task<bool> UnlinkAsync(StoredWallet wallet, string? account)
    {
        if (wallet.LinkedAt is null || await providers.FindAsync<ILinkedWallets>(_merchant, wallet.Provider) is not { } seat)
        {
            return true;
        }

        var answer = await seat.Capability.UnlinkWalletAsync(
            RequestOf(wallet, OpenToken(wallet), account), wallet.Reference, seat.Credentials);
        if (answer is ProviderAnswer<bool>.Given { Value: true })
        {
            return true;
        }

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
