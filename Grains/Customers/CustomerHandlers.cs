using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Audit;

namespace PaymentCluster.Grains.Customers;

/// <summary>A customer's calls: the rule that decides each, and the reply.</summary>
/// <param name="key">The customer.</param>
/// <param name="process">Decides, writes and runs.</param>
/// <param name="services">What all customers share.</param>
internal sealed class CustomerHandlers(CustomerKey key, CustomerProcess process, CustomerServices services)
{
    private readonly UpiChecks _checks = new(services.Providers, services.Options, services.Time);

    /// <summary>Whether there is no such customer, and never was.</summary>
    public bool IsUnknown => process.Document is null;

    /// <summary>The customer; null if there is none.</summary>
    public CustomerView? Get() =>
        process.Document is { } customer ? CustomerMapping.View(key.Customer, customer) : null;

    /// <summary>The wallet configuration; null if there is no such customer.</summary>
    public WalletView? GetWallet() => process.Known is { } known ? CustomerMapping.View(known) : null;

    /// <summary>The preferred providers.</summary>
    public ImmutableArray<string> PreferredProviders() => process.Known?.Preferences.PreferredProviders ?? [];

    /// <summary>Creates or changes the customer.</summary>
    public async Task<Reply<CustomerView>> PutAsync(PutCustomer command) => ToReply(
        await process.HandleAsync(
            command.Request, (customer, context) => CustomerDecider.Decide(customer, command, context)),
        Get);

    /// <summary>Erases the customer.</summary>
    public async Task<Reply<CustomerView>> EraseAsync(RequestKey? request = null)
    {
        // The same request again leaves a customer alone who has returned since.
        var isNew = CustomerRequests.Find(process.Document, request, services.Now) is null;
        var wasKnown = isNew && process.Known is not null;
        // An erasure that is repeated until providers have confirmed it is one change.
        var change = wasKnown
            ? await services.Trail.BeginAsync(key.Merchant, AuditAction.CustomerErased, key.Customer, detail: null)
            : null;
        if (wasKnown)
        {
            await process.HandleAsync((customer, context) =>
                CustomerDecider.Decide(customer, new FindAccounts(), context));
        }

        var result = await process.HandleAsync(
            request,
            (customer, context) => CustomerDecider.Decide(customer, new EraseCustomer(), context),
            deletes: true);
        if (result.Refusal is { } refusal)
        {
            await EndAsync(change, AuditOutcome.Interrupted);
            return Reply<CustomerView>.Refused(refusal);
        }

        _checks.Clear();
        if (wasKnown)
        {
            services.LogErased(key.Merchant);
        }

        await EndAsync(change, AuditOutcome.Done);

        return process.Document is { PendingDeletions.IsEmpty: true }
            ? Reply<CustomerView>.Of(Get()!, result.Replayed)
            : Reply<CustomerView>.Refused(CustomerRefusals.StillErasing);
    }

    /// <summary>Changes the preferences.</summary>
    /// <param name="command">The command.</param>
    /// <param name="notePreferences">Tells the merchant that its customers prefer providers.</param>
    public async Task<Reply<WalletView>> PutWalletAsync(PutWallet command, Func<Task> notePreferences)
    {
        // The merchant first, whose payments then read preferences: a crash between costs a read too many.
        if (process.Known is not null
            && !command.Preferences.PreferredProviders.IsEmpty
            && await services.Providers.FactsAsync(key.Merchant) is { CustomersPrefer: false })
        {
            await notePreferences();
        }

        return ToReply(
            await process.HandleAsync(
                command.Request, (customer, context) => CustomerDecider.Decide(customer, command, context)),
            GetWallet);
    }

    /// <summary>Saves a card.</summary>
    public async Task<Reply<SavedCardView>> SaveCardAsync(SaveCard command)
    {
        var result = await process.HandleAsync(
            command.Request, (customer, context) => CardDecider.Decide(customer, command, context));
        return ToReply(
            result,
            () => process.Known is { } known && CustomerChanges.Card(known, result.Subject!) is { } card
                ? CustomerMapping.View(card)
                : null,
            CustomerRefusals.UnknownCard);
    }

