using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>Resolves what a command names to pay with, and opens it right before the provider is called: the one place
/// where a token becomes the card or wallet that it names. What cannot be opened is not sent.</summary>
/// <param name="instruments">What customers saved.</param>
/// <param name="logger">The log.</param>
public sealed partial class InstrumentResolver(IPaymentInstruments instruments, ILogger<InstrumentResolver> logger)
{
    /// <summary>Resolves an instrument. A refusal is not the answer yet: a request that is repeated is answered as the
    /// first one was, though the card may be gone since.</summary>
    /// <param name="key">The payment.</param>
    /// <param name="named">What the command names.</param>
    /// <param name="payer">The customer of the payment; null if it is not known.</param>
    public ValueTask<ResolvedInstrument> ResolveAsync(PaymentKey key, in NamedInstrument named, Customer? payer)
    {
        if (named.Method is not { } method || !named.NeedsCustomer)
        {
            return ValueTask.FromResult(new ResolvedInstrument
            {
                Method = named.Method, Secret = named.Card is { } card ? new InstrumentSecret { Card = card } : null,
            });
        }

        if (payer?.Id is not { } customer || payer.Unproven is true)
        {
            return ValueTask.FromResult(named.Choice is { Wallet: not null }
                ? new ResolvedInstrument { Method = method }
                : ResolvedInstrument.Refused(method, Refusal.Of(
                    ErrorCode.InstrumentNotFound,
                    "Saved instruments need a payment made with a secret key and a customer_id.",
                    "customer_id")));
        }

        return new ValueTask<ResolvedInstrument>(named.Choice is { } choice
            ? FindAsync(key.Merchant, customer, method, choice, named.SecurityCode)
            : AgreeAsync(key.Merchant, customer, method, named.Card!, named.Consent!));
    }

    /// <summary>What an attempt is charged with, or why nothing is sent.</summary>
    public async ValueTask<(ChargeInstrument? Instrument, string? NotSent)> OpenAsync(
        PaymentKey key, PaymentState state, AttemptState attempt, InstrumentSecret? secret) => attempt.Method switch
    {
        { Kind: PaymentMethodKind.Upi, Flow: UpiFlow.Intent } => (new ChargeInstrument.UpiIntent(), null),
        { Kind: PaymentMethodKind.Upi, Flow: UpiFlow.Qr } => (new ChargeInstrument.UpiQr(), null),
        // A saved UPI ID is in the method itself.
        { Kind: PaymentMethodKind.Upi, Vpa: { } vpa } => (new ChargeInstrument.UpiCollect(vpa), null),
        { Kind: PaymentMethodKind.Netbanking, Bank: { } bank } => (new ChargeInstrument.Netbanking(bank), null),
        { Kind: PaymentMethodKind.Wallet, Saved: null, Wallet: { } code } => (new ChargeInstrument.Wallet(code), null),
        { Kind: PaymentMethodKind.Card, Saved: null } when secret?.Card is { } card =>
            (new ChargeInstrument.TypedCard(card, await SavingAsync(key, state, attempt, secret)), null),
        { Saved: not null } when state.Customer.Id is { } customer =>
            await OpenSavedAsync(key.Merchant, customer, attempt, secret),
        _ => (null, "The instrument is not complete."),
    };

    private async Task<(ChargeInstrument? Instrument, string? NotSent)> OpenSavedAsync(
        string merchant, string customer, AttemptState attempt, InstrumentSecret? secret)
    {
        try
        {
            var choice = attempt.Method.Kind == PaymentMethodKind.Card
                ? new InstrumentChoice { CardToken = attempt.Method.Saved }
                : new InstrumentChoice { Wallet = attempt.Method.Wallet };
            var reply = await instruments.OpenAsync(merchant, customer, choice);
            return reply.Value is not { } opened ? (null, reply.Refusal!.Detail)
                // Status queries of the charge go by the link that the attempt began with.
                : attempt.Link is not null && opened.Link != attempt.Link ? (null, "The wallet was linked again since.")
                : opened.VaultToken is { } token ? await OpenCardAsync(merchant, token, secret)
                : opened.ProviderToken is not { } kept ? (null, "The provider gave no token.")
                : attempt.Method is { Kind: PaymentMethodKind.Wallet, Wallet: { } code }
                    ? (new ChargeInstrument.LinkedWallet(code, kept), null)
                    : (new ChargeInstrument.SavedCard(
                        kept, attempt.Method.CardNetwork, secret?.SecurityCode, opened.ProviderCustomer), null);
        }
        catch (InstrumentsUnavailableException exception)
        {
            LogUnavailable(exception);
            return (null, "What the customer saved could not be opened.");
        }
    }

