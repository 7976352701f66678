using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>The body of <c>POST /payments/{id}/capture</c>.</summary>
internal static class CapturePaymentRequest
{
    private static readonly Field<long?> Amount = PaymentFields.Amount.Optional();

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new("CapturePaymentRequest", Amount);

    /// <summary>The command.</summary>
    public static CapturePayment Read(Body body) => new() { AmountMinor = body.Get(Amount) };
}

/// <summary>The body of <c>POST /payments/{id}/cancel</c>.</summary>
internal static class CancelPaymentRequest
{
    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new("CancelPaymentRequest", PaymentFields.Reason);

    /// <summary>The command.</summary>
    public static CancelPayment Read(Body body) => new() { Reason = body.Get(PaymentFields.Reason) };
}
