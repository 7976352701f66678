using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>What a payment is to be paid with, as a body says it.</summary>
internal sealed record PaymentWay
{
    public required PaymentMethod Method { get; init; }

    /// <summary>The card that was typed in.</summary>
    public CardDetails? Card { get; init; }

    /// <summary>What the customer saved.</summary>
    public InstrumentChoice? Instrument { get; init; }

    /// <summary>A saved card's security code.</summary>
    public Secret? SecurityCode { get; init; }

    /// <summary>The text by which the customer agreed that the card is kept.</summary>
    public string? CardConsent { get; init; }

    public static PaymentWay Of(PaymentMethod method) => new() { Method = method };
}
