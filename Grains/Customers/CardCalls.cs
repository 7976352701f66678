using System.Collections.Immutable;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Faults;
using PaymentCluster.Grains.Vault;
using static PaymentCluster.Grains.Customers.ProviderCalls;

namespace PaymentCluster.Grains.Customers;

/// <summary>Calls about cards: to the vault, and to providers that keep them.</summary>
/// <param name="providers">The merchants' providers.</param>
/// <param name="vault">The card vault.</param>
/// <param name="logger">Logs an unavailable vault.</param>
internal sealed partial class CardCalls(IMerchantProviders providers, ICardVault vault, ILogger logger)
{
    /// <summary>Saves a card in the vault.</summary>
    public async Task<OperationOutcome> SaveAsync(CustomerKey key, CustomerOperation.KeepCard operation)
    {
        try
        {
            var token = await vault.SaveAsync(key.Merchant, key.Customer, operation.Token, new VaultCard
            {
                Number = operation.Card.Number,
                ExpiryMonth = operation.Card.ExpiryMonth,
                ExpiryYear = operation.Card.ExpiryYear,
                HolderName = operation.Card.HolderName,
            });
            FaultPoint.Reach(FaultPoint.AfterKeep);
            return new OperationOutcome.CardSaved(token);
        }
        catch (DbException exception)
        {
            LogVaultUnavailable(logger, exception, key.Merchant);
            return new OperationOutcome.Failed(CustomerRefusals.VaultUnavailable, IsFinal: false);
        }
    }

    /// <summary>Registers the customer at a provider that keeps cards.</summary>
    public async Task<OperationOutcome> RegisterAsync(CustomerKey key, string provider, CustomerDocument customer)
    {
        if (await providers.FindAsync<ISavedCards>(key.Merchant, provider) is not { } connected)
        {
            return Gone("provider");
        }

        var registered = await ProviderCalls.RegisterAsync(key, connected, customer);
        return registered.Failure is { } failure ? failure : new OperationOutcome.Done { Account = registered.New };
    }

    /// <summary>Lists the cards that a provider keeps.</summary>
    public async Task<OperationOutcome> ListAsync(CustomerKey key, string provider, CustomerDocument customer)
    {
        if (await providers.FindAsync<ISavedCards>(key.Merchant, provider) is not { } connected)
        {
            return Gone("provider");
        }

        var registered = await ProviderCalls.RegisterAsync(key, connected, customer);
        if (registered.Failure is { } failure)
        {
            return failure;
        }

        var response = await connected.Capability.ListCardsAsync(registered.Id!, connected.Credentials);
        OperationOutcome outcome = response is ProviderResult<ImmutableArray<ProviderCard>>.Given { Value: var cards }
            ? new OperationOutcome.CardsListed(cards)
            : FailureOf(response, null);
        return outcome with { Account = registered.New };
    }

    /// <summary>What charging a saved card needs.</summary>
    public async Task<Reply<OpenedInstrument>> ResolveAsync(CustomerKey key, CustomerDocument customer, StoredCard card)
    {
        if (card.Provider is not { } provider)
        {
            return Reply<OpenedInstrument>.Of(new OpenedInstrument { VaultToken = card.Token });
        }

        if (await providers.FindAsync<ISavedCards>(key.Merchant, provider) is not { } connected
            || CustomerChanges.Account(customer, provider) is not { } account)
        {
            return Reply<OpenedInstrument>.Refused(CustomerRefusals.ProviderGone("card.token"));
        }

        var response = await connected.Capability.ListCardsAsync(account, connected.Credentials);
        return response is not ProviderResult<ImmutableArray<ProviderCard>>.Given { Value: var listed }
            ? Reply<OpenedInstrument>.Refused(FailureOf(response, null).Refusal)
            : listed.FirstOrDefault(kept => kept.Reference == card.Reference) is { } kept
                ? Reply<OpenedInstrument>.Of(
                    new OpenedInstrument { ProviderToken = kept.Token, ProviderCustomer = account })
                : Reply<OpenedInstrument>.Refused(Refusal.Of(
                    ErrorCode.InstrumentUnusable, "The provider no longer keeps the card.", "card.token"));
    }

    [LoggerMessage(
        LogEvents.CustomerCardNotSaved, LogLevel.Warning,
        "A card of a customer of {Merchant} could not be saved: the vault is unavailable")]
    private static partial void LogVaultUnavailable(ILogger logger, Exception exception, string merchant);
}
