using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Returns;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>The body of <c>POST /payments</c>, and the command that it means.</summary>
internal static class StartPaymentRequest
{
    /// <summary>The merchant's order.</summary>
    public static readonly RequiredField<string> OrderId = Field.Text(
        "order_id",
        64,
        "The merchant's order: one payment per order.",
        PaymentPatterns.OrderId(),
        "must be 1 to 64 letters, digits, '.', '_', ':' or '-'") with
    {
        Code = ErrorCode.OrderIdInvalid,
        Example = "\"order_123\"",
    };

    /// <summary>What the customer reads.</summary>
    public static readonly Field<string?> Description =
        (Field.Text("description", 255, "What the customer reads on the payment.") with { Example = "\"Two tickets\"" })
        .Optional();

    /// <summary>The merchant's own pairs.</summary>
    public static readonly Field<ImmutableDictionary<string, string>> Metadata = (Field.Pairs(
        "metadata", "The merchant's own pairs: at most 20, names up to 40 characters, values up to 500.") with
    {
        Example = """{"cart":"c_17"}""",
    }).Or(ImmutableDictionary<string, string>.Empty);

    private static readonly Field<PaymentMethodKind?> Method = InstrumentRequest.Method.Optional();

    private static readonly Field<CaptureMode> Capture = Field.Word(
        "capture", PaymentWords.CaptureModes, "Who captures; automatic if it is left out.").Or(CaptureMode.Automatic);

    private static readonly Field<bool> Confirm = Field.Flag(
        "confirm",
        "False: only create the payment; the call confirm says later what it is paid with. True if it is left out.")
        .Or(true);

    private static readonly Field<string?> CustomerId = PaymentFields.CustomerId.Optional();

    private static readonly Field<Body?> Customer =
        Field.Object("customer", CustomerRequest.Shape, "The customer who pays.").Optional();

    private static readonly Field<Body?> Client = Field.Object(
        "client", ClientRequest.Shape, "The customer's device; some providers score it.").Optional();

    private static readonly Field<string?> Return = ReturnUrl.Field.Optional();

    private static readonly Field<int?> ExpiresIn =
        (Field.Integer("expires_in", 60, 86_400, "How many seconds the customer has to pay.") with { Example = "900" })
        .Optional();

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new(
        "StartPaymentRequest",
        [
            OrderId,
            PaymentFields.Amount,
            PaymentFields.Currency,
            Method,
            .. InstrumentRequest.Details,
            Capture,
            Confirm,
            CustomerId,
            Customer,
            Client,
            Return,
            Description,
            BasketRequest.Basket,
            Metadata,
            ExpiresIn,
        ]);

    /// <summary>The command; null if the body cannot be used, which <paramref name="errors"/> then say.</summary>
    /// <param name="body">The body.</param>
    /// <param name="now">The time, which decides whether a card has expired.</param>
    /// <param name="errors">What is wrong with the request.</param>
    public static StartPayment? Read(Body body, DateTimeOffset now, InputErrors errors)
    {
        var instrument = ReadInstrument(body, now, errors);
        var basket = BasketRequest.Read(body, errors);
        if (errors.Any)
        {
            return null;
        }

        return new StartPayment
        {
            OrderId = body.Get(OrderId),
            Amount = Money.Of(body.Get(PaymentFields.Amount), body.Get(PaymentFields.Currency)),
            Instrument = instrument,
            Capture = body.Get(Capture),
            Customer = CustomerRequest.Read(body.Get(CustomerId), body.Get(Customer), body.Get(Client)),
            ReturnUrl = body.Get(Return),
            Description = body.Get(Description),
            Metadata = body.Get(Metadata),
            Basket = basket,
            ExpiresIn = body.Get(ExpiresIn) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
    }

    private static Instrument? ReadInstrument(Body body, DateTimeOffset now, InputErrors errors)
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
