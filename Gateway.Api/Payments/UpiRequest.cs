using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>How to pay by UPI, as bodies say it.</summary>
internal static class UpiRequest
{
    private static readonly Field<UpiFlow?> Flow =
        (Field.Word(
            "flow", PaymentWords.UpiFlows, "How the payment reaches the customer's app; intent if it is left out.") with
        {
            Example = "\"intent\"",
        }).Optional();

    private static readonly Field<string?> Vpa = Field.Text(
        "vpa",
        255,
        "The customer's UPI ID; only for collect.",
        PaymentPatterns.UpiId(),
        PaymentPatterns.UpiIdRule).Optional();

    private static readonly Field<string?> Saved = Field.Text(
        "id", 64, "The id of a saved UPI ID, instead of flow and vpa; needs customer_id.").Optional();

    /// <summary>The object.</summary>
    public static readonly BodyShape Shape = new("UpiRequest", Flow, Vpa, Saved);

    /// <summary>The instrument; null if the object's cannot be used, which <paramref name="errors"/> then
    /// say.</summary>
    public static Instrument? Read(Body? upi, InputErrors errors)
    {
        if (upi?.Get(Saved) is { } id)
        {
            Refuse(upi, Flow, "a saved UPI ID", errors);
            Refuse(upi, Vpa, "a saved UPI ID", errors);
            return new Instrument.SavedUpiId { Id = id };
        }

        var flow = upi?.Get(Flow) ?? UpiFlow.Intent;
        if (flow == UpiFlow.Collect)
        {
            return ReadCollect(upi, errors);
        }

        Refuse(upi, Vpa, $"flow {PaymentNames.Of(flow)}", errors);
        return flow == UpiFlow.Qr ? new Instrument.UpiQr() : new Instrument.UpiIntent();
    }

    private static Instrument.UpiId? ReadCollect(Body? upi, InputErrors errors)
    {
        if (upi?.Get(Vpa) is { } vpa)
        {
            return new Instrument.UpiId { Vpa = vpa.ToLowerInvariant() };
        }

        if (upi?.IsAbsent(Vpa) is not false)
        {
            errors.Add(ErrorCode.MissingField, "upi.vpa", "is needed for flow collect");
        }

        return null;
    }

    private static void Refuse(Body? upi, Field field, string where, InputErrors errors)
    {
        if (upi?.Has(field) is true)
        {
            errors.Add(ErrorCode.InvalidField, $"upi.{field.Name}", $"does not belong to {where}");
        }
    }
}
