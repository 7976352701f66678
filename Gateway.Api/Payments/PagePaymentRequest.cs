using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>The body of <c>POST /payments</c>, as a page sends it: the order that the merchant's server signed, and
/// what its customer pays with.</summary>
internal static class PagePaymentRequest
{
    /// <summary>The order.</summary>
    public static readonly RequiredField<string> OrderToken = Field.Text(
        "order_token",
        "The order, as the call order-tokens signed it.",
        new TextForm { Max = IOrderTokenGrain.MaxLength, Rule = "must be an order token" }) with
    {
        Code = ErrorCode.OrderTokenInvalid,
        Example = "\"ot_…\"",
    };

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new(
        "PagePaymentRequest",
        [
            OrderToken, StartPaymentRequest.Method, .. InstrumentRequest.Details, StartPaymentRequest.Confirm,
        ]);

    /// <summary>The token, and what is paid with; null if that is said later.</summary>
    /// <param name="body">The body.</param>
    /// <param name="now">The time, which decides whether a card has expired.</param>
    /// <param name="errors">What is wrong with the request.</param>
    /// <exception cref="ProblemException">There is no token, or something is wrong.</exception>
    public static (string Token, Instrument? Instrument) Read(Body body, DateTimeOffset now, InputErrors errors)
    {
        if (body.IsAbsent(OrderToken))
        {
            throw new ProblemException(
                ErrorCode.OrderTokenRequired, ErrorCode.OrderTokenRequired.Entry().Meaning, OrderToken.Name);
        }

        var instrument = StartPaymentRequest.ReadInstrument(body, now, errors);
        return errors.Any ? throw new ProblemException(errors) : (body.Get(OrderToken), instrument);
    }
}
