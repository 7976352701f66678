using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>A card, as bodies say it: typed in, or the token of one that the customer saved.</summary>
internal static class CardRequest
{
    /// <summary>The card's number.</summary>
    public static readonly RequiredField<CardNumber> Number = Field.Card(
        "number",
        "The card's number.",
        "must be a card number: a string of 12 to 19 digits with a valid check digit") with
    {
        Example = "\"4111111111111111\"",
    };

    /// <summary>The month of expiry.</summary>
    public static readonly RequiredField<int> ExpiryMonth = Field.Integer(
        "expiry_month", 1, 12, "The month of expiry.") with
    {
        Code = ErrorCode.CardInvalid,
        Example = "12",
    };

    /// <summary>The year of expiry.</summary>
    public static readonly RequiredField<int> ExpiryYear = Field.Integer(
        "expiry_year", 2000, 2999, "The year of expiry, four digits.") with
    {
        Code = ErrorCode.CardInvalid,
        Example = "2030",
    };

    /// <summary>The holder's name.</summary>
    public static readonly RequiredField<string> Holder = Field.Text(
        "name", 100, "The holder's name as on the card.") with
    {
        Example = "\"A Customer\"",
    };

    private const string CodeRule = "must be a string of three digits, or four for American Express";

    private static readonly RequiredField<Secret> Code = Field.SecurityCode(
        "cvv", "The security code. It is never stored.", CodeRule) with
    {
        Example = "\"123\"",
    };

    private static readonly Field<CardNumber?> TypedNumber = Number.Optional();
    private static readonly Field<int?> TypedMonth = ExpiryMonth.Optional();
    private static readonly Field<int?> TypedYear = ExpiryYear.Optional();
    private static readonly Field<Secret?> TypedCode = Code.Optional();
    private static readonly Field<string?> TypedHolder = Holder.Optional();

    private static readonly Field<string?> Token = Field.Text(
        "token", 64, "A saved card's token, instead of number, expiry and name; needs customer_id.").Optional();

    private static readonly Field<Body?> Save = Field.Object(
        "save", ConsentRequest.Shape, "Save the card for the customer's next payments; needs customer_id.").Optional();

    /// <summary>The object.</summary>
    public static readonly BodyShape Shape = new(
        "CardRequest", TypedNumber, TypedMonth, TypedYear, TypedCode, TypedHolder, Token, Save);

    private static readonly ImmutableArray<Field> Typed =
        [TypedNumber, TypedMonth, TypedYear, TypedCode, TypedHolder];

    private static readonly ImmutableArray<Field> NotSaved =
        [TypedNumber, TypedMonth, TypedYear, TypedHolder, Save];

    /// <summary>The instrument; null if the object's cannot be used, which <paramref name="errors"/> then
    /// say.</summary>
    public static Instrument? Read(Body card, DateTimeOffset now, InputErrors errors) =>
        card.Get(Token) is { } token ? ReadSaved(card, token, errors) : ReadTyped(card, now, errors);

    /// <summary>Refuses an expiry that is over or too far away.</summary>
    public static void CheckExpiry(int year, int month, DateTimeOffset now, string prefix, InputErrors errors)
    {
        if (CardRules.IsOver(year, month, now))
        {
            var wrong = month >= CardRules.Today(now).Month ? ExpiryYear.Name : ExpiryMonth.Name;
            errors.Add(ErrorCode.CardInvalid, prefix + wrong, "is in the past: the card has expired");
        }
        else if (CardRules.IsTooFar(year, now))
        {
            errors.Add(
                ErrorCode.CardInvalid,
                prefix + ExpiryYear.Name,
                $"is more than {CardRules.MaxYears} years in the future");
        }
    }

    private static Instrument.TypedCard? ReadTyped(Body card, DateTimeOffset now, InputErrors errors)
    {
        foreach (var field in Typed)
        {
            if (card.IsAbsent(field))
            {
                errors.Add(ErrorCode.MissingField, $"card.{field.Name}", "is missing");
            }
        }

        if (errors.Any
            || card.Get(TypedNumber) is not { } number
            || card.Get(TypedMonth) is not { } month
            || card.Get(TypedYear) is not { } year
            || card.Get(TypedCode) is not { } code
            || card.Get(TypedHolder) is not { } holder)
        {
            return null;
        }

        if (!CardRules.IsSecurityCode(code.Reveal(), number))
        {
            errors.Add(ErrorCode.CardInvalid, $"card.{Code.Name}", CodeRule);
        }

        CheckExpiry(year, month, now, "card.", errors);
        var details = new CardDetails
        {
            Number = number, ExpiryMonth = month, ExpiryYear = year, SecurityCode = code, HolderName = holder,
        };
        return new Instrument.TypedCard
        {
            Card = details, ConsentText = ConsentRequest.Read(card.Get(Save), "card.save", errors),
        };
    }

    private static Instrument.SavedCard ReadSaved(Body card, string token, InputErrors errors)
    {
        foreach (var field in NotSaved)
        {
            if (card.Has(field))
            {
                errors.Add(ErrorCode.InvalidField, $"card.{field.Name}", "does not belong to a saved card");
            }
        }

        return new Instrument.SavedCard { Token = token, SecurityCode = card.Get(TypedCode) };
    }
}
