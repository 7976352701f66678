namespace PaymentCluster.Grains.Abstractions.Secrets;

/// <summary>What a card payment needs from the customer. It travels with the command that starts an attempt, is held in
/// memory until the provider has been called, and is never journaled: PCI DSS 3.3.1 forbids keeping the security code
/// even encrypted.</summary>
[GenerateSerializer, Immutable, Alias("card-details")]
public sealed class CardDetails
{
    /// <summary>The card's number.</summary>
    [Id(0)]
    public required CardNumber Number { get; init; }

    /// <summary>The month of expiry, 1 to 12.</summary>
    [Id(1)]
    public required int ExpiryMonth { get; init; }

    /// <summary>The year of expiry, four digits.</summary>
    [Id(2)]
    public required int ExpiryYear { get; init; }

    /// <summary>The security code (CVV), three or four digits.</summary>
    [Id(3)]
    public required Secret SecurityCode { get; init; }

    /// <summary>The holder's name as on the card.</summary>
    [Id(4)]
    public required string HolderName { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"card {Number}";
}
