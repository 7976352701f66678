using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>The body of <c>POST /payments/{id}/confirm</c>, and the command that it means.</summary>
internal static class ConfirmPaymentRequest
{
    private static readonly Field<AttemptId?> Replaces = Field.Parsed<AttemptId>(
        "replaces",
        "The id of the attempt that waits for the customer and is replaced by this one, as in the payment's attempt.",
        static (string text, out AttemptId id) => AttemptId.TryParse(text, out id),
        new TextForm { Max = 64, Pattern = PaymentPatterns.Id(), Rule = "must be the id of an attempt" }).Optional();

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new(
        "ConfirmPaymentRequest", [InstrumentRequest.Method, .. InstrumentRequest.Details, Replaces]);

    /// <summary>The command; null if the body cannot be used, which <paramref name="errors"/> then say.</summary>
    /// <param name="body">The body.</param>
    /// <param name="payment">The payment that is confirmed.</param>
    /// <param name="now">The time, which decides whether a card has expired.</param>
    /// <param name="errors">What is wrong with the request.</param>
    public static ConfirmPayment? Read(Body body, PaymentId payment, DateTimeOffset now, InputErrors errors)
    {
        var instrument = body.TryGet(InstrumentRequest.Method, out var kind)
            ? InstrumentRequest.Read(body, kind, now, errors)
            : null;
        var replaced = body.Get(Replaces);
        if (replaced is { } attempt && attempt.Payment != payment)
        {
            errors.Add(ErrorCode.InvalidField, Replaces.Name, "must be the id of an attempt of this payment");
        }

        return errors.Any || instrument is null
            ? null
            : new ConfirmPayment { Instrument = instrument, Replaces = replaced?.Number };
    }
}
