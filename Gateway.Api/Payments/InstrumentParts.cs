using System.Diagnostics;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>An instrument as the payment commands carry it. This is the one place that knows both.</summary>
internal readonly record struct InstrumentParts(
    PaymentMethod Method, CardDetails? Card, InstrumentChoice? Choice, Secret? SecurityCode, string? CardConsent)
{
    /// <summary>The parts of an instrument.</summary>
    public static InstrumentParts Of(InstrumentInput instrument) => instrument switch
    {
        InstrumentInput.UpiIntent => Of(UpiFlow.Intent),
        InstrumentInput.UpiQr => Of(UpiFlow.Qr),
        InstrumentInput.UpiId upi => Of(UpiFlow.Collect, upi.Vpa),
        InstrumentInput.SavedUpiId saved => Of(UpiFlow.Collect) with { Choice = new() { UpiId = saved.Id } },
        InstrumentInput.TypedCard typed => new(
            new()
            {
                Kind = PaymentMethodKind.Card,
                CardLast4 = typed.Card.Number.Last4,
                CardNetwork = typed.Card.Number.Network,
            },
            typed.Card,
            null,
            null,
            typed.ConsentText),
        InstrumentInput.SavedCard saved => new(
            new() { Kind = PaymentMethodKind.Card }, null, new() { CardToken = saved.Token }, saved.SecurityCode, null),
        InstrumentInput.Wallet wallet => OfWallet(wallet.Code),
        InstrumentInput.LinkedWallet linked => OfWallet(linked.Code) with { Choice = new() { Wallet = linked.Code } },
        InstrumentInput.Netbanking bank => new(
            new() { Kind = PaymentMethodKind.Netbanking, Bank = bank.Bank }, null, null, null, null),
        _ => throw new UnreachableException(),
    };

    /// <summary>The command that confirms a payment with an instrument.</summary>
    public static ConfirmPayment ToConfirm(InstrumentInput instrument)
    {
        var parts = Of(instrument);
        return new ConfirmPayment
        {
            Method = parts.Method,
            Card = parts.Card,
            Instrument = parts.Choice,
            SecurityCode = parts.SecurityCode,
            CardConsent = parts.CardConsent,
        };
    }

    private static InstrumentParts Of(UpiFlow flow, string? vpa = null) =>
        new(new() { Kind = PaymentMethodKind.Upi, Flow = flow, Vpa = vpa }, null, null, null, null);

    private static InstrumentParts OfWallet(string code) =>
        new(new() { Kind = PaymentMethodKind.Wallet, Wallet = code }, null, null, null, null);
}
