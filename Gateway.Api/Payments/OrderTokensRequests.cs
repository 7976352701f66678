using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>The body of <c>POST /order-tokens</c>, and the command that it means.</summary>
internal static class SignOrderRequest
{
    private static readonly Field<int> Lifetime = (Field.Integer(
        "lifetime", 60, 86_400, "For how many seconds the token can be used; 1800 if it is left out.") with
    {
        Example = "1800",
    }).Or(1_800);

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new(
        "SignOrderRequest",
        [
            OrderRequest.OrderId,
            PaymentFields.Amount,
            PaymentFields.Currency,
            OrderRequest.Capture,
            .. OrderRequest.Details,
            Lifetime,
        ]);

    /// <summary>The command; null if the body cannot be used, which <paramref name="errors"/> then say.</summary>
    public static SignOrder? Read(Body body, InputErrors errors) =>
        OrderRequest.Read(body, client: null, errors) is { } order
            ? new SignOrder { Order = order, Lifetime = TimeSpan.FromSeconds(body.Get(Lifetime)) }
            : null;
}

/// <summary>The body of <c>POST /order-tokens/rotation</c>.</summary>
internal static class RotateOrderTokenKeyRequest
{
    /// <summary>How long the previous key's tokens count.</summary>
    public static readonly Field<int> Overlap = (Field.Integer(
        "overlap",
        0,
        86_400,
        "For how many seconds tokens of the previous key still count; 0 for a key that leaked. 86400 if it is left out.")
        with
    {
        Example = "86400",
    }).Or(86_400);

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new("RotateOrderTokenKeyRequest", Overlap);
}
