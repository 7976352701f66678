using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>The body of <c>POST /payments</c>, as a merchant's server sends it, and the command that it
/// means.</summary>
internal static class StartPaymentRequest
{
    /// <summary>What it is paid with.</summary>
    public static readonly Field<PaymentMethodKind?> Method = InstrumentRequest.Method.Optional();

    /// <summary>Whether an attempt is started.</summary>
    public static readonly Field<bool> Confirm = Field.Flag(
        "confirm",
        "False: only create the payment; the call confirm says later what it is paid with. True if it is left out.")
        .Or(true);

    private static readonly Field<Body?> Client = Field.Object(
        "client", ClientRequest.Shape, "The customer's device; some providers score it.").Optional();

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new(
        "StartPaymentRequest",
        [
            OrderRequest.OrderId,
            PaymentFields.Amount,
            PaymentFields.Currency,
            Method,
            .. InstrumentRequest.Details,
            OrderRequest.Capture,
            Confirm,
            Client,
            .. OrderRequest.Details,
        ]);

    /// <summary>The command; null if the body cannot be used, which <paramref name="errors"/> then say.</summary>
    /// <param name="body">The body.</param>
    /// <param name="now">The time, which decides whether a card has expired.</param>
    /// <param name="errors">What is wrong with the request.</param>
    public static StartPayment? Read(Body body, DateTimeOffset now, InputErrors errors)
    {
        var instrument = ReadInstrument(body, now, errors);
        return OrderRequest.Read(body, body.Get(Client), errors) is { } order ? Of(order, instrument) : null;
    }

    /// <summary>The command that takes an order's payment.</summary>
    public static StartPayment Of(OrderTerms order, Instrument? instrument) => new()
    {
        OrderId = order.OrderId,
        Amount = order.Amount,
        Instrument = instrument,
        Capture = order.Capture,
        Customer = order.Customer,
        ReturnUrl = order.ReturnUrl,
        Description = order.Description,
        Metadata = order.Metadata,
        Basket = order.Basket,
        ExpiresIn = order.ExpiresIn,
    };

    /// <summary>What the order is paid with; null if that is said later, or if the body's cannot be used, which
    /// <paramref name="errors"/> then say.</summary>
    public static Instrument? ReadInstrument(Body body, DateTimeOffset now, InputErrors errors)
    {
        if (!body.Get(Confirm))
        {
            RefuseDetails(body, errors);
            return null;
        }

        if (body.IsAbsent(Method))
        {
            errors.Add(
                ErrorCode.MissingField, Method.Name, "is missing; only with \"confirm\": false can it be given later");
        }

        return body.Get(Method) is { } kind ? InstrumentRequest.Read(body, kind, now, errors) : null;
    }

    // What would be left unused is refused: above all a card must not be sent where nothing is paid with it.
    private static void RefuseDetails(Body body, InputErrors errors)
    {
        foreach (var details in InstrumentRequest.Details)
        {
            if (body.Has(details))
            {
                errors.Add(
                    ErrorCode.InvalidField,
                    details.Name,
                    "does not belong to \"confirm\": false; send it to the call confirm");
            }
        }
    }
}
