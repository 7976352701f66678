using System.Collections.Immutable;
using System.Text.RegularExpressions;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>What a payment is paid with, as bodies say it: the part that starting and confirming a payment
/// share.</summary>
internal static partial class PaymentMethodRequests
{
    private const int MatchTimeout = 100;

    private static readonly BodyShape Upi = new(
        "UpiRequest",
        Field.Choice(
            "flow", "How the payment reaches the customer's app.", [.. PaymentNames.All<UpiFlow>(PaymentNames.Of)])
            with { Example = "\"intent\"" },
        Field.Text(
            "vpa", 255, "The customer's UPI id; for collect alone.", VpaForm(), "must be a UPI id such as name@bank"),
        Field.Text("id", 64, "The id of a UPI id that the customer saved, instead of flow and vpa; with customer_id."));

    private static readonly BodyShape Wallet = new(
        "WalletRequest",
        Field.Text(
            "provider",
            32,
            "The wallet's code, such as mobikwik.",
            WalletForm(),
            "must be 2 to 32 lower-case letters, digits or '_'")
            with { Required = true, Example = "\"mobikwik\"" });

    private static readonly BodyShape Netbanking = new(
        "NetbankingRequest",
        Field.Text(
            "bank", 8, "The bank's code, such as HDFC.", BankForm(), "must be a bank's code such as HDFC or PUNB_R")
            with { Required = true, Example = "\"HDFC\"" });

    /// <summary>The members that say what a payment is paid with.</summary>
    public static ImmutableArray<Field> Fields(bool required) =>
    [
        Field.Choice("method", "The kind of instrument.", [.. PaymentNames.All<PaymentMethodKind>(PaymentNames.Of)])
            with { Required = required, Example = "\"upi\"" },
        Field.Object("upi", Upi, "How to pay by UPI; intent if it is left out."),
        Field.Object("card", PaymentCardRequests.Card, "The card, for method card."),
        Field.Object("wallet", Wallet, "The wallet, for method wallet."),
        Field.Object("netbanking", Netbanking, "The bank, for method netbanking."),
    ];

    /// <summary>What a body says; null if it says nothing that can be used, which then stands in <paramref
    /// name="errors"/>.</summary>
    public static PaymentWay? Read(Body body, DateTimeOffset now, InputErrors errors)
    {
        if (body.Text("method") is not { } word)
        {
            return null;
        }

        foreach (var other in PaymentNames.All<PaymentMethodKind>(PaymentNames.Of))
        {
            if (other != word && body.Object(other) is not null)
            {
                errors.Add(ErrorCode.InvalidField, other, $"does not belong to method {word}");
            }
        }

        var kind = PaymentNames.Parse<PaymentMethodKind>(word, PaymentNames.Of)!.Value;
        if (kind != PaymentMethodKind.Upi && !body.Mentions(word))
        {
            errors.Add(ErrorCode.MissingField, word, $"is needed for method {word}");
            return null;
        }

        return kind switch
        {
            PaymentMethodKind.Upi => ReadUpi(body.Object(word), errors),
            PaymentMethodKind.Card => PaymentCardRequests.Read(body.Object(word), now, errors),
            PaymentMethodKind.Wallet => ReadWallet(body.Object(word)),
            PaymentMethodKind.Netbanking => PaymentWay.Of(
                new PaymentMethod { Kind = kind, Bank = body.Object(word)?.Text("bank") }),
        };
    }

    // A wallet that the customer linked is debited without its page; which one is linked, the customer's grain knows.
    private static PaymentWay ReadWallet(Body? body) =>
        PaymentWay.Of(new PaymentMethod { Kind = PaymentMethodKind.Wallet, Wallet = body?.Text("provider") }) with
        {
            Instrument = body?.Text("provider") is { } code ? new InstrumentChoice { Wallet = code } : null,
        };

    private static PaymentWay ReadUpi(Body? upi, InputErrors errors)
    {
        if (upi?.Text("id") is { } id)
        {
            foreach (var other in (string[])["flow", "vpa"])
            {
                if (upi.Text(other) is not null)
                {
                    errors.Add(ErrorCode.InvalidField, $"upi.{other}", "does not belong to a saved UPI id");
                }
            }

            return PaymentWay.Of(new PaymentMethod { Kind = PaymentMethodKind.Upi, Flow = UpiFlow.Collect }) with
            {
                Instrument = new InstrumentChoice { UpiId = id },
            };
        }

        var flow = upi?.Text("flow") is { } word
            ? PaymentNames.Parse<UpiFlow>(word, PaymentNames.Of)!.Value
            : UpiFlow.Intent;
        var mentionsVpa = upi?.Mentions("vpa") ?? false;
        if (flow == UpiFlow.Collect && !mentionsVpa)
        {
            errors.Add(ErrorCode.MissingField, "upi.vpa", "is needed for flow collect");
        }
        else if (flow != UpiFlow.Collect && upi?.Text("vpa") is not null)
        {
            errors.Add(ErrorCode.InvalidField, "upi.vpa", $"does not belong to flow {PaymentNames.Of(flow)}");
        }

        return PaymentWay.Of(new PaymentMethod
        {
            Kind = PaymentMethodKind.Upi, Flow = flow, Vpa = upi?.Text("vpa")?.ToLowerInvariant(),
        });
    }

    /// <summary>Whether a text is a UPI id, such as <c>name@bank</c>.</summary>
    public static bool IsVpa(string text) => VpaForm().IsMatch(text);

    // NPCI: a handle after one '@', and before it letters, digits, '.', '-' and '_'.
    [GeneratedRegex("^[A-Za-z0-9._-]{2,190}@[A-Za-z][A-Za-z0-9.-]{1,63}$", RegexOptions.None, MatchTimeout)]
    private static partial Regex VpaForm();

    [GeneratedRegex("^[a-z0-9_]{2,32}$", RegexOptions.None, MatchTimeout)]
    private static partial Regex WalletForm();

    // The first four letters of the bank's IFSC, with a mark where a bank has several kinds of account.
    [GeneratedRegex("^[A-Z]{4}(_[A-Z]{1,3})?$", RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex BankForm();
}
