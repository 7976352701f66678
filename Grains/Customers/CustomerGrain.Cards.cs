using System.Collections.Immutable;
using System.Data.Common;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Faults;
using PaymentCluster.Grains.Vault;

namespace PaymentCluster.Grains.Customers;

// Cards: in the vault, or at the provider that keeps them.
public sealed partial class CustomerGrain
{
    private static readonly TimeSpan SettleEvery = TimeSpan.FromSeconds(30);

    private DateTimeOffset _cardsAskedAt;
    private DateTimeOffset _settledAt;

    /// <inheritdoc/>
    public async Task<Reply<SavedCardView>> SaveCard(SaveCard command)
    {
        if (Known is not { } known)
        {
            return Refuse<SavedCardView>(Unknown());
        }

        if (command.Indian || command.Number.Network == "rupay")
        {
            return Refuse<SavedCardView>(Refusal.Of(
                ErrorCode.CardNotKept,
                "The number of a card that was issued in India is not kept: pay with it once and send card.save, and the provider keeps a token.",
                "issued_in"));
        }

        if (!vault.IsOpen || await providers.MerchantAsync(_merchant) is not { CardVault: true })
        {
            return Refuse<SavedCardView>(Refusal.Of(
                ErrorCode.CardNotKept,
                "The merchant has no vault for cards: pay with it once and send card.save, and the provider keeps a token."));
        }

        if (CustomerDecider.IsOver(command.ExpiryYear, command.ExpiryMonth, Now()))
        {
            return Refuse<SavedCardView>(Refusal.Of(ErrorCode.CardInvalid, "The card's time is over.", "expiry_year"));
        }

        if (!await HaveForgottenAsync(departure => departure.VaultToken is not null))
        {
            return Refuse<SavedCardView>(NotForgotten());
        }

        // First the vault: a token that the document names is always there. A crash here leaves a card that nobody was
        // told of, and that the same number finds again.
        var token = await vault.SaveAsync(_merchant, _id, new VaultCard
        {
            Number = command.Number,
            ExpiryMonth = command.ExpiryMonth,
            ExpiryYear = command.ExpiryYear,
            HolderName = command.HolderName,
        });
        FaultPoint.Reach(FaultPoint.AfterKeep);
        known = _stored!;
        var saved = CustomerDecider.Card(known, token);
        if (saved is null && known.Cards.Length >= CustomerDecider.MaxSaved)
        {
            // A card that is not listed must not stay in the vault either; a crash here leaves it to the next save or the
            // customer's erasure.
            await vault.DeleteAsync(_merchant, token);
            return Refuse<SavedCardView>(TooMany("cards"));
        }

        if (saved is null || (saved.ExpiryYear, saved.ExpiryMonth) != (command.ExpiryYear, command.ExpiryMonth))
        {
            await StoreAsync(CustomerDecider.AddCard(known, new StoredCard
            {
                Token = token,
                Last4 = command.Number.Last4,
                Network = command.Number.Network,
                ExpiryMonth = command.ExpiryMonth,
                ExpiryYear = command.ExpiryYear,
                Label = command.Label,
                ConsentedAt = Now(),
                ConsentText = command.ConsentText,
            }));
        }

        return Reply<SavedCardView>.Of(CustomerDecider.View(CustomerDecider.Card(_stored!, token)!));
    }

    /// <inheritdoc/>
    public async Task<Reply<CustomerView>> AgreeToCard(AgreeToCard command)
    {
        if (Known is null)
        {
            return Refuse<CustomerView>(Unknown());
        }

        await SettleAsync();
        await StoreAsync(CustomerDecider.Agree(_stored!, command, Now()));
        _cardsAskedAt = default;
        return Reply<CustomerView>.Of(CustomerDecider.View(_id, _stored!));
    }

    /// <inheritdoc/>
    public async Task<string?> OpenAccount(string provider)
    {
        LeaveIfUnknown();
        return Known is not null
            && await providers.FindAsync<ISavedCards>(_merchant, provider) is { Accounts: not null } seat
            && await AccountAsync(seat) is ProviderAnswer<string>.Given { Value: var account }
                ? account
                : null;
    }

    /// <inheritdoc/>
    public async Task<Reply<WalletView>> ListCards()
    {
        if (Known is null)
        {
            return Refuse<WalletView>(Unknown());
        }

        await SettleAsync();
        if (Now() - _cardsAskedAt >= options.Value.CardsLifetime)
        {
            foreach (var seat in await providers.WithAsync<ISavedCards>(_merchant))
            {
                await RefreshAsync(seat);
            }

            // Again soon while a card that the customer agreed to has not come to light.
            _cardsAskedAt = IsComplete(_stored!) ? Now() : default;
        }

        return Wallet();
    }

    /// <inheritdoc/>
    public async Task<Reply<WalletView>> DeleteCard(string token)
    {
        if (Known is not { } known)
        {
            return Refuse<WalletView>(Unknown());
        }

        if (CustomerDecider.Card(known, token) is not { } card)
        {
            // It may be asked for again because the answer is missing: then what was begun is finished before it is answered.
            await SettleAsync(isUrgent: true);
            return Refuse<WalletView>(Refusal.Of(ErrorCode.InstrumentNotFound, "The customer has no such saved card.", "token"));
        }

        // First the document: from here on nobody pays with it. Where it is kept it goes next, or by the next command.
        await StoreAsync(CustomerDecider.RemoveCard(known, card));
        await SettleAsync(isUrgent: true);
        return Wallet();
    }

