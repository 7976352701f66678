using System.Collections.Immutable;
using System.Text.RegularExpressions;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

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
            "vpa", 255, "The customer's UPI id; for collect alone.", VpaForm(), "must be a UPI id such as name@bank"));

    private static readonly BodyShape Card = new(
        "CardRequest",
        new Field
        {
            Name = "number",
            Kind = FieldKind.CardNumber,
            Required = true,
            Code = ErrorCode.CardInvalid,
            Rule = "must be a card number: a string of 12 to 19 digits of which the last is right",
            Meaning = "The card's number.",
            Example = "\"4111111111111111\"",
        },
        Field.Integer("expiry_month", 1, 12, "The month of expiry.")
            with { Required = true, Code = ErrorCode.CardInvalid, Example = "12" },
        Field.Integer("expiry_year", 2000, 2999, "The year of expiry, four digits.")
            with { Required = true, Code = ErrorCode.CardInvalid, Example = "2030" },
        new Field
        {
            Name = "cvv",
            Kind = FieldKind.SecurityCode,
            Required = true,
            Code = ErrorCode.CardInvalid,
            Rule = "must be a string of three digits, or four for American Express",
            Meaning = "The security code. It is never stored.",
            Example = "\"123\"",
        },
        Field.Text("name", 100, "The holder's name as on the card.") with { Required = true, Example = "\"A Customer\"" });

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
        Field.Object("card", Card, "The card, for method card."),
        Field.Object("wallet", Wallet, "The wallet, for method wallet."),
        Field.Object("netbanking", Netbanking, "The bank, for method netbanking."),
    ];

    /// <summary>What a body says; null if it says nothing that can be used, which then stands in <paramref
    /// name="errors"/>.</summary>
    public static PaymentMethod? Read(Body body, DateTimeOffset now, InputErrors errors, out CardDetails? card)
    {
        card = null;
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
            PaymentMethodKind.Card => ReadCard(body.Object(word), now, errors, out card),
            PaymentMethodKind.Wallet => new PaymentMethod { Kind = kind, Wallet = body.Object(word)?.Text("provider") },
            PaymentMethodKind.Netbanking => new PaymentMethod { Kind = kind, Bank = body.Object(word)?.Text("bank") },
        };
    }

    private static PaymentMethod ReadUpi(Body? upi, InputErrors errors)
    {
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

        return new PaymentMethod
        {
            Kind = PaymentMethodKind.Upi, Flow = flow, Vpa = upi?.Text("vpa")?.ToLowerInvariant(),
        };
    }

    private static PaymentMethod? ReadCard(Body? body, DateTimeOffset now, InputErrors errors, out CardDetails? card)
    {
        card = null;
        if (body?.CardNumber("number") is not { } number
            || body.Integer("expiry_month") is not { } month
            || body.Integer("expiry_year") is not { } year
            || body.Secret("cvv") is not { } code
            || body.Text("name") is not { } name
            || errors.Any)
        {
            return null;
        }

        if (!CardRules.IsSecurityCode(code.Reveal(), number))
        {
            errors.Add(
                ErrorCode.CardInvalid, "card.cvv", "must be a string of three digits, or four for American Express");
        }

        if (CardRules.IsOver((int)year, (int)month, now))
        {
            errors.Add(
                ErrorCode.CardInvalid,
                month >= CardRules.Today(now).Month ? "card.expiry_year" : "card.expiry_month",
                "is over");
        }
        else if (CardRules.IsTooFar((int)year, now))
        {
            errors.Add(ErrorCode.CardInvalid, "card.expiry_year", $"is more than {CardRules.MaxYears} years away");
        }

        card = new CardDetails
        {
            Number = number,
            ExpiryMonth = (int)month,
            ExpiryYear = (int)year,
            SecurityCode = code,
            HolderName = name,
        };
        return new PaymentMethod
        {
            Kind = PaymentMethodKind.Card, CardLast4 = number.Last4, CardNetwork = number.Network,
        };
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
