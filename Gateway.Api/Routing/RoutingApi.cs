using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Idempotency;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Gateway.Api.Routing;

/// <summary>How a merchant's payments are routed to providers.</summary>
internal sealed class RoutingApi(IGrainFactory grains, RequestBodies bodies, TimeProvider time)
{
    private const string Tag = "Routing";

    private static readonly ApiOperation GetOperation = new()
    {
        Id = "getRouting",
        Tag = Tag,
        Summary = "Read the routing. Its ETag is its version.",
        Responses = [new(200, "The routing.", typeof(RoutingResponse)) { Headers = [ResponseHeaders.ETag] }],
        Errors = [ErrorCode.MerchantNotFound],
    };

    private static readonly ApiOperation PutOperation = new()
    {
        Id = "putRouting",
        Tag = Tag,
        Summary = "Replace the whole routing. With If-Match only the version that was read is replaced.",
        Body = RoutingPlanRequest.Shape,
        TakesIdempotencyKey = true,
        TakesIfMatch = true,
        Responses = [new(200, "The routing.", typeof(RoutingResponse)) { Headers = [ResponseHeaders.ETag] }],
        Errors = [ErrorCode.MerchantNotFound, ErrorCode.VersionConflict],
    };

    private static readonly ApiOperation EvaluateOperation = new()
    {
        Id = "evaluateRouting",
        Tag = Tag,
        Summary = "Find out which provider a payment would go to now, and why. Nothing is stored.",
        Body = EvaluateRoutingRequest.Shape,
        Responses = [new(200, "What would be decided.", typeof(RoutingEvaluationResponse))],
        Errors =
        [
            ErrorCode.MerchantNotFound,
            ErrorCode.AmountInvalid,
            ErrorCode.CurrencyUnknown,
            ErrorCode.UpiCollectNotAllowed,
        ],
    };

    private static readonly ApiOperation ReplayOperation = new()
    {
        Id = "replayRouting",
        Tag = Tag,
        Summary = "Apply a routing to past payments and compare it with the providers they went to. Nothing is stored.",
        Body = ReplayRoutingRequest.Shape,
        Responses = [new(200, "What would have been decided.", typeof(RoutingReplayResponse))],
        Errors = [ErrorCode.MerchantNotFound],
    };

    public void Map(IEndpointRouteBuilder api)
    {
        var routing = api.MapGroup("/routing").RequireAuthorization(AccessPolicies.Secret);
        routing.MapGet("", GetAsync, GetOperation);
        routing.MapPut("", PutAsync, PutOperation);
        routing.MapPost("/evaluate", EvaluateAsync, EvaluateOperation);
        routing.MapPost("/replay", ReplayAsync, ReplayOperation);
    }

    private async Task GetAsync(HttpContext http)
    {
        var view = await Merchant(http).Routing();
        await (view is null ? Problem.WriteAsync(http, ErrorCode.MerchantNotFound) : RespondAsync(http, view));
    }

    private async Task PutAsync(HttpContext http)
    {
        var errors = new InputErrors();
        var version = IfMatch.Read(http, errors);
        var body = await bodies.ReadAsync(http, RoutingPlanRequest.Shape, errors);
        // Only a body that has its form can be read on.
        var plan = errors.Any ? null : RoutingPlanRequest.Read(body, "", errors);
        if (plan is null || errors.Any)
        {
            throw new ProblemException(errors);
        }

        var reply = await Merchant(http).PutRouting(new PutRouting
        {
            Plan = plan, IfVersion = version, Request = IdempotencyKey.Of(http, body!),
        });
        IdempotencyKey.MarkReplay(http, reply.Replayed);
        await (reply.Refusal is { } refusal ? Problem.WriteAsync(http, refusal) : RespondAsync(http, reply.Value!));
    }

    private async Task EvaluateAsync(HttpContext http)
    {
        var errors = new InputErrors();
        var body = await bodies.ReadAsync(http, EvaluateRoutingRequest.Shape, errors);
        var plan = RoutingCandidate.Read(body, errors);
        var payment = EvaluateRoutingRequest.ReadPayment(body, time, errors);
        if (payment is null || errors.Any)
        {
            throw new ProblemException(errors);
        }

        var reply = await Grain(http).Evaluate(new EvaluateRouting { Payment = payment, Plan = plan });
        await (reply.Refusal is { } refusal
            ? Problem.WriteAsync(http, refusal)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                RoutingMapping.ToResponse(reply.Value!, payment.Id),
                GatewayJson.Default.RoutingEvaluationResponse));
    }

    private async Task ReplayAsync(HttpContext http)
    {
        var errors = new InputErrors();
        var body = await bodies.ReadAsync(http, ReplayRoutingRequest.Shape, errors);
        var command = ReplayRoutingRequest.Read(body, errors) ?? throw new ProblemException(errors);
        var reply = await Grain(http).Replay(command);
        await (reply.Refusal is { } refusal
            ? Problem.WriteAsync(http, refusal)
            : JsonResponse.WriteAsync(
                http,
                StatusCodes.Status200OK,
                RoutingMapping.ToResponse(reply.Value!),
                GatewayJson.Default.RoutingReplayResponse));
    }

    private IMerchantGrain Merchant(HttpContext http) => grains.Grain<IMerchantGrain>(Caller.From(http).Merchant);

    private IRoutingGrain Grain(HttpContext http) => grains.Grain<IRoutingGrain>(Caller.From(http).Merchant);

    private static Task RespondAsync(HttpContext http, RoutingView view)
    {
        http.Response.Headers.ETag = IfMatch.TagOf(view.Version);
        return JsonResponse.WriteAsync(
            http, StatusCodes.Status200OK, RoutingMapping.ToResponse(view), GatewayJson.Default.RoutingResponse);
    }
}
