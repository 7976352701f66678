using System.Diagnostics;
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
/// <param name="logger">Logs an unavailable customer service, and cards that no provider saves.</param>
public sealed partial class InstrumentResolver(IPaymentInstruments instruments, ILogger<InstrumentResolver> logger)
{
    /// <summary>Resolves an instrument; null where the command names none. A refusal is not the reply yet: a repeated
    /// request gets the first one's reply, though the card may be deleted since.</summary>
    /// <param name="key">The payment.</param>
    /// <param name="instrument">What the command names.</param>
    /// <param name="payer">The customer of the payment; null if it is not known.</param>
    public ValueTask<ResolvedInstrument?> ResolveAsync(PaymentKey key, Instrument? instrument, Customer? payer) =>
        instrument switch
        {
            null => default,
            Instrument.TypedCard { ConsentText: null } typed => new(
                Usable(typed, new InstrumentSecret.TypedCard(typed.Card, isSaved: false))),
            _ when !NeedsCustomer(instrument) => new(Usable(instrument)),
            _ when payer is { Id: { } customer, Unproven: not true } => new(
                ResolveSavedAsync(key.Merchant, customer, instrument)),
            // A wallet that is not linked is paid from on its own page.
            Instrument.LinkedWallet => new(Usable(instrument)),
            _ => new(new ResolvedInstrument.Refused(Refusal.Of(
                ErrorCode.InstrumentNotFound,
                "Saved instruments need a payment made with a secret key and a customer_id.",
                "customer_id"))),
        };

    /// <summary>Whether the customer's wallet is needed to know what an instrument is.</summary>
    public static bool NeedsCustomer(Instrument? instrument) =>
        instrument is Instrument.SavedCard or Instrument.SavedUpiId or Instrument.LinkedWallet
            or Instrument.TypedCard { ConsentText: not null };

    /// <summary>What an attempt is charged with, or why nothing is sent.</summary>
    public async ValueTask<(ChargeInstrument? Instrument, string? NotSent)> OpenAsync(
        PaymentKey key, PaymentState state, AttemptState attempt, InstrumentSecret? secret) => attempt.Method switch
        {
            { Kind: PaymentMethodKind.Upi, Flow: UpiFlow.Intent } => (new ChargeInstrument.UpiIntent(), null),
            { Kind: PaymentMethodKind.Upi, Flow: UpiFlow.Qr } => (new ChargeInstrument.UpiQr(), null),
            // A saved UPI ID is in the method itself.
            { Kind: PaymentMethodKind.Upi, Vpa: { } vpa } => (new ChargeInstrument.UpiCollect(vpa), null),
            { Kind: PaymentMethodKind.Netbanking, Bank: { } bank } => (new ChargeInstrument.Netbanking(bank), null),
            { Kind: PaymentMethodKind.Wallet, Saved: null, Wallet: { } code } =>
                (new ChargeInstrument.Wallet(code), null),
            { Kind: PaymentMethodKind.Card, Saved: null } when secret is InstrumentSecret.TypedCard typed =>
                (new ChargeInstrument.TypedCard(
                    typed.Card, typed.IsSaved ? await SavingAsync(key, state, attempt) : null), null),
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
                        kept,
                        attempt.Method.CardNetwork,
                        (secret as InstrumentSecret.ProviderCard)?.SecurityCode,
                        opened.ProviderCustomer), null);
        }
        catch (InstrumentsUnavailableException exception)
        {
            LogUnavailable(exception);
            return (null, "What the customer saved could not be opened.");
        }
    }

    private async Task<(ChargeInstrument? Instrument, string? NotSent)> OpenCardAsync(
        string merchant, string token, InstrumentSecret? secret) =>
        await instruments.OpenCardAsync(merchant, token) is { } card
            && secret is InstrumentSecret.VaultCard { SecurityCode: var code }
            ? (new ChargeInstrument.TypedCard(new CardDetails
            {
                Number = card.Number,
                ExpiryMonth = card.ExpiryMonth,
                ExpiryYear = card.ExpiryYear,
                SecurityCode = code,
                HolderName = card.HolderName,
            }), null)
            : (null, "The card is not in the vault any more.");

    private Task<ResolvedInstrument?> ResolveSavedAsync(string merchant, string customer, Instrument instrument) =>
        instrument switch
        {
            Instrument.TypedCard { ConsentText: { } consent } typed => AgreeAsync(merchant, customer, typed, consent),
            Instrument.SavedCard card => FindAsync(merchant, customer, new() { CardToken = card.Token }, card),
            Instrument.SavedUpiId upi => FindAsync(merchant, customer, new() { UpiId = upi.Id }, upi),
            Instrument.LinkedWallet wallet => FindAsync(merchant, customer, new() { Wallet = wallet.Code }, wallet),
            _ => throw new UnreachableException(),
        };

    private async Task<ResolvedInstrument?> FindAsync(
        string merchant, string customer, InstrumentChoice choice, Instrument instrument)
    {
        var reply = await instruments.FindAsync(merchant, customer, choice);
        return (reply, instrument) switch
        {
            // A wallet that is not linked is paid from on its own page.
            ({ Refusal: not null }, Instrument.LinkedWallet) => Usable(instrument),
            ({ Refusal: { } refusal }, _) => new ResolvedInstrument.Refused(refusal),
            ({ Value: { InVault: true } }, Instrument.SavedCard { SecurityCode: null }) =>
                new ResolvedInstrument.Refused(Refusal.Of(
                    ErrorCode.MissingField, "This card needs its security code.", "card.cvv")),
            ({ Value: { } found }, _) => new ResolvedInstrument.Usable(
                new StoredInstrument(found.Method, found.Link), SecretOf(instrument, found), found.Provider),
            _ => throw new InvalidOperationException("A reply has neither a value nor a refusal."),
        };
    }

    private static InstrumentSecret? SecretOf(Instrument instrument, FoundInstrument found) => instrument switch
    {
        Instrument.SavedCard { SecurityCode: { } code } when found.InVault => new InstrumentSecret.VaultCard(code),
        Instrument.SavedCard card => new InstrumentSecret.ProviderCard(card.SecurityCode),
        _ => null,
    };

    // The consent is stored before the card leaves: what is kept, was agreed to.
    private async Task<ResolvedInstrument?> AgreeAsync(
        string merchant, string customer, Instrument.TypedCard typed, string consent)
    {
        var reply = await instruments.AgreeToCardAsync(merchant, customer, new AgreeToCard
        {
            Last4 = typed.Card.Number.Last4,
            ExpiryMonth = typed.Card.ExpiryMonth,
            ExpiryYear = typed.Card.ExpiryYear,
            ConsentText = consent,
        });
        return reply.Refusal is { } refusal
            ? new ResolvedInstrument.Refused(refusal)
            : Usable(typed, new InstrumentSecret.TypedCard(typed.Card, isSaved: true));
    }

    private static ResolvedInstrument.Usable Usable(Instrument instrument, InstrumentSecret? secret = null) =>
        new(new StoredInstrument(PaymentMethod.Of(instrument)), secret);

    // The payment does not fail because the customer could not be registered at the provider that is to save the card.
    private async Task<CardSaving?> SavingAsync(PaymentKey key, PaymentState state, AttemptState attempt)
    {
        if (state.Customer.Id is not { } customer)
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
