using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Reviews;

/// <summary>The body by which an operator resolves what stayed unknown.</summary>
internal static class ReviewsRequests
{
    private static readonly RequiredField<bool> Paid = Field.Flag(
        "paid", "Whether the provider's own records show that the money moved.") with
    {
        Example = "true",
    };

    private static readonly Field<string?> Reference = Field.Text(
        "provider_reference", 128, "The provider's id of the payment or refund.").Optional();

    private static readonly RequiredField<string> Note = Field.Text(
        "note", 500, "Why; kept in the payment's history.") with
    {
        Example = "\"seen in the settlement report of 20 November\"",
    };

    /// <summary><c>POST /payments/{id}/resolve</c>.</summary>
    public static readonly BodyShape Payment = new("ResolvePaymentRequest", Paid, Reference, Note);

    /// <summary><c>POST /refunds/{id}/resolve</c>.</summary>
    public static readonly BodyShape Refund = new("ResolveRefundRequest", Paid, Reference, Note);

    /// <summary><c>POST /payments/{id}/unexpected/{number}/clear</c>.</summary>
    public static readonly BodyShape Unexpected = new("ClearUnexpectedMoneyRequest", Note);

    /// <summary>The command of unexpected money.</summary>
    public static ClearUnexpectedMoney ReadUnexpected(Body body, int number, Caller caller) => new()
    {
        Number = number, By = caller.KeyId, Note = body.Get(Note),
    };

    /// <summary>The command of a payment.</summary>
    public static ResolvePayment ReadPayment(Body body, Caller caller) => new()
    {
        Paid = body.Get(Paid),
        ProviderReference = body.Get(Reference),
        By = caller.KeyId,
        Note = body.Get(Note),
    };

    /// <summary>The command of a refund.</summary>
    public static ResolveRefund ReadRefund(Body body, int number, Caller caller) => new()
    {
        Number = number,
        Paid = body.Get(Paid),
        ProviderReference = body.Get(Reference),
        By = caller.KeyId,
        Note = body.Get(Note),
    };
}
