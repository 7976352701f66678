using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Refunds;

/// <summary>The body of <c>POST /payments/{id}/refunds</c>.</summary>
internal static class RefundPaymentRequest
{
    private static readonly Field<long?> Amount = PaymentFields.Amount.Optional();

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new("RefundPaymentRequest", Amount, PaymentFields.Reason);

    /// <summary>The command.</summary>
    public static RefundPayment Read(Body body) =>
        new() { AmountMinor = body.Get(Amount), Reason = body.Get(PaymentFields.Reason) };
}
