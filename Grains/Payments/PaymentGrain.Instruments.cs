using System.Collections.Immutable;
using System.Data.Common;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Payments;

// What a payment is paid with, where the customer saved it or agrees to have it saved.
public sealed partial class PaymentGrain
{
    /// <summary>What a command brings to pay with.</summary>
    private sealed record Brought
    {
        public PaymentMethod? Method { get; init; }

        public ChargeMeans? Means { get; init; }

        /// <summary>Why it cannot be paid with; whether that matters is for the rules to say.</summary>
        public Refusal? Refusal { get; init; }

        public static Brought Refused(PaymentMethod method, Refusal refusal) => new() { Method = method, Refusal = refusal };
    }

    // What is only typed in asks nobody. A refusal is not the answer yet: a request that is sent again is answered as the
    // first one was, though the card may be gone since.
    private async ValueTask<Brought> BringAsync(
        PaymentMethod? method, CardDetails? card, InstrumentChoice? choice, Secret? securityCode, string? consent, Customer? payer)
    {
        if (method is null || (choice is null && consent is null))
        {
            return new Brought { Method = method, Means = card is null ? null : new ChargeMeans { Card = card } };
        }

        if (payer?.Id is not { } id || payer.Unproven is true)
        {
            return choice is { Wallet: not null }
                ? new Brought { Method = method }
                : Brought.Refused(method, Refusal.Of(
                    ErrorCode.InstrumentNotFound,
                    "What a customer saved is opened for a payment whose customer_id the merchant's server gave.",
                    "customer_id"));
        }

        var customer = GrainFactory.GetGrain<ICustomerGrain>($"{_key.Merchant}/{id}");
        return choice is null
            ? await AgreeAsync(customer, method, card!, consent!)
            : await FindAsync(customer, method, choice, securityCode);
    }

    private static async Task<Brought> FindAsync(
        ICustomerGrain customer, PaymentMethod method, InstrumentChoice choice, Secret? securityCode)
    {
        var reply = await customer.FindInstrument(choice);
        return reply switch
        {
            // A wallet that is not linked is paid from on its own page.
            { Refusal: not null } when choice.Wallet is not null => new Brought { Method = method },
            { Refusal: { } refusal } => Brought.Refused(method, refusal),
            { Value: { InVault: true } } when securityCode is null => Brought.Refused(method, Refusal.Of(
                ErrorCode.MissingField, "This card needs its security code.", "card.cvv")),
            { Value: { } found } => new Brought
            {
                Method = found.Method,
                Means = new ChargeMeans { SecurityCode = securityCode, Provider = found.Provider, Link = found.Link },
            },
            _ => throw new InvalidOperationException("A reply has neither a value nor a refusal."),
        };
    }

    // The consent is noted before the card leaves: what is kept, was agreed to.
    private static async Task<Brought> AgreeAsync(
        ICustomerGrain customer, PaymentMethod method, CardDetails card, string consent)
    {
        var reply = await customer.AgreeToCard(new AgreeToCard
        {
            Last4 = card.Number.Last4, ExpiryMonth = card.ExpiryMonth, ExpiryYear = card.ExpiryYear, ConsentText = consent,
        });
        return reply.Refusal is { } refusal
            ? Brought.Refused(method, refusal)
            : new Brought { Method = method, Means = new ChargeMeans { Card = card, SavesCard = true } };
    }

    // A wish: a payment does not fail because it could not be asked for.
    private async ValueTask<ImmutableArray<string>> PreferredBy(Customer payer)
    {
        if (payer is not { Id: { } id, Unproven: not true })
        {
            return [];
        }

        try
        {
            return await GrainFactory.GetGrain<ICustomerGrain>($"{_key.Merchant}/{id}").PreferredProviders();
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or OrleansException)
        {
            LogPreferenceUnknown(exception);
            return [];
        }
    }

    // What one provider keeps, no other can charge.
    private static bool IsConfined(PaymentMethod method, ChargeMeans? means) =>
        means?.Provider is not null || method is { Kind: PaymentMethodKind.Wallet, Saved: not null };
}
