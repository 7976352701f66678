using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>What a command names to pay with: typed in, chosen from what the customer saved, or left open.</summary>
/// <param name="Method">The method; null if it is left open.</param>
/// <param name="Card">The card that was typed in.</param>
/// <param name="Choice">What of the customer's saved instruments was chosen.</param>
/// <param name="SecurityCode">The security code of a saved card.</param>
/// <param name="Consent">The words with which the customer agreed that the card is kept.</param>
public readonly record struct NamedInstrument(
    PaymentMethod? Method, CardDetails? Card, InstrumentChoice? Choice, Secret? SecurityCode, string? Consent)
{
    /// <summary>Whether the customer's wallet is needed to know what it is.</summary>
    public bool NeedsCustomer => Choice is not null || Consent is not null;

    /// <summary>What a payment is started with.</summary>
    public static NamedInstrument Of(StartPayment command) =>
        new(command.Method, command.Card, command.Instrument, command.SecurityCode, command.CardConsent);

    /// <summary>What a payment is confirmed with.</summary>
    public static NamedInstrument Of(ConfirmPayment command) =>
        new(command.Method, command.Card, command.Instrument, command.SecurityCode, command.CardConsent);
}

/// <summary>An instrument with its halves apart: what is stored of it, and what is not.</summary>
public sealed record ResolvedInstrument
{
    /// <summary>What is stored of it; null if the command left the method open.</summary>
    public PaymentMethod? Method { get; init; }

    /// <summary>What is not stored; null where nothing secret is needed.</summary>
    public InstrumentSecret? Secret { get; init; }

    /// <summary>Why it cannot be used; whether that matters is for the rules to say.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>One that cannot be used.</summary>
    public static ResolvedInstrument Refused(PaymentMethod method, Refusal refusal) =>
        new() { Method = method, Refusal = refusal };
}
