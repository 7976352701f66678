using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Merchants;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>Where an attempt of a payment goes, and where its customer returns to: gathers what the router may
/// know.</summary>
/// <param name="router">Chooses.</param>
/// <param name="merchants">The merchants' settings.</param>
/// <param name="instruments">What customers prefer.</param>
/// <param name="logger">Logs customers' preferences that cannot be read.</param>
public sealed partial class PaymentRoutes(
    IPaymentRouter router, IMerchantProfiles merchants, IPaymentInstruments instruments, ILogger<PaymentRoutes> logger)
{
    /// <summary>The route of a payment's next attempt; none if the command leaves the method open.</summary>
    public ValueTask<RoutingChoice> OfAttemptAsync(
        PaymentKey key,
        ResolvedInstrument? instrument,
        Abstractions.Amounts.Money amount,
        CaptureMode capture,
        ImmutableDictionary<string, string> metadata,
        Customer payer) =>
        instrument switch
        {
            null => default,
            ResolvedInstrument.Refused { Refusal: var refusal } => new(RoutingChoice.Refused(refusal)),
            ResolvedInstrument.Usable usable => ChooseAsync(
                key,
                new RoutingFacts
                {
                    Payment = key.Payment,
                    Method = usable.Stored.Method,
                    Amount = amount,
                    Capture = capture,
                    Card = (usable.Secret as InstrumentSecret.TypedCard)?.Card,
                    Only = usable.OnlyProvider,
                    Metadata = metadata,
                },
                payer),
            _ => throw new UnreachableException(),
        };

    /// <summary>Why the customer of a new payment may not be sent back to where it says; null if they may.</summary>
    public async ValueTask<Refusal?> ReturnRefusalAsync(string merchant, string? returnUrl, bool isByPage) =>
        returnUrl is not null && await merchants.GetAsync(merchant) is { } profile
            ? profile.CannotReturnTo(returnUrl, isByPage)
            : null;

    /// <summary>The route of the attempt that replaces a failed one. Only a proved failure that is the provider's
    /// own, or that of the way to it, goes on elsewhere; and nothing that this provider alone keeps.</summary>
    public ValueTask<RoutingChoice> OfNextAttemptAsync(
        PaymentKey key, PaymentState state, RecordOutcome report, InstrumentSecret? secret) =>
        report.Operation.Kind == OperationKind.Charge
            && report.Outcome is ProviderOutcome.NotSent
                or ProviderOutcome.Declined { Failure.Party: FailureParty.Provider }
            && state.AttemptOf(report.Operation) is { IsOpen: true } attempt
            && !IsConfined(attempt.Method, secret)
                ? ChooseAsync(
                    key,
                    new RoutingFacts
                    {
                        Payment = key.Payment,
                        Method = attempt.Method,
                        Amount = state.Amount,
                        Capture = state.Capture,
                        Card = (secret as InstrumentSecret.TypedCard)?.Card,
                        Metadata = state.Metadata,
                        Tried = state.ProvidersOf(attempt),
                    },
                    state.Customer)
                : default;

    private async ValueTask<RoutingChoice> ChooseAsync(PaymentKey key, RoutingFacts facts, Customer payer)
    {
        var merchant = await merchants.GetAsync(key.Merchant);
        return router.Choose(merchant, facts with
        {
            // Where there is nothing to choose, or no customer prefers anything, no wallet is read.
            Preferred = merchant is { CustomersPrefer: true, Providers.Length: > 1 } && facts.Only is null
                ? await PreferredByAsync(key, payer)
                : [],
        });
    }

    // The payment does not fail because a preference is unknown.
    private async ValueTask<ImmutableArray<string>> PreferredByAsync(PaymentKey key, Customer payer)
    {
        if (payer is not { Id: { } customer, Unproven: not true })
        {
            return [];
        }

        try
        {
            return await instruments.PreferredProvidersAsync(key.Merchant, customer);
        }
        catch (InstrumentsUnavailableException exception)
        {
            LogPreferenceUnknown(exception);
            return [];
        }
    }

    // What one provider keeps, no other can charge.
    private static bool IsConfined(PaymentMethod method, InstrumentSecret? secret) =>
        secret is InstrumentSecret.ProviderCard || method is { Kind: PaymentMethodKind.Wallet, Saved: not null };

    [LoggerMessage(
        LogEvents.PaymentPreferenceUnknown,
        LogLevel.Information,
        "The customer's preference is unavailable; the payment is routed without it")]
    private partial void LogPreferenceUnknown(Exception exception);
}