    private async Task RefreshAsync(ProviderSeat<ISavedCards> seat)
    {
        var isKnown = CustomerDecider.Account(_stored!, seat.Provider) is not null;
        if (seat.Accounts is null || (!isKnown && _stored!.Consents.IsEmpty))
        {
            return;
        }

        if (await AccountAsync(seat) is not ProviderAnswer<string>.Given { Value: var account }
            || await seat.Capability.ListCardsAsync(account, seat.Credentials)
                is not ProviderAnswer<ImmutableArray<ProviderCard>>.Given { Value: var listed })
        {
            return;
        }

        var next = CustomerDecider.Take(_stored!, seat.Provider, listed, () => NewId("card_"));
        if (next != _stored)
        {
            await StoreAsync(next);
        }
    }

    private static bool IsComplete(CustomerDocument known) => known.Consents.All(consent => known.Cards.Any(card =>
        (card.Last4, card.ExpiryMonth, card.ExpiryYear) == (consent.Last4, consent.ExpiryMonth, consent.ExpiryYear)));

    // Some providers' tokens live minutes: the one to pay with is asked for where it is used.
    private async Task<Reply<OpenedInstrument>> OpenCardAsync(StoredCard card)
    {
        if (card.Provider is not { } provider)
        {
            return Reply<OpenedInstrument>.Of(new OpenedInstrument { VaultToken = card.Token });
        }

        if (await providers.FindAsync<ISavedCards>(_merchant, provider) is not { } seat
            || CustomerDecider.Account(_stored!, provider) is not { } account)
        {
            return Refuse<OpenedInstrument>(ProviderGone("card.token"));
        }

        var answer = await seat.Capability.ListCardsAsync(account, seat.Credentials);
        return answer is not ProviderAnswer<ImmutableArray<ProviderCard>>.Given { Value: var listed }
            ? Refuse<OpenedInstrument>(ProviderDesk.RefusalOf(answer))
            : listed.FirstOrDefault(kept => kept.Reference == card.Reference) is { } kept
                ? Reply<OpenedInstrument>.Of(
                    new OpenedInstrument { ProviderToken = kept.Token, ProviderCustomer = account })
                : Refuse<OpenedInstrument>(Refusal.Of(
                    ErrorCode.InstrumentUnusable, "The provider does not keep the card any more.", "card.token"));
    }

    // What a crash, or a provider that was out of reach, left to do; and tokens that another master key seals. Nearly
    // always nothing.
    private async Task SettleAsync(bool isUrgent = false)
    {
        if (_stored is null || (!isUrgent && Now() - _settledAt < SettleEvery))
        {
            return;
        }

        _settledAt = Now();
        foreach (var departure in _stored.Departures)
        {
            if (await IsGoneAsync(departure))
            {
                await StoreAsync(CustomerDecider.Settle(_stored, departure));
            }
        }

        foreach (var wallet in _stored.Wallets.Where(wallet => wallet.Token is { } token && cipher.IsOutdated(token)))
        {
            await ResealAsync(wallet);
        }
    }

    // Who still has to forget something keeps nothing anew: it may be the same thing under the same name, and would be
    // forgotten with it.
    private async Task<bool> HaveForgottenAsync(Func<StoredDeparture, bool> isTheirs)
    {
        await SettleAsync(isUrgent: _stored!.Departures.Any(isTheirs));
        return !_stored.Departures.Any(isTheirs);
    }

    // Whatever is asked here may be asked again: what is not there counts as forgotten.
    private async Task<bool> IsGoneAsync(StoredDeparture departure)
    {
        FaultPoint.Reach(FaultPoint.BeforeForget);
        try
        {
            return departure switch
            {
                { VaultToken: { } token } => await ForgetInVaultAsync(token),
                { Wallet: { } wallet } => await UnlinkAsync(wallet, departure.ProviderCustomer),
                { CardReference: { } reference, Provider: { } provider, ProviderCustomer: { } account } =>
                    await ForgetCardAsync(provider, account, reference),
                _ => true,
            };
        }
        catch (DbException exception)
        {
            LogLeft(exception, "the vault is out of reach");
            return false;
        }
    }

    private async Task<bool> ForgetInVaultAsync(string token)
    {
        if (vault.IsOpen)
        {
            await (token == StoredDeparture.All ? vault.DeleteCustomerAsync(_merchant, _id) : vault.DeleteAsync(_merchant, token));
        }

        return true;
    }

    // Where the merchant has no account any more there is nobody to tell: nothing there can be used either.
    private async Task<bool> ForgetCardAsync(string provider, string account, string reference)
    {
        if (await providers.FindAsync<ISavedCards>(_merchant, provider) is not { } seat)
        {
            return true;
        }

        ImmutableArray<string> references = [reference];
        if (reference == StoredDeparture.All)
        {
            if (await seat.Capability.ListCardsAsync(account, seat.Credentials)
                is not ProviderAnswer<ImmutableArray<ProviderCard>>.Given { Value: var listed })
            {
                LogLeft(null, $"cards at {provider}");
                return false;
            }

            // A customer who came back may have agreed to one of them anew.
            references = [.. listed.Where(card => !CustomerDecider.IsAgreed(_stored!, card)).Select(card => card.Reference)];
        }

        foreach (var one in references)
        {
            if (await seat.Capability.DeleteCardAsync(account, one, seat.Credentials) is not ProviderAnswer<bool>.Given { Value: true })
            {
                LogLeft(null, $"a card at {provider}");
                return false;
            }
        }

        return true;
    }

    private static Refusal ProviderGone(string field) => Refusal.Of(
        ErrorCode.InstrumentUnusable, "The merchant has no account any more at the provider that keeps it.", field);

    private static Refusal NotForgotten() =>
        Refusal.Of(ErrorCode.Unavailable, "What was deleted before is not forgotten yet where it was kept; try again.");

    private static Refusal TooMany(string what) =>
        Refusal.Of(ErrorCode.LimitReached, $"A customer has at most {CustomerDecider.MaxSaved} {what}.");
}
