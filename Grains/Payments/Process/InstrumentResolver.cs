using Microsoft.Extensions.Logging;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
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
    public async Task<(ChargeCredentials? Credentials, ProviderOutcome? Refusal)> OpenAsync(
        PaymentKey key, PaymentState state, AttemptState attempt, InstrumentSecret? secret)
    {
        if (ChoiceOf(attempt.Method) is not { } choice || state.Customer.Id is not { } customer)
        {
            var account = await KeepingAccountAsync(key, state, attempt, secret);
            return (new ChargeCredentials { Card = secret?.Card, ProviderCustomer = account }, null);
        }

        try
        {
            var reply = await instruments.OpenAsync(key.Merchant, customer, choice);
            return reply.Value is not { } opened ? NotSent(reply.Refusal!.Detail)
                // Status queries of the charge go by the link that the attempt began with.
                : attempt.Link is not null && opened.Link != attempt.Link
                    ? NotSent("The wallet was linked again since.")
                : await OpenAsync(key.Merchant, attempt.Method, opened, secret);
        }
        catch (InstrumentsUnavailableException exception)
        {
            LogUnavailable(exception);
            return NotSent("What the customer saved could not be opened.");
        }
    }

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

    // The payment does not fail because the provider cannot be told whose card it is to keep.
    private async Task<string?> KeepingAccountAsync(
        PaymentKey key, PaymentState state, AttemptState attempt, InstrumentSecret? secret)
    {
        if (secret is not { SavesCard: true } || state.Customer.Id is not { } customer)
        {
            return null;
        }

        try
        {
            return await instruments.OpenAccountAsync(key.Merchant, customer, attempt.Provider);
        }
        catch (InstrumentsUnavailableException exception)
        {
            LogNotKept(exception, attempt.Provider);
            return null;
        }
    }

    private async Task<(ChargeCredentials?, ProviderOutcome?)> OpenAsync(
        string merchant, PaymentMethod method, OpenedInstrument opened, InstrumentSecret? secret)
    {
        if (opened.VaultToken is { } token)
        {
            return await instruments.OpenCardAsync(merchant, token) is { } card && secret?.SecurityCode is { } code
                ? Sent(new ChargeCredentials
                {
                    Card = new CardDetails
                    {
                        Number = card.Number,
                        ExpiryMonth = card.ExpiryMonth,
                        ExpiryYear = card.ExpiryYear,
                        SecurityCode = code,
                        HolderName = card.HolderName,
                    },
                })
                : NotSent("The card is not in the vault any more.");
        }

        return opened.ProviderToken is not { } kept ? NotSent("The provider gave no token.")
            : method.Kind == PaymentMethodKind.Card
                ? Sent(new ChargeCredentials
                {
                    SavedCard = new SavedCard { Token = kept, SecurityCode = secret?.SecurityCode },
                    ProviderCustomer = opened.ProviderCustomer,
                })
                : Sent(new ChargeCredentials { WalletToken = kept });
    }

    // A saved UPI id is in the method itself.
    private static InstrumentChoice? ChoiceOf(PaymentMethod method) => method switch
    {
        { Saved: null } => null,
        { Kind: PaymentMethodKind.Card } => new InstrumentChoice { CardToken = method.Saved },
        { Kind: PaymentMethodKind.Wallet } => new InstrumentChoice { Wallet = method.Wallet },
        _ => null,
    };

    private static (ChargeCredentials?, ProviderOutcome?) Sent(ChargeCredentials credentials) => (credentials, null);

    private static (ChargeCredentials?, ProviderOutcome?) NotSent(string reason) =>
        (null, new ProviderOutcome.NotSent { Reason = reason });

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