    /// <summary>Notes a consent.</summary>
    public async Task<Reply<CustomerView>> AgreeToCardAsync(AgreeToCard command)
    {
        var result = await process.HandleAsync((customer, context) => CardDecider.Decide(customer, command, context));
        process.CardsFreshUntil = null;
        return ToReply(result, Get);
    }

    /// <summary>The customer's id at a provider that is about to keep a card; null if there is none.</summary>
    public async Task<string?> OpenAccountAsync(string provider)
    {
        await process.HandleAsync((customer, context) =>
            CustomerDecider.Decide(customer, new OpenAccount(provider), context));
        return process.Known is { } known ? CustomerChanges.Account(known, provider) : null;
    }

    /// <summary>The wallet after providers listed their cards; as it is known where they did not.</summary>
    public async Task<Reply<WalletView>> ListCardsAsync()
    {
        var isFresh = process.CardsFreshUntil > services.Now;
        var result = await process.HandleAsync((customer, context) =>
            CardDecider.Decide(customer, new ListCards(), context));
        if (!isFresh)
        {
            // Again soon while a card that the customer agreed to has not been listed.
            process.CardsFreshUntil = process.Known is { } known && CustomerChanges.HasAllCards(known)
                ? services.Now + services.Options.CardsLifetime
                : null;
        }

        return ToReply(result with { OperationRefusal = null }, GetWallet);
    }

    /// <summary>Deletes a card. It is gone here whether or not its keeper has deleted it yet.</summary>
    public async Task<Reply<WalletView>> DeleteCardAsync(string token, RequestKey? request = null)
    {
        var result = await process.HandleAsync(
            request,
            (customer, context) => CardDecider.Decide(customer, new DeleteCard(token), context),
            deletes: true);
        return ToReply(result with { OperationRefusal = null }, GetWallet);
    }

    /// <summary>Whether a UPI ID can be paid from.</summary>
    public Task<Reply<UpiIdView>> ValidateUpiAsync(string vpa) => process.Known is null
        ? Task.FromResult(Reply<UpiIdView>.Refused(CustomerRefusals.UnknownCustomer))
        : _checks.VerifyAsync(key.Merchant, vpa);

    /// <summary>Saves a UPI ID.</summary>
    public async Task<Reply<SavedUpiView>> SaveUpiAsync(string vpa, RequestKey? request = null)
    {
        var result = await process.HandleAsync(
            request, (customer, context) => CustomerDecider.Decide(customer, new SaveUpi(vpa), context));
        return ToReply(
            result,
            () => process.Known?.UpiIds.FirstOrDefault(upi => upi.Id == result.Subject) is { } saved
                ? CustomerMapping.View(saved)
                : null,
            CustomerRefusals.UnknownUpiId);
    }

    /// <summary>Deletes a UPI ID.</summary>
    public async Task<Reply<WalletView>> DeleteUpiAsync(string id, RequestKey? request = null) => ToReply(
        await process.HandleAsync(
            request, (customer, context) => CustomerDecider.Decide(customer, new DeleteUpi(id), context)),
        GetWallet);

    /// <summary>Requests a wallet's link.</summary>
    public async Task<Reply<LinkedWalletView>> LinkWalletAsync(LinkWallet command) =>
        (await services.Providers.FactsAsync(key.Merchant)).Profile
            ?.CannotReturnTo(command.ReturnUrl, isByPage: false) is { } unregistered
            ? Reply<LinkedWalletView>.Refused(unregistered)
            : ToReply(
                await process.HandleAsync(
                    command.Request, (customer, context) => WalletDecider.Decide(customer, command, context)),
                () => Wallet(command.Wallet),
                CustomerRefusals.UnknownWallet);

    /// <summary>Confirms a wallet's one-time password.</summary>
    public async Task<Reply<LinkedWalletView>> ConfirmWalletAsync(
        string wallet, Secret password, RequestKey? request = null) => ToReply(
            await process.HandleAsync(
                request,
                (customer, context) =>
                    WalletDecider.Decide(customer, new ConfirmWallet(wallet, password, request), context)),
            () => Wallet(wallet),
            CustomerRefusals.UnknownWallet);

