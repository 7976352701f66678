using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Idempotency;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Refunds;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Reviews;

/// <summary>Resolves payments and refunds that need review: an outcome that is still unknown at its deadline is never
/// assumed to be a failure.</summary>
internal sealed class ReviewsApi(IGrainFactory grains, RequestBodies bodies)
{
    private const string Tag = "Reviews";

    private static readonly ApiOperation PaymentOperation = new()
    {
        Id = "resolvePayment",
        Tag = Tag,
        Summary = "Resolve a payment that needs review, by the provider's own records.",
        Body = ReviewsRequests.Payment,
        TakesIdempotencyKey = true,
        Responses = [new(200, "The payment.", typeof(PaymentResponse))],
        Errors = [ErrorCode.PaymentNotFound, ErrorCode.StatusConflict],
    };

    private static readonly ApiOperation RefundOperation = new()
    {
        Id = "resolveRefund",
        Tag = Tag,
        Summary = "Resolve a refund that needs review, by the provider's own records.",
        Body = ReviewsRequests.Refund,
        TakesIdempotencyKey = true,
        Responses = [new(200, "The refund.", typeof(RefundResponse))],
        Errors = [ErrorCode.RefundNotFound, ErrorCode.StatusConflict],
    };

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/payments/{id}/resolve", PaymentAsync, PaymentOperation)
            .RequireAuthorization(AccessPolicies.Secret);
        api.MapPost("/refunds/{id}/resolve", RefundAsync, RefundOperation).RequireAuthorization(AccessPolicies.Secret);
    }

    private async Task PaymentAsync(HttpContext http)
    {
        if (!PaymentId.TryParse((string?)http.Request.RouteValues["id"], out var id))
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
            return;
        }

        var body = await bodies.ReadAsync(http, ReviewsRequests.Payment);
        var reply = await Find(http, id).Resolve(
            ReviewsRequests.ReadPayment(body) with { Request = IdempotencyKey.Of(http, body) });
        IdempotencyKey.MarkReplay(http, reply.Replayed);
        await (reply.Refusal is { } refusal
            ? Problem.WriteAsync(http, refusal)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                PaymentsMapping.ToResponse(reply.Value!, forBrowser: false, "Review resolved"),
                GatewayJson.Default.PaymentResponse));
    }

    private async Task RefundAsync(HttpContext http)
    {
        if (!RefundId.TryParse((string?)http.Request.RouteValues["id"], out var id))
        {
            await Problem.WriteAsync(http, ErrorCode.RefundNotFound);
            return;
        }

        var body = await bodies.ReadAsync(http, ReviewsRequests.Refund);
        var reply = await Find(http, id.Payment).Resolve(
            ReviewsRequests.ReadRefund(body, id.Number) with { Request = IdempotencyKey.Of(http, body) });
        IdempotencyKey.MarkReplay(http, reply.Replayed);
        // An id of a payment that is not there is the id of a refund that is not there.
        await (reply.Refusal switch
        {
            null => JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                RefundsMapping.ToResponse(reply.Value!, id.Payment.ToString()),
                GatewayJson.Default.RefundResponse),
            { Code: ErrorCode.PaymentNotFound } => Problem.WriteAsync(http, ErrorCode.RefundNotFound),
            var refusal => Problem.WriteAsync(http, refusal),
        });
    }

    private IPaymentGrain Find(HttpContext http, PaymentId id) =>
        grains.Grain<IPaymentGrain>(PaymentKey.Of(Caller.From(http).Merchant, id).ToString());
}
