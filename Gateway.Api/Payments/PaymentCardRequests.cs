using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>A card, as bodies say it: typed in, or the token of one that the customer saved.</summary>
internal static class PaymentCardRequests
{
    /// <summary>The card's number.</summary>
    public static readonly Field Number = new()
    {
        Name = "number",
        Kind = FieldKind.CardNumber,
        Code = ErrorCode.CardInvalid,
        Rule = "must be a card number: a string of 12 to 19 digits of which the last is right",
        Meaning = "The card's number.",
        Example = "\"4111111111111111\"",
    };

    /// <summary>The month of expiry.</summary>
    public static readonly Field ExpiryMonth = Field.Integer("expiry_month", 1, 12, "The month of expiry.")
        with { Code = ErrorCode.CardInvalid, Example = "12" };

    /// <summary>The year of expiry.</summary>
    public static readonly Field ExpiryYear = Field.Integer("expiry_year", 2000, 2999, "The year of expiry, four digits.")
        with { Code = ErrorCode.CardInvalid, Example = "2030" };

    /// <summary>The holder's name.</summary>
    public static readonly Field Holder = Field.Text("name", 100, "The holder's name as on the card.")
        with { Example = "\"A Customer\"" };

    /// <summary>The customer's agreement.</summary>
    public static readonly BodyShape Consent = new(
        "ConsentRequest",
        Field.Flag("agreed", "Whether the customer agreed explicitly; only true saves a card.")
            with { Required = true, Example = "true" },
        Field.Text("text_version", 64, "The version of the text that the customer read.")
            with { Required = true, Example = "\"2026-04\"" });

    private const string Code = "must be a string of three digits, or four for American Express";

    /// <summary>The card of a payment.</summary>
    public static readonly BodyShape Card = new(
        "CardRequest",
        Number,
        ExpiryMonth,
        ExpiryYear,
        new Field
        {
            Name = "cvv",
            Kind = FieldKind.SecurityCode,
            Code = ErrorCode.CardInvalid,
            Rule = Code,
            Meaning = "The security code. It is never stored.",
            Example = "\"123\"",
        },
        Holder,
        Field.Text("token", 64, "A saved card's token, instead of number, expiry and name; with customer_id."),
        Field.Object("save", Consent, "Have the provider keep the card for the customer's next payments; with customer_id."));

    /// <summary>What a body says; null if it says nothing that can be used, which then stands in <paramref
    /// name="errors"/>.</summary>
    public static PaymentWay? Read(Body? body, DateTimeOffset now, InputErrors errors)
    {
        if (body?.Text("token") is { } token)
        {
            return ReadSaved(body, token, errors);
        }

        if (body is not null)
        {
            foreach (var needed in (string[])["number", "expiry_month", "expiry_year", "cvv", "name"])
            {
                if (!body.Mentions(needed))
                {
                    errors.Add(ErrorCode.MissingField, $"card.{needed}", "is missing");
                }
            }
        }

        if (body?.CardNumber("number") is not { } number
            || body.Integer("expiry_month") is not { } month
            || body.Integer("expiry_year") is not { } year
            || body.Secret("cvv") is not { } code
            || body.Text("name") is not { } name
            || errors.Any)
        {
            if (!errors.Any)
            {
                errors.Add(ErrorCode.MissingField, "card", "has a member that must not be null");
            }

            return null;
        }

        if (!CardRules.IsSecurityCode(code.Reveal(), number))
        {
            errors.Add(ErrorCode.CardInvalid, "card.cvv", Code);
        }

        CheckExpiry((int)year, (int)month, now, "card.", errors);
        return new PaymentWay
        {
            Method = new PaymentMethod
            {
                Kind = PaymentMethodKind.Card, CardLast4 = number.Last4, CardNetwork = number.Network,
            },
            Card = new CardDetails
            {
                Number = number, ExpiryMonth = (int)month, ExpiryYear = (int)year, SecurityCode = code, HolderName = name,
            },
            CardConsent = ReadConsent(body, "save", "card.save", errors),
        };
    }

    /// <summary>The version of the text that the customer agreed to; null if the body says nothing of it, or if the customer
    /// did not agree, which then stands in <paramref name="errors"/>.</summary>
    public static string? ReadConsent(Body body, string name, string path, InputErrors errors)
    {
        if (body.Object(name) is not { } consent)
        {
            return null;
        }

        if (consent.Flag("agreed") is not true)
        {
            errors.Add(ErrorCode.ConsentRequired, $"{path}.agreed", "must be true: a card is kept only if the customer agreed");
            return null;
        }

        return consent.Text("text_version");
    }

    /// <summary>Refuses an expiry that is over or too far away.</summary>
    public static void CheckExpiry(int year, int month, DateTimeOffset now, string path, InputErrors errors)
    {
        if (CardRules.IsOver(year, month, now))
        {
            errors.Add(
                ErrorCode.CardInvalid,
                month >= CardRules.Today(now).Month ? $"{path}expiry_year" : $"{path}expiry_month",
                "is over");
        }
        else if (CardRules.IsTooFar(year, now))
        {
            errors.Add(ErrorCode.CardInvalid, $"{path}expiry_year", $"is more than {CardRules.MaxYears} years away");
        }
    }

    private static PaymentWay ReadSaved(Body body, string token, InputErrors errors)
    {
        foreach (var other in (string[])["number", "expiry_month", "expiry_year", "name", "save"])
        {
            if (body.Mentions(other))
            {
                errors.Add(ErrorCode.InvalidField, $"card.{other}", "does not belong to a saved card");
            }
        }

        return PaymentWay.Of(new PaymentMethod { Kind = PaymentMethodKind.Card }) with
        {
            Instrument = new InstrumentChoice { CardToken = token }, SecurityCode = body.Secret("cvv"),
        };
    }
}
