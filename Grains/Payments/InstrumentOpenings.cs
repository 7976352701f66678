using System.Data.Common;
using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Vault;

namespace PaymentCluster.Grains.Payments;

/// <summary>What a charge's request gets besides what the payment keeps.</summary>
public sealed class Opening
{
    /// <summary>The card.</summary>
    public CardDetails? Card { get; init; }

    /// <summary>The card that the provider keeps.</summary>
    public SavedCard? SavedCard { get; init; }

    /// <summary>The token of the linked wallet.</summary>
    public Secret? WalletToken { get; init; }

    /// <summary>The provider's id of the customer whose card it keeps, or is to keep.</summary>
    public string? ProviderCustomer { get; init; }

    /// <summary>Why nothing is sent; null if all is there.</summary>
    public ProviderOutcome? Refusal { get; init; }
}

/// <summary>Opens what a customer saved, right before the provider is called: the one place where a token becomes what it
/// stands for. What cannot be opened is not sent.</summary>
public sealed partial class InstrumentOpenings(IGrainFactory grains, ICardVault vault, ILogger<InstrumentOpenings> logger)
{
    /// <summary>What the attempt is sent with.</summary>
    public async Task<Opening> OpenAsync(PaymentKey key, PaymentState state, AttemptState attempt, ChargeMeans? means)
    {
        if (ChoiceOf(attempt.Method) is not { } choice || state.Customer.Id is not { } id)
        {
            return new Opening
            {
                Card = means?.Card, ProviderCustomer = await KeeperOfAsync(key, state, attempt, means),
            };
        }

        try
        {
            var reply = await grains.GetGrain<ICustomerGrain>($"{key.Merchant}/{id}").OpenInstrument(choice);
            return reply.Value is not { } opened ? NotSent(reply.Refusal!.Detail)
                // What became of the charge is asked by the link that the attempt began with.
                : attempt.Link is not null && opened.Link != attempt.Link ? NotSent("The wallet was linked anew since.")
                : await OfAsync(key.Merchant, attempt.Method, opened, means);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or OrleansException or VaultUnreadableException)
        {
            LogShut(exception);
            return NotSent("What the customer saved could not be opened.");
        }
    }

    // A wish: a payment does not fail because the provider cannot be told whose card it is to keep.
    private async Task<string?> KeeperOfAsync(
        PaymentKey key, PaymentState state, AttemptState attempt, ChargeMeans? means)
    {
        if (means is not { SavesCard: true } || state.Customer.Id is not { } id)
        {
            return null;
        }

        try
        {
            return await grains.GetGrain<ICustomerGrain>($"{key.Merchant}/{id}").OpenAccount(attempt.Provider);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or OrleansException)
        {
            LogNotKept(exception, attempt.Provider);
            return null;
        }
    }

    private async Task<Opening> OfAsync(string merchant, PaymentMethod method, OpenedInstrument opened, ChargeMeans? means)
    {
        if (opened.VaultToken is { } token)
        {
            return await vault.OpenAsync(merchant, token) is { } card && means?.SecurityCode is { } code
                ? new Opening
                {
                    Card = new CardDetails
                    {
                        Number = card.Number,
                        ExpiryMonth = card.ExpiryMonth,
                        ExpiryYear = card.ExpiryYear,
                        SecurityCode = code,
                        HolderName = card.HolderName,
                    },
                }
                : NotSent("The card is not in the vault any more.");
        }

        return opened.ProviderToken is not { } kept ? NotSent("The provider gave no token.")
            : method.Kind == PaymentMethodKind.Card
                ? new Opening
                {
                    SavedCard = new SavedCard { Token = kept, SecurityCode = means?.SecurityCode },
                    ProviderCustomer = opened.ProviderCustomer,
                }
                : new Opening { WalletToken = kept };
    }

    // A saved UPI id is in the method itself.
    private static InstrumentChoice? ChoiceOf(PaymentMethod method) => method switch
    {
        { Saved: null } => null,
        { Kind: PaymentMethodKind.Card } => new InstrumentChoice { CardToken = method.Saved },
        { Kind: PaymentMethodKind.Wallet } => new InstrumentChoice { Wallet = method.Wallet },
        _ => null,
    };

    private static Opening NotSent(string reason) => new() { Refusal = new ProviderOutcome.NotSent { Reason = reason } };

    [LoggerMessage(
        LogEvents.InstrumentUnresolved,
        LogLevel.Warning,
        "The instrument's credentials could not be read; nothing was sent")]
    private partial void LogShut(Exception exception);

    [LoggerMessage(
        LogEvents.InstrumentNotSaved,
        LogLevel.Warning,
        "{Provider} has no record of the customer; the card may not be saved")]
    private partial void LogNotKept(Exception exception, string provider);
}
