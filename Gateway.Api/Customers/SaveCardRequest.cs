using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions.Customers;

namespace PaymentCluster.Gateway.Api.Customers;

/// <summary>The body of <c>POST cards</c>, and the command that it means.</summary>
internal static class SaveCardRequest
{
    private static readonly Field<string?> IssuedIn = (Field.Text(
        "issued_in",
        2,
        "The country of the bank that issued it; a card without it counts as Indian.",
        CustomersRequests.Country(),
        "must be an ISO 3166 code of two upper-case letters") with
    {
        Example = "\"US\"",
    }).Optional();

    private static readonly RequiredField<Body> Consent =
        Field.Object("consent", ConsentRequest.Shape, "The customer's agreement.");

    private static readonly Field<string?> Label =
        Field.Text("label", 40, "A name that the customer gives the card.").Optional();

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new(
        "SaveCardRequest",
        CardRequest.Number,
        CardRequest.ExpiryMonth,
        CardRequest.ExpiryYear,
        CardRequest.Holder,
        IssuedIn,
        Consent,
        Label);

    /// <summary>The command; null if the body cannot be used, which <paramref name="errors"/> then say.</summary>
    /// <param name="body">The body.</param>
    /// <param name="now">The time, which decides whether a card has expired.</param>
    /// <param name="errors">What is wrong with the request.</param>
    public static SaveCard? Read(Body body, DateTimeOffset now, InputErrors errors)
    {
        if (!errors.Any)
        {
            CardRequest.CheckExpiry(
                body.Get(CardRequest.ExpiryYear), body.Get(CardRequest.ExpiryMonth), now, "", errors);
        }

        var consent = body.TryGet(Consent, out var given) ? ConsentRequest.Read(given, Consent.Name, errors) : null;
        return errors.Any || consent is null
            ? null
            : new SaveCard
            {
                Number = body.Get(CardRequest.Number),
                ExpiryMonth = body.Get(CardRequest.ExpiryMonth),
                ExpiryYear = body.Get(CardRequest.ExpiryYear),
                HolderName = body.Get(CardRequest.Holder),
                Indian = body.Get(IssuedIn) is null or "IN",
                ConsentText = consent,
                Label = body.Get(Label),
            };
    }
}
