using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>What a payment is paid with, as bodies say it: the fields that starting and confirming a payment
/// share.</summary>
internal static class InstrumentRequest
{
    /// <summary>The kind of instrument.</summary>
    public static readonly RequiredField<PaymentMethodKind> Method =
        Field.Word("method", PaymentWords.Methods, "The kind of instrument.") with { Example = "\"upi\"" };

    private static readonly Field<Body?> Upi =
        Field.Object("upi", UpiRequest.Shape, "How to pay by UPI; intent if it is left out.").Optional();

    private static readonly Field<Body?> Card =
        Field.Object("card", CardRequest.Shape, "The card, for method card.").Optional();

    private static readonly RequiredField<string> WalletCode = Field.Text(
        "provider",
        32,
        "The wallet's code, such as mobikwik.",
        PaymentPatterns.Wallet(),
        "must be 2 to 32 lower-case letters, digits or '_'") with
    {
        Example = "\"mobikwik\"",
    };

    private static readonly Field<Body?> Wallet = Field.Object(
        "wallet", new BodyShape("WalletRequest", WalletCode), "The wallet, for method wallet.").Optional();

    private static readonly RequiredField<string> BankCode = Field.Text(
        "bank",
        8,
        "The bank's code, such as HDFC.",
        PaymentPatterns.Bank(),
        "must be a bank's code such as HDFC or PUNB_R")
        with
    {
        Example = "\"HDFC\"",
    };

    private static readonly Field<Body?> Netbanking = Field.Object(
        "netbanking", new BodyShape("NetbankingRequest", BankCode), "The bank, for method netbanking.").Optional();

    /// <summary>The details of each kind.</summary>
    public static readonly ImmutableArray<Field> Details = [Upi, Card, Wallet, Netbanking];

    /// <summary>The instrument; null if the body's cannot be used, which <paramref name="errors"/> then say.</summary>
    /// <param name="body">The body.</param>
    /// <param name="kind">Its method.</param>
    /// <param name="now">The time, which decides whether a card has expired.</param>
    /// <param name="errors">What is wrong with the body.</param>
    public static Instrument? Read(Body body, PaymentMethodKind kind, DateTimeOffset now, InputErrors errors)
    {
        var details = DetailsOf(kind);
        foreach (var other in Details)
        {
            if (other != details && body.Has(other))
            {
                errors.Add(ErrorCode.InvalidField, other.Name, $"does not belong to method {PaymentNames.Of(kind)}");
            }
        }

        if (kind == PaymentMethodKind.Upi)
        {
            return UpiRequest.Read(body.Get(Upi), errors);
        }

        if (body.IsAbsent(details))
        {
            errors.Add(ErrorCode.MissingField, details.Name, $"is needed for method {PaymentNames.Of(kind)}");
        }

        return body.Get(details) is { } given ? Read(kind, given, now, errors) : null;
    }

    private static Instrument? Read(
        PaymentMethodKind kind, Body details, DateTimeOffset now, InputErrors errors) => kind switch
        {
            PaymentMethodKind.Upi => UpiRequest.Read(details, errors),
            PaymentMethodKind.Card => CardRequest.Read(details, now, errors),
            PaymentMethodKind.Wallet when details.TryGet(WalletCode, out var code) =>
                new Instrument.LinkedWallet { Code = code },
            PaymentMethodKind.Netbanking when details.TryGet(BankCode, out var bank) =>
                new Instrument.Netbanking { Bank = bank },
            PaymentMethodKind.Wallet or PaymentMethodKind.Netbanking => null,
        };

    private static Field<Body?> DetailsOf(PaymentMethodKind kind) => kind switch
    {
        PaymentMethodKind.Upi => Upi,
        PaymentMethodKind.Card => Card,
        PaymentMethodKind.Wallet => Wallet,
        PaymentMethodKind.Netbanking => Netbanking,
    };
}
