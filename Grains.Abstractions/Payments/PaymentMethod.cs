using System.Diagnostics;

namespace PaymentCluster.Grains.Abstractions.Payments;

/// <summary>The kinds of instrument.</summary>
public enum PaymentMethodKind
{
    /// <summary>India's Unified Payments Interface.</summary>
    Upi = 1,

    /// <summary>A credit or debit card.</summary>
    Card = 2,

    /// <summary>A prepaid wallet at a provider.</summary>
    Wallet = 3,

    /// <summary>A transfer from the customer's bank account through its site.</summary>
    Netbanking = 4,
}

/// <summary>How a UPI payment reaches the customer's app.</summary>
public enum UpiFlow
{
    /// <summary>A <c>upi://pay</c> link that opens an app on the customer's phone.</summary>
    Intent = 1,

    /// <summary>The same link as a QR code for another device's camera.</summary>
    Qr = 2,

    /// <summary>A request to a typed UPI ID; withdrawn by NPCI on 28 February 2026 but for exempt merchants.</summary>
    Collect = 3,
}

/// <summary>What a customer pays with, as far as it may be kept: card data is not part of it.</summary>
[GenerateSerializer, Immutable, Alias("payment-method")]
public sealed record PaymentMethod
{
    /// <summary>The kind; it says which of the other members are set.</summary>
    [Id(0)]
    public required PaymentMethodKind Kind { get; init; }

    /// <summary>UPI: the flow.</summary>
    [Id(1)]
    public UpiFlow? Flow { get; init; }

    /// <summary>UPI collect: the customer's UPI ID, lower case.</summary>
    [Id(2)]
    public string? Vpa { get; init; }

    /// <summary>Card: the last four digits.</summary>
    [Id(3)]
    public string? CardLast4 { get; init; }

    /// <summary>Card: the network, lower case.</summary>
    [Id(4)]
    public string? CardNetwork { get; init; }

    /// <summary>Wallet: its code at the provider, such as <c>mobikwik</c>.</summary>
    [Id(5)]
    public string? Wallet { get; init; }

    /// <summary>Netbanking: the bank's four-letter code, such as <c>HDFC</c>.</summary>
    [Id(6)]
    public string? Bank { get; init; }

    /// <summary>The customer's saved instrument that it is: a card's token, a UPI ID's id, <c>wallet:…</c>;
    /// null for one that was typed in.</summary>
    [Id(7)]
    public string? Saved { get; init; }

    /// <summary>What may be stored of an instrument, as far as it says itself: of a saved one the customer's wallet
    /// says the rest.</summary>
    public static PaymentMethod Of(Instrument instrument) => instrument switch
    {
        Instrument.UpiIntent => Intent,
        Instrument.UpiQr => QrCode,
        Instrument.UpiId upi => Collect with { Vpa = upi.Vpa },
        Instrument.SavedUpiId => Collect,
        Instrument.TypedCard { Card.Number: var number } =>
            new() { Kind = PaymentMethodKind.Card, CardLast4 = number.Last4, CardNetwork = number.Network },
        Instrument.SavedCard => new() { Kind = PaymentMethodKind.Card },
        Instrument.Wallet wallet => new() { Kind = PaymentMethodKind.Wallet, Wallet = wallet.Code },
        Instrument.LinkedWallet wallet => new() { Kind = PaymentMethodKind.Wallet, Wallet = wallet.Code },
        Instrument.Netbanking netbanking => new() { Kind = PaymentMethodKind.Netbanking, Bank = netbanking.Bank },
        _ => throw new UnreachableException(),
    };

    private static PaymentMethod Intent { get; } = new() { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Intent };

    private static PaymentMethod QrCode { get; } = new() { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Qr };

    private static PaymentMethod Collect { get; } = new() { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Collect };
}

/// <summary>Who pays: the details that providers need, and the merchant's own id of the customer.</summary>
[GenerateSerializer, Immutable, Alias("customer")]
public sealed record Customer
{
    /// <summary>The merchant's id of the customer.</summary>
    [Id(0)]
    public string? Id { get; init; }

    /// <summary>Name.</summary>
    [Id(1)]
    public string? Name { get; init; }

    /// <summary>E-mail address.</summary>
    [Id(2)]
    public string? Email { get; init; }

    /// <summary>Phone number, digits with an optional leading plus.</summary>
    [Id(3)]
    public string? Phone { get; init; }

    /// <summary>The address that the customer's device has; some providers score it.</summary>
    [Id(4)]
    public string? IpAddress { get; init; }

    /// <summary>The customer's browser, as it names itself.</summary>
    [Id(5)]
    public string? UserAgent { get; init; }

    /// <summary>True where a browser alone says who pays: nothing that the customer saved is opened for such a payment.
    /// Null: the merchant's server says it.</summary>
    [Id(6)]
    public bool? Unproven { get; init; }
}
