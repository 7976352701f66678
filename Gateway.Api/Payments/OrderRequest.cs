using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Returns;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>What a merchant's server says of an order, as bodies say it: the fields that creating a payment and signing
/// an order token share.</summary>
internal static class OrderRequest
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

    /// <summary>Who captures.</summary>
    public static readonly Field<CaptureMode> Capture = Field.Word(
        "capture", PaymentWords.CaptureModes, "Who captures; automatic if it is left out.").Or(CaptureMode.Automatic);

    /// <summary>What else is said of it, all of it optional.</summary>
    public static ImmutableArray<Field> Details =>
        [CustomerId, Customer, Return, Description, BasketRequest.Basket, Metadata, ExpiresIn];

    private static readonly Field<string?> CustomerId = PaymentFields.CustomerId.Optional();

    private static readonly Field<Body?> Customer =
        Field.Object("customer", CustomerRequest.Shape, "The customer who pays.").Optional();

    private static readonly Field<string?> Return = ReturnUrl.Field.Optional();

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

    private static readonly Field<int?> ExpiresIn =
        (Field.Integer("expires_in", 60, 86_400, "How many seconds the customer has to pay.") with { Example = "900" })
        .Optional();

    /// <summary>The order; null if the body cannot be used, which <paramref name="errors"/> then say.</summary>
    /// <param name="body">The body.</param>
    /// <param name="client">The customer's device; null if the body does not say.</param>
    /// <param name="errors">What is wrong with the request.</param>
    public static OrderTerms? Read(Body body, Body? client, InputErrors errors)
    {
        var basket = BasketRequest.Read(body, errors);
        return errors.Any
            ? null
            : new OrderTerms
            {
                OrderId = body.Get(OrderId),
                Amount = Money.Of(body.Get(PaymentFields.Amount), body.Get(PaymentFields.Currency)),
                Capture = body.Get(Capture),
                Customer = CustomerRequest.Read(body.Get(CustomerId), body.Get(Customer), client),
                ReturnUrl = body.Get(Return),
                Description = body.Get(Description),
                Metadata = body.Get(Metadata),
                Basket = basket,
                ExpiresIn = body.Get(ExpiresIn) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            };
    }
}
