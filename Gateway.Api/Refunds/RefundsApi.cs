using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Idempotency;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Refunds;

/// <summary>The refund calls. A refund's id leads to its payment's grain.</summary>
internal sealed class RefundsApi(IGrainFactory grains, RequestBodies bodies)
{
    private const string Tag = "Refunds";

    private static readonly ApiOperation RefundOperation = new()
    {
        Id = "refundPayment",
        Tag = Tag,
        Summary =
            "Refund a payment: the rest of the captured amount, or a part of it. Never more than was captured, also "
            + "with concurrent calls.",
        Body = RefundPaymentRequest.Shape,
        TakesIdempotencyKey = true,
        Responses =
        [
            new(202, "The refund was accepted; the provider is called afterwards.", typeof(RefundResponse))
            {
                Headers = [ResponseHeaders.Location],
            },
        ],
        Errors =
        [
            ErrorCode.AmountInvalid,
            ErrorCode.PaymentNotFound,
            ErrorCode.StatusConflict,
            ErrorCode.RefundAmountExceeded,
            ErrorCode.LimitReached,
        ],
    };

    private static readonly ApiOperation GetOperation = new()
    {
        Id = "getRefund",
        Tag = Tag,
        Summary = "Read a refund.",
        Responses = [new(200, "The refund.", typeof(RefundResponse))],
        Errors = [ErrorCode.RefundNotFound],
    };

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/payments/{id}/refunds", RefundAsync, RefundOperation).RequireAuthorization(AccessPolicies.Secret);
        api.MapGet("/refunds/{id}", GetAsync, GetOperation).RequireAuthorization(AccessPolicies.Secret);
    }

    private async Task RefundAsync(HttpContext http)
    {
        if (!PaymentId.TryParse((string?)http.Request.RouteValues["id"], out var id))
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
            return;
        }

        var body = await bodies.ReadAsync(http, RefundPaymentRequest.Shape);

        var command = RefundPaymentRequest.Read(body) with { Request = IdempotencyKey.Of(http, body) };
        var reply = await Find(http, id).Refund(command);
        IdempotencyKey.MarkReplay(http, reply.Replayed);
        if (reply.Refusal is { } refusal)
        {
            await Problem.WriteAsync(http, refusal);
            return;
        }

        var refund = reply.Value!;
        http.Response.Headers.Location = Links.To(http, RefundsMapping.PathOf(refund.Id));
        await JsonResponse.WriteAsync(
            http,
            StatusCodes.Status202Accepted,
            RefundsMapping.ToResponse(refund, id.ToString()),
            GatewayJson.Default.RefundResponse);
    }

    private async Task GetAsync(HttpContext http)
    {
        var refund = RefundId.TryParse((string?)http.Request.RouteValues["id"], out var id)
            ? await Find(http, id.Payment).GetRefund(id.Number)
            : null;
        await (refund is null
            ? Problem.WriteAsync(http, ErrorCode.RefundNotFound)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                RefundsMapping.ToResponse(refund, id.Payment.ToString()),
                GatewayJson.Default.RefundResponse));
    }

    private IPaymentGrain Find(HttpContext http, PaymentId id) =>
        grains.Grain<IPaymentGrain>(PaymentKey.Of(Caller.From(http).Merchant, id).ToString());
}
