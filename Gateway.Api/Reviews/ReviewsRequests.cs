using PaymentCluster.Gateway.Api.Json;

namespace PaymentCluster.Gateway.Api.Reviews;

/// <summary>The body of an operator's word on what stayed unknown.</summary>
internal static class ReviewsRequests
{
    private static readonly Field Paid = Field.Flag(
        "paid", "Whether the provider's own books have the money moved.") with
    {
        Required = true, Example = "true",
    };

    private static readonly Field Reference = Field.Text(
        "provider_reference", 128, "The provider's id of the payment or refund, as its books have it.");

    private static readonly Field By = Field.Text("by", 100, "Who says so; kept in the payment's history.") with
    {
        Required = true, Example = "\"a.operator\"",
    };

    private static readonly Field Note = Field.Text("note", 500, "Why; kept in the payment's history.") with
    {
        Required = true, Example = "\"seen in the settlement report of 20 November\"",
    };

    /// <summary><c>POST /payments/{id}/resolve</c>.</summary>
    public static readonly BodyShape Payment = new("ResolvePaymentRequest", Paid, Reference, By, Note);

    /// <summary><c>POST /refunds/{id}/resolve</c>.</summary>
    public static readonly BodyShape Refund = new("ResolveRefundRequest", Paid, Reference, By, Note);
}