    private async Task<(ChargeInstrument? Instrument, string? NotSent)> OpenCardAsync(
        string merchant, string token, InstrumentSecret? secret) =>
        await instruments.OpenCardAsync(merchant, token) is { } card && secret?.SecurityCode is { } code
            ? (new ChargeInstrument.TypedCard(new CardDetails
            {
                Number = card.Number,
                ExpiryMonth = card.ExpiryMonth,
                ExpiryYear = card.ExpiryYear,
                SecurityCode = code,
                HolderName = card.HolderName,
            }), null)
            : (null, "The card is not in the vault any more.");

    private async Task<ResolvedInstrument> FindAsync(
        string merchant, string customer, PaymentMethod method, InstrumentChoice choice, Secret? securityCode)
    {
        var reply = await instruments.FindAsync(merchant, customer, choice);
        return reply switch
        {
            // A wallet that is not linked is paid from on its own page.
            { Refusal: not null } when choice.Wallet is not null => new ResolvedInstrument { Method = method },
            { Refusal: { } refusal } => ResolvedInstrument.Refused(method, refusal),
            { Value: { InVault: true } } when securityCode is null => ResolvedInstrument.Refused(method, Refusal.Of(
                ErrorCode.MissingField, "This card needs its security code.", "card.cvv")),
            { Value: { } found } => new ResolvedInstrument
            {
                Method = found.Method,
                Secret = new InstrumentSecret
                {
                    SecurityCode = securityCode, Provider = found.Provider, Link = found.Link,
                },
            },
            _ => throw new InvalidOperationException("A reply has neither a value nor a refusal."),
        };
    }

    // The consent is stored before the card leaves: what is kept, was agreed to.
    private async Task<ResolvedInstrument> AgreeAsync(
        string merchant, string customer, PaymentMethod method, CardDetails card, string consent)
    {
        var reply = await instruments.AgreeToCardAsync(merchant, customer, new AgreeToCard
        {
            Last4 = card.Number.Last4,
            ExpiryMonth = card.ExpiryMonth,
            ExpiryYear = card.ExpiryYear,
            ConsentText = consent,
        });
        return reply.Refusal is { } refusal
            ? ResolvedInstrument.Refused(method, refusal)
            : new ResolvedInstrument
            {
                Method = method, Secret = new InstrumentSecret { Card = card, SavesCard = true },
            };
    }

    // The payment does not fail because the provider cannot be told whose card it is to save.
    private async Task<CardSaving?> SavingAsync(
        PaymentKey key, PaymentState state, AttemptState attempt, InstrumentSecret secret)
    {
        if (!secret.SavesCard || state.Customer.Id is not { } customer)
        {
            return null;
        }

        try
        {
            return new CardSaving(await instruments.OpenAccountAsync(key.Merchant, customer, attempt.Provider));
        }
        catch (InstrumentsUnavailableException exception)
        {
            LogNotKept(exception, attempt.Provider);
            return new CardSaving(null);
        }
    }

    [LoggerMessage(
        LogEvents.InstrumentUnresolved,
        LogLevel.Warning,
        "The instrument's credentials could not be read; nothing was sent")]
    private partial void LogUnavailable(Exception exception);

    [LoggerMessage(
        LogEvents.InstrumentNotSaved,
        LogLevel.Warning,
        "{Provider} has no record of the customer; the card may not be saved")]
    private partial void LogNotKept(Exception exception, string provider);
}