    /// <summary>Reads a wallet at its provider.</summary>
    public async Task<Reply<LinkedWalletView>> ReadWalletAsync(string wallet) => ToReply(
        await process.HandleAsync((customer, context) =>
            WalletDecider.Decide(customer, new ReadWallet(wallet), context)),
        () => Wallet(wallet), CustomerRefusals.UnknownWallet);

    /// <summary>Completes a wallet's link when the browser returns; null if the address is not that of a
    /// page.</summary>
    public async Task<WalletReturn?> WalletReturnedAsync(string wallet, string nonce)
    {
        var returnUrl = process.Known is { } before ? WalletDecider.Find(before, wallet)?.Page?.ReturnUrl : null;
        var result = await process.HandleAsync((customer, context) =>
            WalletDecider.Decide(customer, new ReturnFromWallet(wallet, nonce), context));
        if (result.Refusal is not null)
        {
            return null;
        }

        return new WalletReturn
        {
            Status = result.OperationRefusal is { Code: ErrorCode.ProviderRefused } ? WalletLinkStatus.Declined
                : Wallet(wallet) is { Linked: true } ? WalletLinkStatus.Linked
                : WalletLinkStatus.Pending,
            ReturnUrl = returnUrl,
        };
    }

    /// <summary>Unlinks a wallet. It is gone here whether or not its provider has unlinked it yet.</summary>
    public async Task<Reply<WalletView>> UnlinkWalletAsync(string wallet, RequestKey? request = null)
    {
        var result = await process.HandleAsync(
            request,
            (customer, context) => WalletDecider.Decide(customer, new UnlinkWallet(wallet), context),
            deletes: true);
        return ToReply(result with { OperationRefusal = null }, GetWallet);
    }

    /// <summary>All that an amount can be paid with.</summary>
    public async Task<ImmutableArray<InstrumentView>> InstrumentsAsync(Money amount)
    {
        var offer = await services.OfferAsync(key.Merchant);
        return CustomerInstruments.Of(
            process.Known ?? new CustomerDocument(), amount, offer, process.Balances, services.Now);
    }

    /// <summary>A saved instrument, for a payment to keep.</summary>
    public Reply<FoundInstrument> FindInstrument(InstrumentChoice choice) =>
        CustomerInstruments.Find(process.Document, choice, services.Now);

    /// <summary>What charging a saved instrument needs.</summary>
    public async Task<Reply<OpenedInstrument>> ResolveInstrumentAsync(InstrumentChoice choice)
    {
        if (FindInstrument(choice).Refusal is { } refusal)
        {
            return Reply<OpenedInstrument>.Refused(refusal);
        }

        var customer = process.Document!;
        using var limit = new CancellationTokenSource(services.Options.ResponseTimeout, services.Time);
        try
        {
            return await Task.Run(() => services.Runner.ResolveAsync(key, customer, choice)).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return Reply<OpenedInstrument>.Refused(CustomerRefusals.ProviderUnavailable);
        }
    }

    private LinkedWalletView? Wallet(string code) =>
        process.Known is { } known && WalletDecider.Find(known, code) is { } wallet
            ? CustomerMapping.View(wallet, process.Balances.TryGetValue(code, out var balance) ? balance : null)
            : null;

    // Where the trail is unavailable, its keeper closes the change later.
    private async Task EndAsync(AuditChange? change, AuditOutcome outcome)
    {
        try
        {
            await (change is null
                ? Task.CompletedTask
                : services.Trail.EndAsync(change, outcome, Actor.Current ?? Actor.Unknown));
        }
        catch (JournalUnavailableException exception)
        {
            services.LogChangeOpen(exception, key.Merchant);
        }
    }

    private static Reply<T> ToReply<T>(CustomerResult result, Func<T?> view, Refusal? absent = null)
        where T : class =>
        (result.Refusal ?? result.OperationRefusal) is { } refusal ? Reply<T>.Refused(refusal)
            : view() is { } value ? Reply<T>.Of(value, result.Replayed)
            : Reply<T>.Refused(absent ?? CustomerRefusals.UnknownCustomer);
}
