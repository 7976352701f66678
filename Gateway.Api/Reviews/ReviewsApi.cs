using System.Globalization;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Idempotency;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Refunds;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Errors;
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

    private static readonly ApiOperation UnexpectedOperation = new()
    {
        Id = "clearUnexpectedMoney",
        Tag = Tag,
        Summary = "Clear money that a provider reported and that was not requested: from now on it is the merchant's.",
        Body = ReviewsRequests.Unexpected,
        TakesIdempotencyKey = true,
        Responses = [new(200, "The payment.", typeof(PaymentResponse))],
        Errors = [ErrorCode.PaymentNotFound, ErrorCode.UnexpectedMoneyNotFound, ErrorCode.StatusConflict],
    };

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/payments/{id}/unexpected/{number}/clear", UnexpectedAsync, UnexpectedOperation)
            .RequireAuthorization(AccessPolicies.Secret);
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
        var command = ReviewsRequests.ReadPayment(body, Caller.From(http)) with
        {
            Request = IdempotencyKey.Of(http, body),
        };
        await RespondAsync(http, await Find(http, id).Resolve(command), "Review resolved");
    }

    private async Task UnexpectedAsync(HttpContext http)
    {
        if (!PaymentId.TryParse((string?)http.Request.RouteValues["id"], out var id))
        {
            await Problem.WriteAsync(http, ErrorCode.PaymentNotFound);
            return;
        }

        var text = (string?)http.Request.RouteValues["number"];
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            await Problem.WriteAsync(http, ErrorCode.UnexpectedMoneyNotFound);
            return;
        }

        var body = await bodies.ReadAsync(http, ReviewsRequests.Unexpected);
        var command = ReviewsRequests.ReadUnexpected(body, number, Caller.From(http)) with
        {
            Request = IdempotencyKey.Of(http, body),
        };
        await RespondAsync(http, await Find(http, id).Clear(command), "Unexpected money cleared");
    }

    private static async Task RespondAsync(HttpContext http, Reply<PaymentView> reply, string message)
    {
        IdempotencyKey.MarkReplay(http, reply.Replayed);
        await (reply.Refusal is { } refusal
            ? Problem.WriteAsync(http, refusal)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                PaymentsMapping.ToResponse(reply.Value!, message),
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
            ReviewsRequests.ReadRefund(body, id.Number, Caller.From(http)) with
            {
                Request = IdempotencyKey.Of(http, body),
            });
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
