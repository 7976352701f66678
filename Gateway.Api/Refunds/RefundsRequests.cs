using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;

namespace PaymentCluster.Gateway.Api.Refunds;

/// <summary>The bodies of the refund calls.</summary>
internal static class RefundsRequests
{
    /// <summary><c>POST /payments/{id}/refunds</c>.</summary>
    public static readonly BodyShape Refund = new(
        "RefundPaymentRequest", PaymentsRequests.Amount, PaymentsRequests.Reason);
}
